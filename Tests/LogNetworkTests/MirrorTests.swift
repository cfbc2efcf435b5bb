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
import Synchronization
import TestSupport
import Testing
import TransparencyLog

/// Copies of a log: whole at every moment, small steps, good enough to be copied themselves.
@Suite(.serialized) struct MirrorTests {
  private let log: NetworkLog
  private let session = HTTPSession(limits: .init(connectSeconds: 5, totalSeconds: 20))
  private var copy: String { log.temporary.path + "/copy" }

  init() throws { log = try NetworkLog() }

  /// Roots on which implementations in Go and Python agree.
  private static let roots: [UInt64: String] = [
    1: "ZS/FfzhVtVBkbrnwDqX6VNaKxcfMfMhnzkC5BN7o3mQ=",
    2: "L/aU1deAbWO1S09fDkA4MvhZ+UkpUbQmA+NasOAjqxo=",
    255: "gOqb+p0y6z7C8x6lJnyKnOMYxTNmZaeI6h3bpXI/G9w=",
    256: "xXr6bV4BepP7IfGVvVTRK5XXO0PcPZXtoVlBNtFgJ/g=",
    257: "HyjRNIp/W2p1tRlKm2NhTWHdPuYLcEQBysaZKmZkPgA=",
    511: "ws9mpRzYcJgjNvDbvHN12oIR7IYqN446Tc8Hkchl5Yk=",
    512: "F1DGGKEoHMUV+odxDTqhxgw6fgoFGavxnf+BOHW9xs4=",
  ]

  private func mirror() -> LogMirror {
    LogMirror(directory: copy, verifier: log.verifier, policy: .bare)
  }

  private func damage(_ path: String) -> [Finding] {
    Fsck.check(path: path, verifier: log.verifier).filter(\.isDamage)
  }

