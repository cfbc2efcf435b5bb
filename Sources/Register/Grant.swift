// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Money
package import Primitives
package import Signing

/// `grant.issued`: a W3C Verifiable Credential 2.0, signed by the owner with `eddsa-jcs-2022`.
///
/// The credential carries its own proof, so it is valid outside the log too; its identifier here is
/// the SHA-256 of its canonical bytes, proof included.
package struct Grant: Sendable {
  /// The canonical bytes of the signed credential, as they were verified.
  package let bytes: [UInt8]
  /// The SHA-256 of those bytes.
  package let identifier: Digest
  /// Who granted.
  package let issuer: DIDKey
  /// What was granted.
  package let terms: GrantTerms
  /// Where the credential's bits stand in status lists; nil for one that names none.
  package let status: StatusEntry?

  /// The context of every credential (VC 2.0 section 4.3), and of this project's own terms.
  static let context: JSON = [
    "https://www.w3.org/ns/credentials/v2", ["@vocab": "urn:cadastre:terms:v1#"],
  ]
  static let types: JSON = ["VerifiableCredential", "UseGrantCredential"]

  /// The signed credential as it was verified, read again from its bytes.
  package var credential: JSON {
    guard let credential = try? JSON.parse(bytes) else {
      preconditionFailure("a credential was read before, or written from one")
    }
    return credential
  }

  /// Signs terms as a credential.
  ///
  /// - Parameters:
  ///   - terms: What is granted.
  ///   - key: The owner's key.
  ///   - uuid: 16 random bytes for the credential's `id`.
  ///   - status: Where the register will publish what became of it.
  ///   - created: When it is signed; nil for when it begins.
  /// - Throws: What signing throws.
  package init(
    terms: GrantTerms, signedBy key: SecretKey, uuid: [UInt8], status: StatusEntry? = nil,
    created: Timestamp? = nil
  ) throws {
    precondition(!terms.purposes.isEmpty, "a grant names at least one purpose")
    let issuer = DIDKey(key.publicKey)
    var subject: JSONObject = [
      "purpose": .array(terms.purposes.map { .string($0.rawValue) }),
      "ratePartsPerMillion": .integer(terms.rate.partsPerMillion),
      "derivativesInherit": .bool(terms.derivativesInherit),
    ]
    switch terms.subject {
    case .work(let digest): subject["work"] = .string(Self.digestPrefix + digest.hex)
    case .collection(let root): subject["collection"] = .string(Self.digestPrefix + root.hex)
    case .allWorks: subject["work"] = .string(Self.allWorks)
    case .model(let identifier): subject["model"] = .string(Self.digestPrefix + identifier.hex)
    }
    subject["minimumFee"] = terms.minimumFee?.json
    if !terms.territories.isEmpty {
      subject["territory"] = .array(terms.territories.map { .string($0.code) })
    }
    switch terms.grantee {
    case .party(let did): subject["id"] = .string(did.text)
    case .anyone: subject["grantee"] = "anyone"
    }
    var document: JSONObject = [
      "@context": Self.context, "type": Self.types, "id": .string(Self.urn(uuid: uuid)),
      "issuer": .string(issuer.text), "validFrom": .string(terms.validFrom.description),
      "credentialSubject": .object(subject),
    ]
    document["validUntil"] = terms.validUntil.map { .string($0.description) }
    document["credentialStatus"] = status?.json
    let credential = try DataIntegrity.sign(
      document: .object(document), key: key, created: created ?? terms.validFrom)
    bytes = credential.canonicalBytes
    identifier = SHA256.digest(bytes)
    self.issuer = issuer
    self.terms = terms
    self.status = status
  }

  static let digestPrefix = "urn:sha256:"
  static let allWorks = "all-works-of-issuer"

  /// Reads and verifies a credential.
  ///
  /// - Throws: `GrantError` for a proof that does not verify or terms that this version does not
  ///   know in full; `JSONFieldError` for a member that is missing, malformed or unknown.
  package init(credential: JSON) throws { try self.init(credential: credential, proofs: .verified) }

  /// Reads a credential, and verifies it unless the caller knows its bytes as verified before.
  private init(credential: JSON, proofs: Event.Proofs) throws {
    var fields = try JSONFields(credential, of: "the credential")
    guard try fields.value("@context") == Self.context else { throw GrantError.unknownContext }
    guard try fields.value("type") == Self.types else { throw GrantError.unknownType }
    _ = try fields.string("id")
    issuer = try fields.parsed("issuer", as: "a did:key of an Ed25519 key", DIDKey.init)
    let validFrom = try fields.parsed("validFrom", as: "a UTC timestamp") { Timestamp($0) }
    var validUntil: Timestamp?
    if let text = fields.optional("validUntil") {
      guard let end = text.string.flatMap({ Timestamp($0) }) else {
        throw JSONFieldError.wrong(
          name: "validUntil", expected: "a UTC timestamp", subject: "the credential")
      }
      validUntil = end
    }
    status = try fields.optional("credentialStatus").map { try StatusEntry(json: $0) }
    let subject = try fields.value("credentialSubject")
    _ = try fields.value("proof")
    try fields.finish()
    terms = try Self.terms(of: subject, validFrom: validFrom, validUntil: validUntil)
    bytes = credential.canonicalBytes
    identifier = SHA256.digest(bytes)
    if proofs == .verifiedBefore { return }
    if case .invalid(let reason) = DataIntegrity.verify(
      document: credential, canonicalBytes: bytes, expected: issuer)
    {
      throw GrantError.badProof("\(reason)")
    }
  }

  init(payload: JSON, proofs: Event.Proofs) throws {
    var fields = try JSONFields(payload, of: "grant.issued")
    try self.init(credential: try fields.value("credential"), proofs: proofs)
    try fields.finish()
  }

  var payload: JSON { ["credential": credential] }

  /// A version 4 UUID of RFC 9562 from 16 random bytes.
  private static func urn(uuid: [UInt8]) -> String {
    precondition(uuid.count == 16, "a UUID has 16 bytes")
    var bytes = uuid
    bytes[6] = bytes[6] & 0x0f | 0x40
    bytes[8] = bytes[8] & 0x3f | 0x80
    let hex = Array(Hex.encode(bytes))
    let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(hex[$0]) }
    return "urn:uuid:" + groups.joined(separator: "-")
  }
}

/// Why a credential is not a grant that this version can hold anyone to.
package enum GrantError: Error, Hashable, Sendable {
  case unknownContext
  case unknownType
  case unknownSubject
  case unknownGrantee
  case unknownPurpose
  case unknownTerritory
  case unknownStatus
  case badProof(String)
}

extension GrantError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownContext: "the credential's @context is not that of a use grant"
    case .unknownType: "the credential's type is not that of a use grant"
    case .unknownSubject:
      "the credential names not exactly one work, collection, model or all works of its issuer"
    case .unknownGrantee: "the credential names neither a did:key as grantee nor 'anyone'"
    case .unknownPurpose: "the credential names no purpose, or one that is not known"
    case .unknownTerritory:
      "the credential's territories are not codes of two capital letters (ISO 3166-1) in order"
    case .unknownStatus: "the credential's status is not an entry of a register's status lists"
    case .badProof(let reason): "the grant's signature does not verify: \(reason)"
    }
  }
}
