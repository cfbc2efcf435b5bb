// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Foundation
import Primitives
import Signing
import Testing

/// The interpreter that has `rfc8785` and `cryptography`, named by `CADASTRE_PYTHON`.
private let python: String? = {
  if let path = ProcessInfo.processInfo.environment["CADASTRE_PYTHON"] { return path }
  print(
    "NOTICE: Python cross-check of signing: skipped "
      + "(set CADASTRE_PYTHON to an interpreter with rfc8785 and cryptography)")
  return nil
}()

@Suite(.enabled(if: python != nil))
struct PythonCrossCheckTests {
  @Test func `Independent packages read the same canonical bytes and accept the same proofs`()
    throws
  {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "cadastre-signing-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    var random = Philox4x32(key: 21, stream: 0)
    for number in 0..<60 {
      let value = Self.document(&random, depth: 3, onlyInteroperable: false)
      try write(Array(value.prettyText.utf8), to: "\(number).json", in: directory)
      try write(value.canonicalBytes, to: "\(number).jcs", in: directory)
      let seed = (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next32()) }
      let signed = try DataIntegrity.sign(
        document: Self.document(&random, depth: 3, onlyInteroperable: true),
        key: try #require(SecretKey(seed: seed)),
        created: Timestamp(secondsSinceEpoch: Int64(random.next32())))
      try write(signed.canonicalBytes, to: "\(number).signed.json", in: directory)
    }
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Python/cross_check_signing.py")
    let process = Process()
    process.executableURL = URL(filePath: try #require(python))
    process.arguments = [script.path, directory.path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text == "60 canonical forms and 60 proofs agree\n")
  }

  private func write(_ bytes: [UInt8], to name: String, in directory: URL) throws {
    try Data(bytes).write(to: directory.appending(path: name))
  }

  private static func document(
    _ random: inout Philox4x32, depth: Int, onlyInteroperable: Bool
  ) -> JSON {
    var object = JSONObject()
    if random.below(3) == 0 { object["@context"] = ["https://a.example", "https://b.example"] }
    for _ in 0...random.below(5) {
      object[name(&random, isASCII: onlyInteroperable)] = value(
        &random, depth: depth, onlyInteroperable: onlyInteroperable)
    }
    return .object(object)
  }

  private static func value(
    _ random: inout Philox4x32, depth: Int, onlyInteroperable: Bool
  ) -> JSON {
    switch random.below(depth > 0 ? 8 : 6) {
    case 0: return .null
    case 1: return .bool(random.below(2) == 0)
    case 2: return .integer(Int64(truncatingIfNeeded: random.next()) >> 11)
    case 3 where !onlyInteroperable:
      let double = Double(bitPattern: random.next())
      return .double(double.isFinite ? double : 0.1)
    case 3, 4, 5: return .string(name(&random, isASCII: false))
    case 6:
      return .array(
        (0..<random.below(4)).map { _ in
          value(&random, depth: depth - 1, onlyInteroperable: onlyInteroperable)
        })
    default: return document(&random, depth: depth - 1, onlyInteroperable: onlyInteroperable)
    }
  }

  private static func name(_ random: inout Philox4x32, isASCII: Bool) -> String {
    var text = ""
    for _ in 0...random.below(8) {
      let bound: UInt32 = isASCII ? 0x7f : [0x7f, 0x400, 0x10000, 0x110000][Int(random.below(4))]
      text.unicodeScalars.append(Unicode.Scalar(random.below(bound)) ?? "?")
    }
    return text
  }
}
