// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import CMicrohttpd
import Glibc
import Synchronization

/// The requests under way, and the functions that libmicrohttpd calls for them.
///
/// The library keeps one `Exchange` a request from the request line to its end; it calls for one
/// request from one thread at a time.
final class ExchangeTable: Sendable {
  /// A request as it comes in.
  private final class Exchange {
    let target: HTTPTarget?
    var hasBegun = false
    var body: [UInt8] = []

    init(target: HTTPTarget?) { self.target = target }
  }

  private let bodyLimit: Int
  private let handler: @Sendable (HTTPRequest) -> HTTPResponse
  private let active = Atomic<Int>(0)

  init(bodyLimit: Int, handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
    self.bodyLimit = bodyLimit
    self.handler = handler
  }

  /// How many requests have begun and not ended.
  var activeCount: Int { active.load(ordering: .acquiring) }

  private static func of(_ context: UnsafeMutableRawPointer?) -> ExchangeTable? {
    context.map { Unmanaged<ExchangeTable>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: - What the library calls

  /// At the request line, whose bytes are given as they came.
  static let begin: cmicrohttpd_target = { context, target, _ in
    guard let table = of(context), let target else { return nil }
    table.active.add(1, ordering: .acquiringAndReleasing)
    let exchange = Exchange(target: HTTPTarget(String(cString: target)))
    return Unmanaged.passRetained(exchange).toOpaque()
  }

  /// After the headers, at each piece of the body, and once more after its end.
  static let advance: MHD_AccessHandlerCallback = {
    context, connection, _, method, _, piece, count, state in
    guard let table = of(context), let connection, let method, let count,
      let opaque = state?.pointee
    else { return .NO }
    let exchange = Unmanaged<Exchange>.fromOpaque(opaque).takeUnretainedValue()
    guard exchange.hasBegun else {
      exchange.hasBegun = true
      return table.refusal(of: exchange, connection).map { send($0, to: connection) } ?? .YES
    }
    if count.pointee > 0 {
      // Beyond the limit without having said so: only the end of the connection stops it.
      guard count.pointee <= table.bodyLimit - exchange.body.count, let piece else {
        return .NO
      }
      exchange.body.append(
        contentsOf: UnsafeRawBufferPointer(start: piece, count: count.pointee))
      count.pointee = 0
      return .YES
    }
    guard let target = exchange.target else { return .NO }
    let request = HTTPRequest(
      method: String(cString: method), target: target, headers: headers(of: connection),
      body: exchange.body)
    return send(table.handler(request), to: connection)
  }

  /// When the answer was sent, or the client left.
  static let end: MHD_RequestCompletedCallback = { context, _, state, _ in
    guard let opaque = state?.pointee else { return }
    state?.pointee = nil
    Unmanaged<Exchange>.fromOpaque(opaque).release()
    of(context)?.active.subtract(1, ordering: .acquiringAndReleasing)
  }

  // MARK: - Requests and answers

  /// What is answered before a body is read; nil where the request goes on.
  private func refusal(of exchange: Exchange, _ connection: OpaquePointer) -> HTTPResponse? {
    let close = [HTTPHeader("Connection", "close")]
    if exchange.target == nil { return .text(400, "no such path can be", headers: close) }
    guard
      let length = MHD_lookup_connection_value(connection, .HEADER_KIND, "Content-Length")
    else { return nil }
    guard let count = UInt64(String(cString: length)) else {
      return .text(400, "the length of the body is no number", headers: close)
    }
    return count <= UInt64(bodyLimit)
      ? nil : .text(413, "the body has more than \(bodyLimit) bytes", headers: close)
  }

  private static func headers(of connection: OpaquePointer) -> [HTTPHeader] {
    var headers: [HTTPHeader] = []
    withUnsafeMutablePointer(to: &headers) { list in
      _ = MHD_get_connection_values(
        connection, .HEADER_KIND,
        { list, _, name, value in
          guard let list, let name else { return .NO }
          list.assumingMemoryBound(to: [HTTPHeader].self).pointee.append(
            HTTPHeader(
              String(cString: name).lowercased(), value.map { String(cString: $0) } ?? ""))
          return .YES
        }, list)
    }
    return headers
  }

  private static func send(_ response: HTTPResponse, to connection: OpaquePointer) -> MHD_Result {
    guard let made = make(response.body) else { return .NO }
    defer { MHD_destroy_response(made) }
    for header in response.headers { MHD_add_response_header(made, header.name, header.value) }
    return MHD_queue_response(connection, UInt32(response.status), made)
  }

  private static func make(_ body: HTTPResponse.Body) -> OpaquePointer? {
    switch body {
    case .bytes(var bytes):
      return bytes.withUnsafeMutableBytes {
        MHD_create_response_from_buffer($0.count, $0.baseAddress, .RESPMEM_MUST_COPY)
      }
    case .file(let file):
      // The library closes the descriptor it is given.
      let descriptor = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
      guard descriptor >= 0 else { return nil }
      guard let made = MHD_create_response_from_fd64(UInt64(file.byteCount), descriptor) else {
        close(descriptor)
        return nil
      }
      return made
    }
  }
}
