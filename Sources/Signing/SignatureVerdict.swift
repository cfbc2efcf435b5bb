// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What checking a signed document found.
package enum SignatureVerdict: Hashable, Sendable {
  /// The document is as its signer signed it.
  case valid(signer: DIDKey)
  /// The document proves nothing about who wrote it.
  case invalid(SignatureFault)

  /// The signer, where the signature holds.
  package var signer: DIDKey? {
    if case .valid(let signer) = self { signer } else { nil }
  }
}

/// Why a signed document proves nothing.
package enum SignatureFault: Error, Hashable, Sendable {
  /// The document is not a JSON object.
  case notAnObject
  /// There is no `proof` member.
  case noProof
  /// `proof` is not exactly one object.
  case notOneProof
  /// A member of the proof is missing, of the wrong type, or has another value than the required.
  case wrongMember(String, expected: String)
  /// The proof rests on another proof, which is not supported.
  case chained
  /// The verification method is not `did:key:z6Mk…#z6Mk…` with one and the same key.
  case wrongVerificationMethod
  /// The key is a valid one, but not that of the expected signer.
  case wrongSigner(expected: DIDKey, found: String)
  /// `proofValue` is not `z` and 64 bytes in base58.
  case malformedProofValue
  /// The document's `@context` does not start with the values of the proof's.
  case contextMismatch
  /// The proof was valid until a moment that has passed, or that no moment was given to compare with.
  case expired(until: String)
  /// The signature is not the key's over these bytes.
  case wrongSignature
}

extension SignatureFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAnObject: "the signed document is not a JSON object"
    case .noProof: "the document has no proof: it was never signed"
    case .notOneProof: "the document's proof must be exactly one JSON object"
    case .wrongMember(let name, let expected): "the proof's '\(name)' must be \(expected)"
    case .chained: "the proof rests on a previous proof, which is not supported"
    case .wrongVerificationMethod:
      "the proof's 'verificationMethod' must be a did:key and the same key again behind '#'"
    case .wrongSigner(let expected, let found): "signed by \(found) and not by \(expected)"
    case .malformedProofValue: "the proof's 'proofValue' must be 'z' and 64 bytes in base58"
    case .contextMismatch: "the document's '@context' does not start with that of the proof"
    case .expired(let moment): "the proof was valid until \(moment)"
    case .wrongSignature: "the signature does not fit the document: it was altered after signing"
    }
  }
}

/// Why a document cannot be signed.
package enum SigningError: Error, Hashable, Sendable {
  /// Only JSON objects are signed.
  case notAnObject
  /// The document has a proof already.
  case alreadySigned
  /// The document has a fraction, a large integer or a name outside ASCII.
  case notInteroperable
}

extension SigningError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAnObject: "only a JSON object can be signed"
    case .alreadySigned: "the document has a proof already: remove it to sign again"
    case .notInteroperable:
      "the document has a fraction, an integer beyond 2^53 or a name outside ASCII: "
        + "write such numbers as text or in smaller units, and names in ASCII"
    }
  }
}
