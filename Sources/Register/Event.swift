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

  /// Reads and verifies one log entry.
  ///
  /// - Throws: `EventError` where the bytes are not canonical, a member is missing, unknown or
  ///   malformed, or the proof is not that of `by`.
  package init(parsing bytes: [UInt8]) throws(EventError) {
    guard bytes.count <= Self.maximumByteCount else { throw .tooLarge(bytes: bytes.count) }
    let document: JSON
    do throws(JSONError) {
      document = try JSON.parse(bytes)
    } catch {
      throw .notJSON(error)
    }
    guard document.canonicalBytes == bytes else { throw .notCanonical }
    try self.init(document: document, bytes: bytes)
  }

  private init(document: JSON, bytes: [UInt8]) throws(EventError) {
    do {
      var fields = try JSONFields(document, of: "an event")
      let type = try fields.string("type")
      at = try fields.parsed("at", as: "a UTC timestamp", Timestamp.init)
      by = try fields.parsed("by", as: "a did:key of an Ed25519 key", DIDKey.init)
      let payload = try fields.value("payload")
      _ = try fields.value("proof")
      try fields.finish()
      body = try EventBody(type: type, payload: payload)
    } catch let error as JSONFieldError {
      throw .malformed(error)
    } catch let error as EventError {
      throw error
    } catch {
      throw .badBody("\(error)")
    }
    self.bytes = bytes
    switch DataIntegrity.verify(document: document, expected: by) {
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
    case .badBody(let reason): "the event cannot be held to: \(reason)"
    case .badProof(let reason): "the event's proof does not verify: \(reason)"
    }
  }
}
