// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPClient
import LogNetwork
import Merkle
import Primitives
import Signing
import Storage
import TestSupport
import Testing

/// The interpreter that has `cryptography`, named by `CADASTRE_PYTHON`.
private let python: String? = {
  if let path = ProcessInfo.processInfo.environment["CADASTRE_PYTHON"] { return path }
  print(
    "NOTICE: Python audit of a log: skipped "
      + "(set CADASTRE_PYTHON to an interpreter with cryptography)")
  return nil
}()

/// A copy of a cosigned log, audited by a program that shares no code with this one.
@Suite(.enabled(if: python != nil)) struct PythonAuditTests {
  private let script = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Python/cross_check_log.py").path

  @Test(arguments: [1, 255, 256, 257, 700, 66_000] as [UInt64])
  func `An independent auditor accepts the copy, and not with one byte altered`(
    _ size: UInt64
  ) throws {
    let log = try NetworkLog()
    try log.grow(to: size, batch: 30_000)
    let witness = try witnessSigner("witness.example/w1", seed: 2)
    var note = try SignedNote(parsing: try log.checkpointBytes())
    note.signatures.append(witness.sign(note.text, at: 1_795_219_200))
    try log.put(Array(note.encoded.utf8), at: "checkpoint")
    let copy = log.temporary.path + "/copy"
    let policy = try TrustPolicy(
      parsing: Array("witness w \(witness.verifier.text)\nquorum w\n".utf8))
    _ = try LogMirror(directory: copy, verifier: log.verifier, policy: policy)
      .run(from: try log.source())
    func audit() throws -> BuiltProgram.Outcome {
      try BuiltProgram(path: try #require(python)).run(
        [script, copy, log.verifier.text, witness.verifier.text], in: copy)
    }
    let whole = try audit()
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.output.hasPrefix("\(size) entries and "))
    var random = Philox4x32(key: size, stream: 3)
    for file in try FileSystem.filesBelow(copy).prefix(8) {
      let original = try FileSystem.readFile(copy + "/" + file)
      var altered = original
      altered[Int(random.below(UInt32(altered.count)))] ^= 1
      try Data(altered).write(to: URL(filePath: copy + "/" + file))
      #expect(try audit().status != 0, "\(file)")
      try Data(original).write(to: URL(filePath: copy + "/" + file))
    }
  }
}
