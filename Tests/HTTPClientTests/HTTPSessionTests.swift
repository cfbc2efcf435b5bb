// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import Synchronization
import TestSupport
import Testing

/// Fetching from servers that behave and from those that do not.
@Suite(.serialized) struct HTTPSessionTests {
  private let session = HTTPSession(limits: .init(connectSeconds: 2, totalSeconds: 2))

  private func failure(_ body: () throws(HTTPError) -> Void) -> HTTPError? {
    do throws(HTTPError) { try body() } catch { return error }
    return nil
  }

  @Test func `A body comes whole, with status and headers`() throws {
    let server = try ScriptedServer { request in
      [ScriptedServer.reply(Array(request.prefix(12).utf8), headers: ["X-Line:  a b "])]
    }
    let reply = try session.get(server.url + "/some/path", limit: 12)
    #expect(reply.status == 200)
    #expect(reply.header("x-line") == "a b")
    #expect(reply.body == Array("GET /some/pa".utf8))
  }

  @Test func `Requests that follow one another share a connection`() throws {
    let server = try ScriptedServer { _ in [ScriptedServer.reply([1])] }
    for _ in 0..<20 { _ = try session.bytes(at: server.url + "/x", limit: 1) }
    _ = try session.post([1, 2], type: "text/plain", to: server.url + "/y", limit: 1)
    #expect(server.connectionCount == 1)
  }

  @Test(arguments: [0, 1, 99, 100_000]) func `A body of the limit comes, one byte more does not`(
    _ count: Int
  ) throws {
    let body = [UInt8](repeating: 7, count: count)
    let exact = try ScriptedServer { _ in [ScriptedServer.reply(body)] }
    #expect(try session.bytes(at: exact.url + "/", limit: count) == body)
    let larger = try ScriptedServer { _ in [ScriptedServer.reply(body + [7])] }
    #expect(
      failure { () throws(HTTPError) in _ = try session.bytes(at: larger.url + "/", limit: count) }
        == .tooLarge(url: larger.url + "/", limit: count))
  }

  @Test func `A body without an end stops at the limit`() throws {
    let piece = Array("400\r\n".utf8) + [UInt8](repeating: 0, count: 0x400) + [13, 10]
    let head = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    let server = try ScriptedServer { _ in
      [.send(head)] + [ScriptedServer.Step](repeating: .send(piece), count: 10_000) + [.close]
    }
    #expect(
      failure { () throws(HTTPError) in _ = try session.get(server.url + "/", limit: 5000) }
        == .tooLarge(url: server.url + "/", limit: 5000))
  }

  @Test func `Headers without an end stop at their limit`() throws {
    let line = Array("X: \(String(repeating: "y", count: 1000))\r\n".utf8)
    let server = try ScriptedServer { _ in
      [.send(Array("HTTP/1.1 200 OK\r\n".utf8))]
        + [ScriptedServer.Step](repeating: .send(line), count: 200) + [.close]
    }
    #expect(
      failure { () throws(HTTPError) in _ = try session.get(server.url + "/", limit: 9) }
        == .tooLarge(url: server.url + "/", limit: 9))
  }

  @Test func `An answer cut short, or none, or no HTTP is garbled`() throws {
    for bytes in [
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
      let server = try ScriptedServer { _ in [.send(Array(bytes.utf8)), .close] }
      let error = failure { () throws(HTTPError) in
        _ = try session.get(server.url + "/", limit: 100)
      }
      guard case .garbled(let url, _) = error else {
        Issue.record("\(bytes): \(String(describing: error))")
        continue
      }
      #expect(url == server.url + "/")
    }
  }

  @Test func `A slow server is given up`() throws {
    let server = try ScriptedServer { _ in
      [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n".utf8))]
        + [ScriptedServer.Step](repeating: .wait(milliseconds: 100), count: 40)
    }
    #expect(
      failure { () throws(HTTPError) in _ = try session.get(server.url + "/", limit: 100) }
        == .timedOut(url: server.url + "/", seconds: 2))
  }

  @Test func `A redirect is followed, but to other schemes and for ever it is not`() throws {
    let target = try ScriptedServer { _ in [ScriptedServer.reply([9])] }
    func leading(to place: String) throws -> ScriptedServer {
      try ScriptedServer { _ in
        [ScriptedServer.reply([1], status: "302 Found", headers: ["Location: \(place)"])]
      }
    }
    let once = try leading(to: target.url + "/a")
    #expect(try session.bytes(at: once.url + "/", limit: 1) == [9])
    for place in ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "/again"] {
      let server = try leading(to: place)
      #expect(
        failure { () throws(HTTPError) in _ = try session.get(server.url + "/", limit: 10) }
          == .badRedirect(url: server.url + "/"))
    }
    let server = try leading(to: target.url)
    let reply = try session.post([1], type: "text/plain", to: server.url + "/", limit: 10)
    #expect(reply.status == 302)
  }

  @Test func `Other statuses are answers to get and errors to bytes`() throws {
    let server = try ScriptedServer { _ in [ScriptedServer.reply([], status: "404 Not Found")] }
    #expect(try session.get(server.url + "/", limit: 1).status == 404)
    let error = failure { () throws(HTTPError) in
      _ = try session.bytes(at: server.url + "/", limit: 1)
    }
    #expect(error?.isMissing == true)
  }

  @Test func `What is sent arrives, and the answer comes back`() throws {
    let server = try ScriptedServer { request in
      let body = request.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
      return [ScriptedServer.reply(Array(body.utf8), status: "409 Conflict")]
    }
    let text = String(repeating: "line\n", count: 1000)
    let reply = try session.post(
      Array(text.utf8), type: "text/plain", to: server.url + "/", limit: 9999)
    #expect(reply.status == 409)
    #expect(reply.body == Array(text.utf8))
  }

  @Test func `Nobody there is unreachable, and no address is none`() throws {
    let url: String
    do { url = try ScriptedServer { _ in [] }.url + "/" }
    let error = failure { () throws(HTTPError) in _ = try session.get(url, limit: 1) }
    guard case .unreachable(url, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    for text in ["", "file:///etc/passwd", "http://", "http:///x", "http://a b", "example.org"] {
      #expect(
        failure { () throws(HTTPError) in _ = try session.get(text, limit: 1) }
          == .notAnAddress(text))
    }
  }

  @Test func `A request stops when the user asks`() throws {
    let asked = Mutex(0)
    let session = HTTPSession {
      asked.withLock {
        $0 += 1
        return $0 > 1
      }
    }
    let server = try ScriptedServer { _ in [.wait(milliseconds: 5000)] }
    #expect(
      failure { () throws(HTTPError) in _ = try session.get(server.url + "/", limit: 1) }
        == .interrupted(url: server.url + "/"))
  }

  @Test func `An address below another is encoded`() throws {
    let address = try #require(HTTPAddress("http://example.org/a//"))
    #expect(address.base == "http://example.org/a/")
    #expect(address.file("tile/0/x001/000.p/5") == "http://example.org/a/tile/0/x001/000.p/5")
    #expect(address.file("models/a b%ü?#") == "http://example.org/a/models/a%20b%25%C3%BC%3F%23")
    for text in ["ftp://a/", "http://", "https:///", "http://a/?q", "http://a/#f", "http://a\n/"] {
      #expect(HTTPAddress(text) == nil)
    }
  }
}
