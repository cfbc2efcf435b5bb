// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
@testable import Signing
import TestSupport
import Testing

@Suite struct DataIntegrityTests {
  private static let created = Timestamp(secondsSinceEpoch: 1_795_000_000)
  private let key: SecretKey
  private let signed: JSON

  init() throws {
    key = try #require(SecretKey(seed: [UInt8](repeating: 7, count: 32)))
    signed = try DataIntegrity.sign(
      document: ["@context": ["https://a.example", "https://b.example"], "n": 1, "t": "x"],
      key: key, created: Self.created)
  }

  private func changing(_ change: (inout JSONObject) -> Void) -> JSON {
    var object = signed.object ?? JSONObject()
    change(&object)
    return .object(object)
  }

  private func changingProof(_ member: String, to value: JSON?) -> JSON {
    changing { object in
      var proof = object["proof"]?.object ?? JSONObject()
      proof[member] = value
      object["proof"] = .object(proof)
    }
  }

  @Test func `What a proof signs is cut out of the canonical bytes as it is made from the members`()
    throws
  {
    let plain = try DataIntegrity.sign(document: ["n": 1], key: key, created: Self.created)
    let later = changing { $0["@context"] = ["https://a.example", "https://b.example", "more"] }
    for (document, isCut) in [(signed, true), (plain, true), (later, false)] {
      let bytes = document.canonicalBytes
      let object = try #require(document.object)
      let options = try #require(object["proof"]?.object).removing("proofValue")
      let made = DataIntegrity.signedBytes(options: options, document: object.removing("proof"))
      #expect(DataIntegrity.signedBytes(in: bytes) == (isCut ? made : nil))
      let signer = DIDKey(key.publicKey)
      #expect(DataIntegrity.verify(document: document, canonicalBytes: bytes).signer == signer)
      #expect(DataIntegrity.verify(document: document).signer == signer)
    }
    let altered = changing { $0["n"] = 2 }
    #expect(
      DataIntegrity.verify(document: altered, canonicalBytes: altered.canonicalBytes)
        == .invalid(.wrongSignature))
  }

  @Test(.enabled(if: Vectors.areAvailable(for: "W3C eddsa-jcs-2022")))
  func `All seven published intermediate values come out`() throws {
    func text(_ name: String) throws -> String {
      try Vectors.text("vc-di-eddsa/eddsa-jcs-2022/\(name).txt")
    }
    let pair = try JSON.parse(Vectors.bytes("vc-di-eddsa/keyPair.json"))
    let key = try #require(SecretKey(multikey: pair["privateKeyMultibase"]?.string ?? ""))
    #expect(
      DIDKey(key.publicKey).text == "did:key:" + (pair["publicKeyMultibase"]?.string ?? ""))
    let document = try JSON.parse(Vectors.bytes("vc-di-eddsa/unsigned.json"))
    let options = try JSON.parse(
      Vectors.bytes("vc-di-eddsa/eddsa-jcs-2022/proofConfigJCS.json"))
    #expect(document.canonicalText == (try text("canonDocJCS")))
    #expect(options.canonicalText == (try text("proofCanonJCS")))
    let documentHash = SHA256.digest(document.canonicalBytes)
    let optionsHash = SHA256.digest(options.canonicalBytes)
    #expect(documentHash.hex == (try text("docHashJCS")))
    #expect(optionsHash.hex == (try text("proofHashJCS")))
    #expect(optionsHash.hex + documentHash.hex == (try text("combinedHashJCS")))
    let signature = key.sign(optionsHash.bytes + documentHash.bytes)
    #expect(Hex.encode(signature) == (try text("sigHexJCS")))
    #expect(Multibase.encodeBase58(signature) == (try text("sigBTC58JCS")))

    let published = try JSON.parse(Vectors.bytes("vc-di-eddsa/eddsa-jcs-2022/signedJCS.json"))
    let created = try #require(Timestamp(published["proof"]?["created"]?.string ?? ""))
    #expect(
      try DataIntegrity.sign(document: document, key: key, created: created) == published)
    #expect(DataIntegrity.verify(document: published).signer == DIDKey(key.publicKey))
  }

  @Test func `A signed document names its signer`() {
    let signer = DIDKey(key.publicKey)
    #expect(DataIntegrity.verify(document: signed) == .valid(signer: signer))
    #expect(DataIntegrity.verify(document: signed, expected: signer) == .valid(signer: signer))
    let other = DIDKey(SecretKey.generate().publicKey)
    #expect(
      DataIntegrity.verify(document: signed, expected: other)
        == .invalid(.wrongSigner(expected: other, found: signer.text)))
  }

  @Test func `Any change to the document or to the proof is found`() throws {
    let other = try #require(SecretKey(seed: [UInt8](repeating: 8, count: 32)))
    let method = DIDKey(other.publicKey).verificationMethod
    let own = DIDKey(key.publicKey)
    let changes: [(JSON, SignatureFault)] = [
      (changing { $0["n"] = 2 }, .wrongSignature),
      (changing { $0["extra"] = .null }, .wrongSignature),
      (changing { $0["t"] = nil }, .wrongSignature),
      (changing { $0["proof"] = nil }, .noProof),
      (changing { $0["proof"] = [$0["proof"] ?? .null] }, .notOneProof),
      (changing { $0["@context"] = ["https://b.example", "https://a.example"] }, .contextMismatch),
      (changing { $0["@context"] = "https://a.example" }, .contextMismatch),
      (changing { $0["@context"] = nil }, .contextMismatch),
      (changingProof("@context", to: nil), .wrongSignature),
      (changingProof("@context", to: ["https://a.example"]), .wrongSignature),
      (changingProof("created", to: "2026-11-21T09:30:00Z"), .wrongSignature),
      (changingProof("created", to: nil), .wrongSignature),
      (
        changingProof("created", to: "yesterday"),
        .wrongMember("created", expected: "a date and time such as 2026-11-21T09:30:00Z")
      ),
      (changingProof("nonce", to: "n"), .wrongSignature),
      (changingProof("previousProof", to: "urn:x"), .chained),
      (
        changingProof("type", to: "Ed25519Signature2020"),
        .wrongMember("type", expected: "'DataIntegrityProof'")
      ),
      (
        changingProof("cryptosuite", to: "eddsa-rdfc-2022"),
        .wrongMember("cryptosuite", expected: "'eddsa-jcs-2022'")
      ),
      (
        changingProof("proofPurpose", to: "authentication"),
        .wrongMember("proofPurpose", expected: "'assertionMethod'")
      ),
      (changingProof("verificationMethod", to: .string(method)), .wrongSignature),
      (changingProof("verificationMethod", to: .string(own.text)), .wrongVerificationMethod),
      (
        changingProof("verificationMethod", to: .string(own.text + "#key")),
        .wrongVerificationMethod
      ),
      (changingProof("verificationMethod", to: 1), .wrongVerificationMethod),
      (changingProof("proofValue", to: "z11"), .malformedProofValue),
      (changingProof("proofValue", to: "uAAAA"), .malformedProofValue),
      (
        changingProof("expires", to: "2020-01-01T00:00:00Z"),
        .expired(until: "2020-01-01T00:00:00Z")
      ),
      ([signed], .notAnObject),
    ]
    for (document, fault) in changes {
      #expect(DataIntegrity.verify(document: document) == .invalid(fault))
      #expect(!fault.description.isEmpty)
    }
  }

  @Test func `A context added after signing leaves the proof valid, as the suite says`() {
    let document = changing {
      $0["@context"] = ["https://a.example", "https://b.example", "https://c.example"]
    }
    #expect(DataIntegrity.verify(document: document).signer == DIDKey(key.publicKey))
  }

  @Test func `A context that only looks the same is another context`() throws {
    let document = try DataIntegrity.sign(
      document: ["@context": "https://caf\u{e9}.example"], key: key, created: Self.created)
    var object = try #require(document.object)
    object["@context"] = "https://cafe\u{301}.example"
    #expect(DataIntegrity.verify(document: .object(object)) == .invalid(.contextMismatch))
  }

  @Test func `What canonicalisers disagree about is not signed`() {
    for document: JSON in [["n": .double(0.5)], ["n": 9_007_199_254_740_992], ["\u{e9}": 1]] {
      #expect(throws: SigningError.notInteroperable) {
        try DataIntegrity.sign(document: document, key: key, created: Self.created)
      }
    }
    #expect(throws: SigningError.alreadySigned) {
      try DataIntegrity.sign(document: signed, key: key, created: Self.created)
    }
    #expect(throws: SigningError.notAnObject) {
      try DataIntegrity.sign(document: [1], key: key, created: Self.created)
    }
  }
}