  @Test func `A copy follows the log size by size over the network, fetching only what is new`()
    throws
  {
    let count = Atomic<Int>(0)
    try log.grow(to: 1)
    let site = RegisterSite(log.layout, verifier: log.verifier, policy: .bare)
    let served = try Served { request in
      count.add(1, ordering: .relaxed)
      return site.answer(request)
    }
    let source = try LogSource(served.url, session: session).log()
    for size in [1, 2, 255, 256, 257, 300, 511, 512, 513, 1500, 1501] as [UInt64] {
      try log.grow(to: size)
      count.store(0, ordering: .relaxed)
      let outcome = try mirror().run(from: source)
      #expect(outcome.checkpoint == (try log.checkpoint()))
      if let root = Self.roots[size] {
        #expect(Base64.encode(outcome.checkpoint.root.bytes) == root)
      }
      #expect(damage(copy) == [], "at size \(size)")
      for file in try log.neededFiles() {
        #expect(try FileSystem.readFile(copy + "/" + file) == log.bytes(file), "\(file)")
      }
      let requests = count.load(ordering: .relaxed)
      if size == 1501 { #expect(requests <= 5) }
    }
    #expect(try mirror().run(from: source).fileCount == 0)
  }

  @Test func `Partial tiles of copied states stay until the full one is there`() throws {
    for size in [10, 20, 200] as [UInt64] {
      try log.grow(to: size)
      _ = try mirror().run(from: try log.source())
    }
    for width in [10, 20, 200] {
      for kind in ["0", "entries"] {
        #expect(FileSystem.fileExists(copy + "/tile/\(kind)/000.p/\(width)"))
      }
    }
    try log.grow(to: 256)
    _ = try mirror().run(from: try log.source())
    #expect(!FileSystem.fileExists(copy + "/tile/0/000.p"))
    #expect(!FileSystem.fileExists(copy + "/tile/entries/000.p"))
    #expect(damage(copy) == [])
  }

  @Test func `A copy that was stopped at any request goes on and ends whole`() throws {
    try log.grow(to: 900)
    let budget = Atomic<Int>(0)
    let site = RegisterSite(log.layout, verifier: log.verifier, policy: .bare)
    let served = try Served { request in
      budget.subtract(1, ordering: .relaxed).newValue < 0
        ? .text(500, "no more") : site.answer(request)
    }
    let source = try LogSource(served.url, session: session).below("log")
    for allowed in 0..<30 {
      budget.store(allowed, ordering: .relaxed)
      do {
        _ = try mirror().run(from: source)
        #expect(damage(copy) == [])
        #expect(allowed > 3)
        return
      } catch {
        // Nothing is published before all is there.
        #expect(!FileSystem.fileExists(copy + "/checkpoint"))
      }
    }
    Issue.record("the copy never came to its end")
  }

  @Test func `A tile of the copy that was altered is fetched again`() throws {
    try log.grow(to: 600)
    let budget = Atomic<Int>(0)
    let site = RegisterSite(log.layout, verifier: log.verifier, policy: .bare)
    budget.store(7, ordering: .relaxed)
    let served = try Served { request in
      budget.subtract(1, ordering: .relaxed).newValue < 0
        ? .text(500, "no more") : site.answer(request)
    }
    let source = try LogSource(served.url, session: session).below("log")
    #expect(throws: (any Error).self) { try mirror().run(from: source) }
    for name in try FileSystem.filesBelow(copy) {
      var bytes = try FileSystem.readFile(copy + "/" + name)
      bytes[0] ^= 1
      try Data(bytes).write(to: URL(filePath: copy + "/" + name))
    }
    budget.store(1000, ordering: .relaxed)
    _ = try mirror().run(from: source)
    #expect(damage(copy) == [])
  }

  @Test func `A copy served by any web server can be watched and copied`() throws {
    let python = "/usr/bin/python3"
    guard FileSystem.fileExists(python) else {
      print("NOTICE: the copy is not served by another server: there is no \(python)")
      return
    }
    try log.grow(to: 700)
    _ = try mirror().run(from: try log.source())
    let port = try {
      try HTTPServer(at: #require(ListenAddress("127.0.0.1:0"))) { _ in .text(200, "") }.address
        .port
    }()
    let server = try BuiltProgram(path: python).start(
      ["-m", "http.server", "\(port)", "--bind", "127.0.0.1"], in: copy)
    defer { server.send(SIGTERM) }
    var source: LogSource?
    for _ in 0..<100 where source == nil {
      source = try? LogSource("http://127.0.0.1:\(port)", session: session).log()
      if source == nil { usleep(100_000) }
    }
    let found = try #require(source)
    let visit = try LogMonitor(verifier: log.verifier, policy: .bare)
      .visit(found, memory: nil, now: 0)
    #expect(visit.findings == [])
    #expect(visit.entryCount == 700)
    let second = log.temporary.path + "/second"
    _ = try LogMirror(directory: second, verifier: log.verifier, policy: .bare).run(from: found)
    #expect(damage(second) == [])
  }

  @Test func `A host that has the full tile only is enough for a partial one`() throws {
    try log.grow(to: 200)
    let note = try log.checkpointBytes()
    try log.grow(to: 256)
    try log.put(note, at: "checkpoint")
    for name in try FileSystem.filesBelow(log.path) where name.contains(".p/") {
      try FileSystem.removeFile(log.path + "/" + name)
    }
    _ = try mirror().run(from: try log.source())
    #expect(damage(copy) == [])
    let visit = try LogMonitor(verifier: log.verifier, policy: .bare)
      .visit(try log.source(), memory: nil, now: 0)
    #expect(visit.findings == [])
  }

  // MARK: - Hostile servers

  @Test func `A server that sends too much, too slowly or too little changes nothing`() throws {
    try log.grow(to: 600)
    let note = try log.checkpointBytes()
    let short = HTTPSession(limits: .init(connectSeconds: 1, totalSeconds: 1))
    let answers: [@Sendable (String) -> [ScriptedServer.Step]] = [
      { _ in [ScriptedServer.reply([UInt8](repeating: 0x61, count: 2_000_000))] },
      { _ in [.wait(milliseconds: 1500)] },
      { _ in [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nabc".utf8)), .close] },
      { _ in [.send([0, 1, 2, 3]), .close] },
      { request in
        request.contains("checkpoint")
          ? [ScriptedServer.reply(note)]
          : [ScriptedServer.reply([UInt8](repeating: 0, count: 1 << 25))]
      },
      { request in
        request.contains("checkpoint")
          ? [ScriptedServer.reply(note)]
          : [ScriptedServer.reply([UInt8](repeating: 7, count: 8192))]
      },
      { request in
        request.contains("checkpoint")
          ? [ScriptedServer.reply(note)] : [ScriptedServer.reply([], status: "404 Not Found")]
      },
      { request in
        request.contains("checkpoint")
          ? [ScriptedServer.reply(note)]
          : [ScriptedServer.reply([], status: "302 Found", headers: ["Location: /tile/x"])]
      },
    ]
    for (number, answer) in answers.enumerated() {
      let server = try ScriptedServer(answer)
      let source = try LogSource(server.url, session: short)
      #expect(throws: (any Error).self, "server \(number)") { try mirror().run(from: source) }
      #expect(try FileSystem.filesBelow(copy) == [], "server \(number)")
    }
  }

  @Test
  func `A register that names paths outside of its folders has them neither asked for nor written`()
    throws
  {
    // `PublicFile.all` filters by `isPublic`, whatever a release lists: see PublicFileTests.
    for path in ["models/m/../../keys/operator.json", "models/m//etc/passwd", "models/m/.profile"] {
      #expect(!PublicFile.isPublic(path))
    }
    let source = try LogSource("http://127.0.0.1:1/", session: session)
    #expect(source.name(of: "a b/../c") == "http://127.0.0.1:1/a%20b/../c")
  }
}
