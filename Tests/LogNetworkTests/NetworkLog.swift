// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPClient
import HTTPListener
import LogNetwork
import Merkle
import Primitives
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

/// A log in a fresh directory that tests serve, watch, copy and spoil.
final class NetworkLog {
  static let origin = "log.example/royalty"

  let temporary: TemporaryDirectory
  let signer: NoteSigner
  /// A register's directory: the log lies in `log`.
  var root: String { temporary.path + "/register" }
  var path: String { root + "/log" }
  var layout: RegisterLayout { RegisterLayout(root: root) }
  var verifier: NoteVerifier { signer.verifier }

  init(seed: UInt8 = 1) throws {
    temporary = try TemporaryDirectory()
    let key = try #require(SecretKey(seed: [UInt8](repeating: seed, count: 32)))
    signer = try #require(NoteSigner(name: Self.origin, key: key))
  }

  /// The entries of the cross-implementation roots.
  static func entry(_ index: UInt64) -> [UInt8] {
    Array(#"{"n":\#(index),"type":"consent.granted"}"#.utf8)
  }

  /// Makes the log where there is none, and appends up to a size; each batch has a checkpoint.
  func grow(
    to size: UInt64, batch: UInt64 = 100, entry: (UInt64) -> [UInt8] = NetworkLog.entry
  ) throws {
    let writer =
      FileSystem.fileExists(path + "/checkpoint")
      ? try LogWriter.open(path: path, signer: signer)
      : try LogWriter.create(path: path, signer: signer)
    while writer.size < size {
      let end = min(size, writer.size + batch)
      _ = try writer.append((writer.size..<end).map(entry))
    }
  }

  func checkpointBytes() throws -> [UInt8] { try bytes("checkpoint") }

  func checkpoint() throws -> Checkpoint {
    try Checkpoint(signed: try checkpointBytes(), by: verifier)
  }

  func bytes(_ file: String) throws -> [UInt8] {
    try FileSystem.readFile(path + "/" + file)
  }

  func put(_ bytes: [UInt8], at file: String) throws {
    let path = path + "/" + file
    try FileSystem.createDirectory(FileSystem.parentDirectory(of: path))
    try Data(bytes).write(to: URL(filePath: path))
  }

  func source() throws -> LogSource { try LogSource(path, session: HTTPSession()) }

  /// The files that a log of this size needs, with their names.
  func neededFiles() throws -> [String] {
    let size = try checkpoint().size
    return try FileSystem.filesBelow(path).filter { name in
      Tile(path: name).map { Tile.at($0.content, index: $0.index, size: size) == $0 } ?? true
    }
  }
}

/// A server that ends with the value.
final class Served {
  let server: HTTPServer
  var url: String { "http://\(server.address)/" }

  init(
    limits: HTTPServer.Limits = .init(),
    _ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse
  ) throws {
    server = try HTTPServer(
      at: try #require(ListenAddress("127.0.0.1:0")), limits: limits, handler: answer)
  }

  deinit { server.stop() }
}

/// A witness of a seed, for tests.
func witnessSigner(_ name: String, seed: UInt8) throws -> CosignatureSigner {
  let key = try #require(SecretKey(seed: [UInt8](repeating: seed, count: 32)))
  return try #require(CosignatureSigner(name: name, key: key))
}
