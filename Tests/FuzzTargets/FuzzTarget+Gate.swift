// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Gate

extension FuzzTarget {
  /// What the gate reads and writes.
  static let gate: [FuzzTarget] = [
    FuzzTarget("manifest") { bytes in
      let json = try JSON.parse(bytes)
      return try Manifest(json: json).json == json ? nil : "a manifest is written otherwise"
    },
    FuzzTarget("decision") { bytes in
      let json = try JSON.parse(bytes)
      return try Decision(json: json).json == json ? nil : "a decision is written otherwise"
    },
    FuzzTarget("fingerprint") { bytes in
      try Fingerprint(encoded: bytes).encoded == bytes ? nil : "a fingerprint is written otherwise"
    },
    FuzzTarget("text-folding") { bytes in
      let fingerprint = try Fingerprint(utf8: bytes)
      guard try Fingerprint(encoded: fingerprint.encoded) == fingerprint else {
        return "a fingerprint does not read back"
      }
      // Letter case of ASCII and white space around a text carry nothing.
      let shouted = bytes.map { (0x61...0x7A).contains($0) ? $0 - 32 : $0 }
      guard try Fingerprint(utf8: [0x20] + shouted + [0x0A]) == fingerprint else {
        return "the fingerprint sees letter case or outer white space"
      }
      return nil
    },
  ]
}
