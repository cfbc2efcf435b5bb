// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Signing
import TransparencyLog

// Appends to a log until it is stopped, and says after each batch how many entries were acknowledged.
// Arguments: the log's directory, how many batches, entries in each. Exit status 3 for a failed append.

/// The text of the entry at an index; the tests compute it again.
func entry(_ index: UInt64) -> [UInt8] {
  Array("entry \(index) \(String(repeating: "x", count: Int(index % 97)))".utf8)
}

func say(_ text: String) {
  let bytes = Array((text + "\n").utf8)
  guard write(1, bytes, bytes.count) == bytes.count else { exit(4) }
}

guard CommandLine.arguments.count == 4, let batches = Int(CommandLine.arguments[2]),
  let width = UInt64(CommandLine.arguments[3]),
  let key = SecretKey(seed: [UInt8](repeating: 1, count: 32)),
  let signer = NoteSigner(name: "log.example/crash", key: key)
else {
  say("usage: CrashWriter DIRECTORY BATCHES WIDTH")
  exit(2)
}

do {
  let log = try LogWriter.open(path: CommandLine.arguments[1], signer: signer)
  for _ in 0..<batches {
    let size = log.size
    let range = try log.append((size..<size + width).map(entry))
    say("acknowledged \(range.upperBound)")
  }
} catch {
  say("failed \(error)")
  exit(3)
}
