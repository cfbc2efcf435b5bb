// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPClient
import HTTPListener
import Synchronization
import TestSupport
import Testing

/// The server against our client, against curl and against bytes that no client sends.
@Suite(.serialized) struct HTTPServerTests {
  /// Says back what was asked.
  private static let echo: @Sendable (HTTPRequest) -> HTTPResponse = { request in
    let line = "\(request.method) [\(request.target.path)] [\(request.target.query ?? "-")]"
    return HTTPResponse(
      status: 200, headers: [HTTPHeader("X-Agent", request.header("user-agent") ?? "")],
      body: .bytes(Array(line.utf8) + request.body))
  }

  private func serve(
    limits: HTTPServer.Limits = .init(),
    _ handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse = echo
  ) throws -> (HTTPServer, String) {
    let server = try HTTPServer(
      at: try #require(ListenAddress("127.0.0.1:0")), limits: limits, handler: handler)
    return (server, "http://\(server.address)")
  }

  private let session = HTTPSession(limits: .init(connectSeconds: 5, totalSeconds: 20))

  /// What a server answers to bytes, to the end of the connection.
  private func raw(_ text: String, to server: HTTPServer, wait seconds: Int = 5) throws -> String {
    let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(connection) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = server.address.port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    #expect(status == 0)
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(
      connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    _ = Array(text.utf8).withUnsafeBytes {
      send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = recv(connection, &chunk, chunk.count, 0), count > 0 {
      answer += chunk[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
  }

  @Test func `A request arrives whole and is answered`() throws {
    let (server, url) = try serve()
    let reply = try session.get(url + "/a/b%20c/?x=1&y=%2F", limit: 1000)
    #expect(reply.status == 200)
    #expect(reply.body == Array("GET [a/b c/] [x=1&y=%2F]".utf8))
    #expect(reply.header("x-agent") == "cadastre")
    #expect(reply.header("date") != nil)
    let posted = try session.post([1, 0, 255], type: "a/b", to: url + "/p", limit: 1000)
    #expect(posted.body == Array("POST [p] [-]".utf8) + [1, 0, 255])
    server.stop()
  }

  @Test func `A body of the limit is taken, one byte more is not, however it comes`() throws {
    let (server, url) = try serve(limits: .init(bodyByteCount: 5000))
    let body = [UInt8](repeating: 0x61, count: 5000)
    #expect(try session.post(body, type: "a/b", to: url + "/", limit: 9999).status == 200)
    #expect(try session.post(body + [1], type: "a/b", to: url + "/", limit: 9999).status == 413)
    func chunked(_ count: Int) -> String {
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        + String(count, radix: 16) + "\r\n" + String(repeating: "a", count: count)
        + "\r\n0\r\n\r\n"
    }
    #expect(try raw(chunked(5000), to: server).hasPrefix("HTTP/1.1 200"))
    #expect(!(try raw(chunked(5001), to: server)).contains("aaaa"))
    server.stop()
  }

  @Test(arguments: [
    "/../x", "/a/../../x", "/%2e%2e/x", "/a/%2E./x", "/a%2fb", "/a%5Cb", "/./x", "/a//b", "/%00",
    "/a%0Ab", "/%ff", "/%", "/%4", "x", "http://elsewhere/x", "*",
  ]) func `A path that could mean two things is refused`(_ path: String) throws {
    #expect(HTTPTarget(path) == nil)
    let (server, _) = try serve()
    let answer = try raw(
      "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", to: server)
    #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
    server.stop()
  }

  @Test func `What is no HTTP, or too long, does not stop the server`() throws {
    let (server, url) = try serve()
    for text in [
      "\u{1}\u{2}\u{3}\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
      "GET /\(String(repeating: "a", count: 5000)) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 100_000))\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999999999999999\r\n\r\n",
    ] {
      let answer = try raw(text, to: server, wait: 1)
      #expect(!answer.hasPrefix("HTTP/1.1 200"), "\(text.prefix(40)): \(answer.prefix(80))")
    }
    #expect(try session.get(url + "/", limit: 100).status == 200)
    server.stop()
  }

  @Test func `A file is sent from the disk, HEAD without its bytes`() throws {
    let directory = try TemporaryDirectory()
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try Data(bytes).write(to: URL(filePath: directory.path + "/f"))
    try FileManager.default.createSymbolicLink(
      atPath: directory.path + "/link", withDestinationPath: directory.path + "/f")
    let path = directory.path
    let (server, url) = try serve { request in
      guard let file = HTTPFile(path: path + "/" + request.target.path) else {
        return .text(404, "nothing here")
      }
      return HTTPResponse(status: 200, body: .file(file)).tagged(file.entityTag, for: request)
    }
    let reply = try session.get(url + "/f", limit: 300_000)
    #expect(reply.body == bytes)
    let tag = try #require(reply.header("etag"))
    let again = try session.get(
      url + "/f", limit: 10, headers: [.init(name: "If-None-Match", value: "\"x\", \(tag)")])
    #expect(again.status == 304)
    #expect(again.body == [])
    #expect(try session.get(url + "/link", limit: 100).status == 404)
    #expect(try session.get(url + "/", limit: 100).status == 404)
    let curl = BuiltProgram(path: "/usr/bin/curl")
    let head = try curl.run(["-sSI", url + "/f"], in: path)
    #expect(head.output.contains("Content-Length: 300000"))
    #expect(head.output.hasPrefix("HTTP/1.1 200"))
    let got = try curl.run(["-sS", "-o", path + "/copy", url + "/f"], in: path)
    #expect(got.status == 0)
    #expect(try Data(contentsOf: URL(filePath: path + "/copy")) == Data(bytes))
    server.stop()
  }

  @Test func `Many clients at once are all answered`() throws {
    let (server, url) = try serve()
    let right = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 64) { number in
      let session = HTTPSession()
      for round in 0..<20 {
        let body = try? session.bytes(at: url + "/\(number)/\(round)", limit: 100)
        if body == Array("GET [\(number)/\(round)] [-]".utf8) {
          right.add(1, ordering: .relaxed)
        }
      }
    }
    let count = right.load(ordering: .relaxed)
    #expect(count == 64 * 20)
    server.stop()
  }

  @Test func `A server that stops lets a request under way end`() throws {
    let (server, url) = try serve { _ in
      usleep(500_000)
      return .text(200, "late")
    }
    let isDone = Atomic<Bool>(false)
    let thread = Thread {
      let body = try? HTTPSession().bytes(at: url + "/", limit: 100)
      isDone.store(body == Array("late\n".utf8), ordering: .releasing)
    }
    thread.start()
    usleep(200_000)
    server.stop()
    for _ in 0..<100 where !thread.isFinished { usleep(10_000) }
    let hasEnded = isDone.load(ordering: .acquiring)
    #expect(hasEnded)
    #expect(throws: HTTPError.self) { try session.get(url + "/", limit: 100) }
  }

  @Test func `A client that does nothing is left`() throws {
    let (server, _) = try serve(limits: .init(idleSeconds: 1))
    let began = Date()
    #expect(!(try raw("GET / HTTP/1.1\r\nHo", to: server, wait: 20)).hasPrefix("HTTP/1.1 200"))
    #expect(Date().timeIntervalSince(began) < 15)
    server.stop()
  }

  @Test func `A port in use is an error that says so`() throws {
    let (server, _) = try serve()
    #expect(throws: ListenerError.failed(server.address, code: EADDRINUSE)) {
      _ = try HTTPServer(at: server.address) { _ in .text(200, "") }
    }
    server.stop()
  }

  @Test func `Addresses are read strictly`() throws {
    #expect(ListenAddress("127.0.0.1:8788")?.description == "127.0.0.1:8788")
    #expect(ListenAddress("[::1]:0")?.description == "[::1]:0")
    #expect(ListenAddress("localhost:1")?.isLoopback == true)
    #expect(ListenAddress(":1")?.host == "0.0.0.0")
    for text in [
      "", "8788", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80", "a.b:80", "1:+1",
    ] {
      #expect(ListenAddress(text) == nil, "\(text)")
    }
    let version6 = try HTTPServer(at: try #require(ListenAddress("[::1]:0")), handler: Self.echo)
    #expect(try session.get("http://\(version6.address)/", limit: 100).status == 200)
    version6.stop()
  }
}
