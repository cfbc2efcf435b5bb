// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Primitives
package import Signing

/// One entry of the log: who says what, when, signed; kept with the exact bytes that were logged.
///
/// The bytes are the canonical JSON of `{type, at, by, payload, proof}`, where the proof is an
/// `eddsa-jcs-2022` Data Integrity proof of the signer named by `by`.
package struct Event: Sendable {
  /// The moment the signer states; it informs, the position in the log decides.
  package let at: Timestamp
  /// Who signed.
  package let by: DIDKey
  /// What is said.
  package let body: EventBody
  /// The logged bytes.
  package let bytes: [UInt8]

  /// The largest entry the log takes (C2SP tlog-tiles: a 16-bit length).
  package static let maximumByteCount = 65_535

  /// Signs a body.
  ///
  /// - Throws: `EventError.tooLarge`, or what signing throws.
  package init(body: EventBody, at: Timestamp, signedBy key: SecretKey) throws {
    let signer = DIDKey(key.publicKey)
    let document: JSON = [
      "type": .string(body.type), "at": .string(at.description), "by": .string(signer.text),
      "payload": body.payload,
    ]
    let signed = try DataIntegrity.sign(document: document, key: key, created: at)
    self.at = at
    self.by = signer
    self.body = body
    bytes = signed.canonicalBytes
    guard bytes.count <= Self.maximumByteCount else {
      throw EventError.tooLarge(bytes: bytes.count)
    }
  }

  /// Whether the signatures in an entry are verified.
  package enum Proofs: Sendable {
    /// The proof of the event, and that of a credential in it.
    case verified
    /// Neither: only for bytes that the caller knows to be those it verified before.
    case verifiedBefore
  }

  /// Reads and verifies one log entry.
  ///
  /// - Throws: `EventError` where the bytes are not canonical, a member is missing, unknown or
  ///   malformed, or the proof is not that of `by`.
  package init(parsing bytes: [UInt8], proofs: Proofs = .verified) throws(EventError) {
    guard bytes.count <= Self.maximumByteCount else { throw .tooLarge(bytes: bytes.count) }
    let text: (value: JSON, isCanonical: Bool)
    do throws(JSONError) {
      text = try JSON.read(bytes)
    } catch {
      throw .notJSON(error)
    }
    guard text.isCanonical else { throw .notCanonical }
    try self.init(document: text.value, bytes: bytes, proofs: proofs)
  }

  private init(document: JSON, bytes: [UInt8], proofs: Proofs) throws(EventError) {
    do {
      var fields = try JSONFields(document, of: "an event")
      let type = try fields.string("type")
      at = try fields.parsed("at", as: "a UTC timestamp to the second") { text in
        Timestamp(text).flatMap { $0.description == text ? $0 : nil }
      }
      by = try fields.parsed("by", as: "a did:key of an Ed25519 key", DIDKey.init)
      let payload = try fields.value("payload")
      _ = try fields.value("proof")
      try fields.finish()
      body = try EventBody(type: type, payload: payload, proofs: proofs)
      // A grant keeps its credential as it stands; all else is written again from what was read.
      if case .grantIssued = body {
      } else {
        guard
          let written = CanonicalObject(in: bytes)?.bytes(of: "payload"),
          body.payload.canonicalBytes.elementsEqual(written)
        else { throw EventError.notCanonical }
      }
    } catch let error as JSONFieldError {
      throw .malformed(error)
    } catch let error as EventError {
      throw error
    } catch GrantError.badProof(let reason) {
      throw .badCredential("\(GrantError.badProof(reason))")
    } catch {
      throw .badBody("\(error)")
    }
    self.bytes = bytes
    if proofs == .verifiedBefore { return }
    switch DataIntegrity.verify(document: document, canonicalBytes: bytes, expected: by) {
    case .valid: break
    case .invalid(let reason): throw .badProof("\(reason)")
    }
  }
}

/// Why bytes are not an event of this register.
package enum EventError: Error, Sendable {
  case tooLarge(bytes: Int)
  case notJSON(JSONError)
  case notCanonical
  case malformed(JSONFieldError)
  case unknownType(String)
  case badBody(String)
  case badCredential(String)
  case badProof(String)
}

extension EventError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooLarge(let bytes):
      "the event has \(bytes) bytes, and a log entry at most \(Event.maximumByteCount)"
    case .notJSON(let error): "the event is not JSON: \(error)"
    case .notCanonical: "the event is not in canonical form (RFC 8785)"
    case .malformed(let error): "the event is malformed: \(error)"
    case .unknownType(let type): "events of type '\(type)' are not known to this version"
    case .badBody(let reason), .badCredential(let reason): "the event cannot be held to: \(reason)"
    case .badProof(let reason): "the event's proof does not verify: \(reason)"
    }
  }
}
