// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Signing
import TransparencyLog

extension FuzzTarget {
  /// What a writer of the log reads beside the log.
  static let log: [FuzzTarget] = [
    FuzzTarget("journal-record") { bytes in
      guard let key = SecretKey(seed: [UInt8](repeating: 7, count: 32)),
        let signer = NoteSigner(name: "log.example/fuzz", key: key)
      else { return nil }
      // As a file: nearly every altered one stops at its digest.
      if (try? JournalRecord(atBeginningOf: bytes, signedBy: signer.verifier)) != nil {
        return "bytes that the key never signed are a record"
      }
      // Signed here, so that what follows the signature is read at all.
      let record = try JournalRecord(content: bytes)
      guard record.content == bytes else { return "a record is written otherwise" }
      let sealed = JournalRecord.seal(bytes, by: signer) + [0, 1]
      let again = try? JournalRecord(atBeginningOf: sealed, signedBy: signer.verifier)
      return again == record ? nil : "a record that was written is not read"
    }
  ]
}
