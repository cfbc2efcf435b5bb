// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Merkle
import Primitives
import Register
import Signing
import TransparencyLog

extension FuzzTarget {
  /// The key that signs what would be refused for want of a signature before anything else is read.
  private static let key = SecretKey(seed: [UInt8](repeating: 0x5A, count: SecretKey.seedByteCount))
  private static let moment = Timestamp(secondsSinceEpoch: 1_795_219_200)

  /// Everything that carries a signature.
  static let signed: [FuzzTarget] = [
    FuzzTarget("did-key") { bytes in
      guard let text = text(bytes), let did = DIDKey(text) else { return nil }
      return same(DIDKey(did.publicKey).text, text) ? nil : "a key has a second spelling"
    },
    FuzzTarget("data-integrity") { bytes in
      let document = try JSON.parse(bytes)
      _ = DataIntegrity.verify(document: document, at: moment)
      guard let key, var object = document.object else { return nil }
      object["proof"] = nil
      let signed = try DataIntegrity.sign(document: .object(object), key: key, created: moment)
      let verdict = DataIntegrity.verify(
        document: try JSON.parse(signed.canonicalBytes), expected: DIDKey(key.publicKey))
      return verdict == .valid(signer: DIDKey(key.publicKey)) ? nil : "an own proof is refused"
    },
    FuzzTarget("event") { bytes in
      let event = try Event(parsing: bytes)
      return event.bytes == bytes ? nil : "an event keeps other bytes"
    },
    FuzzTarget("event-payload") { bytes in
      // Signed here, so that the readers of payloads are reached.
      guard let key, var object = try JSON.parse(bytes).object else { return nil }
      object["proof"] = nil
      object["at"] = .string(moment.description)
      object["by"] = .string(DIDKey(key.publicKey).text)
      let signed = try DataIntegrity.sign(document: .object(object), key: key, created: moment)
      let event = try Event(parsing: signed.canonicalBytes)
      let again = try Event(body: event.body, at: moment, signedBy: key)
      return again.bytes == event.bytes ? nil : "a body that was read is written otherwise"
    },
    FuzzTarget("grant") { bytes in
      let credential = try JSON.parse(bytes)
      if let grant = try? Grant(credential: credential) { return repeats(grant) }
      guard let key, var object = credential.object else { return nil }
      object["proof"] = nil
      object["issuer"] = .string(DIDKey(key.publicKey).text)
      let signed = try DataIntegrity.sign(document: .object(object), key: key, created: moment)
      return repeats(try Grant(credential: signed))
    },
    FuzzTarget("signed-note") { bytes in
      let note = try SignedNote(parsing: bytes)
      return note.encoded.utf8.elementsEqual(bytes) ? nil : "a note has a second spelling"
    },
    FuzzTarget("log-proof") { bytes in
      let proof = try LogProof(parsing: bytes)
      return proof.encoded == bytes ? nil : "a proof has a second spelling"
    },
    FuzzTarget("note-verifier") { bytes in
      guard let text = text(bytes), let verifier = NoteVerifier(text) else { return nil }
      return NoteVerifier(verifier.text) == verifier ? nil : "another key"
    },
  ]

  /// Whether a grant reads back from its own canonical bytes with the same terms.
  private static func repeats(_ grant: Grant) -> String? {
    guard let bytes = try? JSON.parse(grant.credential.canonicalBytes),
      let again = try? Grant(credential: bytes)
    else { return "a grant does not read back" }
    return again.terms == grant.terms && again.identifier == grant.identifier
      ? nil : "a grant reads back with other terms"
  }
}
