// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A server on a port of this machine that answers exactly the bytes a test asks for, at its pace:
/// what no well-behaved server would do among it.
package final class ScriptedServer: Sendable {
  /// One step of an answer.
  package enum Step: Sendable {
    /// Sends bytes.
    case send([UInt8])
    /// Waits.
    case wait(milliseconds: UInt32)
    /// Ends the connection.
    case close
  }

  /// The port.
  package let port: Int
  private let listener: Int32
  private let accepted = Atomic<Int>(0)

  /// How many connections were made so far.
  package var connectionCount: Int { accepted.load(ordering: .relaxed) }
  /// Where it answers, without a slash at the end.
  package var url: String { "http://127.0.0.1:\(port)" }

  /// Starts the server.
  ///
  /// - Parameter answer: What to do for a request, given whole as it came. Connections are kept until
  ///   the client leaves or a step closes.
  /// - Throws: `CocoaError` where the system gives no port.
  package init(_ answer: @escaping @Sendable (String) -> [Step]) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) + listen(descriptor, 64)
          + getsockname(descriptor, address, &length)
      }
    }
    guard descriptor >= 0, status == 0 else { throw CocoaError(.fileNoSuchFile) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else {
          // Closed here only: the number of a closed descriptor may be another server's already.
          close(descriptor)
          return
        }
        self?.accepted.add(1, ordering: .relaxed)
        Thread.detachNewThread { Self.serve(connection, answer) }
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// The bytes of a well-formed answer.
  package static func reply(
    _ body: [UInt8], status: String = "200 OK", headers: [String] = []
  ) -> Step {
    let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
    return .send(Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
  }

  private static func serve(_ connection: Int32, _ answer: (String) -> [Step]) {
    defer { close(connection) }
    while let request = readRequest(connection) {
      for step in answer(request) {
        switch step {
        case .send(let bytes):
          var sent = 0
          while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
              send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
          }
        case .wait(let milliseconds): usleep(milliseconds * 1000)
        case .close: return
        }
      }
    }
  }

  /// A request to the end of the body that its `Content-Length` states; nil where the client left.
  private static func readRequest(_ connection: Int32) -> String? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        let lengths = text[..<end.lowerBound].lowercased().split(separator: "\r\n")
          .filter { $0.hasPrefix("content-length:") }.compactMap {
            Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces))
          }
        if text[end.upperBound...].utf8.count >= lengths.first ?? 0 { return text }
      }
      let count = recv(connection, &chunk, chunk.count, 0)
      guard count > 0 else { return nil }
      bytes += chunk[..<count]
    }
  }
}
