// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import HTTPClient
import HTTPListener
import LogNetwork
import Merkle
import Signing

extension FuzzTarget {
  private static let seed = [UInt8](repeating: 0x5A, count: SecretKey.seedByteCount)

  /// What strangers send over the network.
  static let network: [FuzzTarget] = [
    FuzzTarget("http-target") { bytes in
      guard let text = text(bytes), let target = HTTPTarget(text) else { return nil }
      guard !target.parts.contains("."), !target.parts.contains(".."),
        !target.path.hasPrefix("/"), !target.path.utf8.contains(0)
      else { return "a path leads out of its folder" }
      guard let address = HTTPAddress("http://h") else { return "no address" }
      let again = HTTPTarget(String(address.file(target.path).dropFirst(8)))
      return again.map { same($0.path, target.path) } ?? (target.path.utf8.count > 1000)
        ? nil : "a path that was read is encoded as another"
    },
    FuzzTarget("trust-policy") { bytes in
      let policy = try TrustPolicy(parsing: bytes)
      guard policy.quorum.isMet(by: Set(policy.witnesses.indices)) else {
        return "not even all witnesses are enough"
      }
      return Set(policy.quorum.witnesses).count == policy.quorum.witnesses.count
        ? nil : "a witness counts twice"
    },
    FuzzTarget("witness-request") { bytes in
      guard let request = WitnessRequest(parsing: bytes) else { return nil }
      return request.encoded == bytes ? nil : "a request has a second spelling"
    },
    FuzzTarget("cosigned-note") { bytes in
      var note = try SignedNote(parsing: bytes)
      guard let key = SecretKey(seed: seed),
        let witness = CosignatureSigner(name: "w", key: key)
      else { return "no key" }
      let before = try? witness.verifier.cosignatures(on: note).count
      guard before == nil else { return nil }
      note.signatures.removeAll { $0.keyID == witness.verifier.keyID }
      note.signatures.append(witness.sign(note.text, at: 7))
      let read = try SignedNote(parsing: Array(note.encoded.utf8))
      return try witness.verifier.cosignatures(on: read).map(\.time) == [7]
        ? nil : "an own cosignature is refused"
    },
    FuzzTarget("contradiction") { bytes in
      let contradiction = try Contradiction(json: try JSON.parse(bytes))
      _ = try? contradiction.verify()
      return try Contradiction(json: contradiction.json) == contradiction
        ? nil : "what is written reads back otherwise"
    },
    FuzzTarget("monitor-memory") { bytes in
      let memory = try MonitorMemory(json: try JSON.parse(bytes))
      return try MonitorMemory(json: memory.json) == memory
        ? nil : "what is written reads back otherwise"
    },
  ]
}
