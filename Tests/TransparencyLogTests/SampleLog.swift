// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing
import TestSupport
import Testing
import TransparencyLog

/// A log in a fresh directory, with the key and the entries of the cross-implementation vectors.
final class SampleLog {
  let temporary: TemporaryDirectory
  let signer: NoteSigner
  var path: String { temporary.path + "/log" }

  init() throws {
    temporary = try TemporaryDirectory()
    let key = try #require(SecretKey(seed: [UInt8](repeating: 1, count: 32)))
    signer = try #require(NoteSigner(name: "log.example/royalty", key: key))
  }

  static func entry(_ index: UInt64) -> [UInt8] {
    Array(#"{"n":\#(index),"type":"consent.granted"}"#.utf8)
  }

  /// Whether a log of that size needs the file: it is not a partial tile of an older checkpoint.
  static func isNeeded(_ name: String, size: UInt64) -> Bool {
    Tile(path: name).map { Tile.at($0.content, index: $0.index, size: size) == $0 } ?? true
  }

  /// Makes the log and fills it in batches of changing length.
  @discardableResult
  func fill(to size: UInt64, key: UInt64 = 1) throws -> LogWriter {
    let writer = try LogWriter.create(path: path, signer: signer)
    var random = Philox4x32(key: key, stream: 0)
    while writer.size < size {
      let count = min(size - writer.size, UInt64(random.below(400)) + 1)
      let range = try writer.append((writer.size..<writer.size + count).map(Self.entry))
      #expect(range.upperBound == writer.size)
    }
    return writer
  }

  func reader() throws -> LogReader { try LogReader(path: path, verifier: signer.verifier) }
  func findings() -> [Finding] { Fsck.check(path: path, verifier: signer.verifier) }
}
