// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Primitives

/// W3C Data Integrity proofs of the cryptosuite `eddsa-jcs-2022` (Recommendation of May 2025).
///
/// The signature is over SHA-256(JCS(proof options)) ‖ SHA-256(JCS(document without proof)).
package enum DataIntegrity {
  static let cryptosuite = "eddsa-jcs-2022"
  static let proofType = "DataIntegrityProof"
  static let purpose = "assertionMethod"

  /// The document with a `proof` by the key.
  ///
  /// - Parameters:
  ///   - document: A JSON object without proof, of integers and ASCII names only.
  ///   - key: The signer's key.
  ///   - created: When the proof is made.
  ///   - proofPurpose: What the proof is for; verification accepts `assertionMethod` alone.
  /// - Returns: The same object with `proof`, to which its `@context`, if any, is copied.
  /// - Throws: `SigningError`.
  package static func sign(
    document: JSON, key: SecretKey, created: Timestamp, proofPurpose: String = "assertionMethod"
  ) throws(SigningError) -> JSON {
    guard var object = document.object else { throw .notAnObject }
    guard object["proof"] == nil else { throw .alreadySigned }
    guard document.isInteroperable else { throw .notInteroperable }
    var options = JSONObject([
      ("type", .string(proofType)), ("cryptosuite", .string(cryptosuite)),
      ("created", .string(created.description)),
      ("verificationMethod", .string(DIDKey(key.publicKey).verificationMethod)),
      ("proofPurpose", .string(proofPurpose)),
    ])
    options["@context"] = object["@context"]
    let signature = key.sign(signedBytes(options: options, document: object))
    options["proofValue"] = .string(Multibase.encodeBase58(signature))
    object["proof"] = .object(options)
    return .object(object)
  }

  /// The 64 bytes under the signature: the hash of the options, then that of the document.
  static func signedBytes(options: JSONObject, document: JSONObject) -> [UInt8] {
    SHA256.digest(JSON.object(options).canonicalBytes).bytes
      + SHA256.digest(JSON.object(document).canonicalBytes).bytes
  }

  /// The same 64 bytes from the canonical bytes of a signed document.
  ///
  /// - Returns: nil where the proof has a context of its own, so that no piece of the document is what
  ///   was signed.
  static func signedBytes(in bytes: [UInt8]) -> [UInt8]? {
    guard let object = CanonicalObject(in: bytes), let proof = object.value("proof"),
      let options = CanonicalObject(in: bytes, at: proof)
    else { return nil }
    if let context = options.bytes(of: "@context") {
      guard let own = object.bytes(of: "@context"), own == context else { return nil }
    }
    return SHA256.digest(bytes, pieces: options.removing("proofValue")).bytes
      + SHA256.digest(bytes, pieces: object.removing("proof")).bytes
  }

  /// Who signed the document, or why it proves nothing.
  ///
  /// - Parameters:
  ///   - document: Any JSON value.
  ///   - signer: The only key that is accepted; nil accepts every `did:key`.
  ///   - moment: Compared with `expires`; a proof that expires is refused where this is nil.
  /// - Returns: The signer, or the first thing that is wrong.
  package static func verify(
    document: JSON, expected signer: DIDKey? = nil, at moment: Timestamp? = nil
  ) -> SignatureVerdict {
    verify(document: document, canonicalBytes: nil, expected: signer, at: moment)
  }

  /// As above, of a document whose canonical bytes are known: the pieces that were signed are hashed
  /// where they stand.
  package static func verify(
    document: JSON, canonicalBytes: [UInt8]?, expected signer: DIDKey? = nil,
    at moment: Timestamp? = nil
  ) -> SignatureVerdict {
    do throws(SignatureFault) {
      return .valid(
        signer: try check(document, bytes: canonicalBytes, expected: signer, at: moment))
    } catch {
      return .invalid(error)
    }
  }

  private static func check(
    _ document: JSON, bytes canonicalBytes: [UInt8]?, expected: DIDKey?, at moment: Timestamp?
  ) throws(SignatureFault) -> DIDKey {
    guard let object = document.object else { throw .notAnObject }
    guard let proof = object["proof"] else { throw .noProof }
    guard let options = proof.object else { throw .notOneProof }
    try require(proofType, in: "type", of: options)
    try require(cryptosuite, in: "cryptosuite", of: options)
    try require(purpose, in: "proofPurpose", of: options)
    try checkTimes(options, at: moment)
    guard options["previousProof"] == nil else { throw .chained }
    let signer = try signer(options, expected: expected)
    guard let signature = options["proofValue"]?.string.flatMap(Multibase.decodeBase58),
      signature.count == PublicKey.signatureByteCount
    else { throw .malformedProofValue }
    if let message = canonicalBytes.flatMap(signedBytes(in:)) {
      guard signer.publicKey.verify(signature: signature, message: message) else {
        throw .wrongSignature
      }
      return signer
    }
    var unsecured = object.removing("proof")
    if let context = options["@context"] {
      guard let actual = object["@context"], starts(actual, with: context) else {
        throw .contextMismatch
      }
      unsecured["@context"] = context
    }
    let bytes = signedBytes(options: options.removing("proofValue"), document: unsecured)
    guard signer.publicKey.verify(signature: signature, message: bytes) else {
      throw .wrongSignature
    }
    return signer
  }

  private static func require(
    _ value: String, in member: String, of options: JSONObject
  ) throws(SignatureFault) {
    guard options[member] == .string(value) else {
      throw .wrongMember(member, expected: "'\(value)'")
    }
  }

  private static func checkTimes(
    _ options: JSONObject, at moment: Timestamp?
  ) throws(SignatureFault) {
    for member in ["created", "expires"] {
      if let value = options[member], value.string.map(DateTime.isValid) != true {
        throw .wrongMember(member, expected: "a date and time such as 2026-11-21T09:30:00Z")
      }
    }
    guard let expires = options["expires"]?.string else { return }
    guard let until = Timestamp(expires), let moment, moment < until else {
      throw .expired(until: expires)
    }
  }

  private static func signer(
    _ options: JSONObject, expected: DIDKey?
  ) throws(SignatureFault) -> DIDKey {
    guard let method = options["verificationMethod"]?.string else {
      throw .wrongVerificationMethod
    }
    // The expected key was validated when it was read; checking its point again would cost as
    // much as the signature.
    if let expected, method == expected.verificationMethod { return expected }
    let identifier = String(method.prefix { $0 != "#" })
    guard let found = DIDKey(identifier), method == found.verificationMethod else {
      throw .wrongVerificationMethod
    }
    if let expected { throw .wrongSigner(expected: expected, found: found.text) }
    return found
  }

  /// Whether the values of one `@context` begin with all those of another, in order.
  private static func starts(_ context: JSON, with prefix: JSON) -> Bool {
    // By bytes: Swift's strings are equal where only their normalisation differs.
    (context.array ?? [context]).map(\.canonicalBytes)
      .starts(with: (prefix.array ?? [prefix]).map(\.canonicalBytes))
  }
}

/// The lexical form of an XML Schema `dateTime` as Data Integrity asks for it.
enum DateTime {
  /// Whether the text is a date, `T`, a time, perhaps a fraction, and `Z` or an offset.
  static func isValid(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count > 19, Timestamp(String(decoding: bytes[..<19], as: UTF8.self) + "Z") != nil
    else { return false }
    var zone = bytes[19...]
    if zone.first == UInt8(ascii: ".") {
      zone = zone.dropFirst()
      let digits = zone.prefix { isDigit($0) }
      guard !digits.isEmpty else { return false }
      zone = zone.dropFirst(digits.count)
    }
    if zone.elementsEqual("Z".utf8) { return true }
    guard zone.count == 6, let sign = zone.first, sign == 0x2b || sign == 0x2d else { return false }
    let hours = String(decoding: zone.dropFirst(), as: UTF8.self)
    return Timestamp("2000-01-01T" + hours + ":00Z") != nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
