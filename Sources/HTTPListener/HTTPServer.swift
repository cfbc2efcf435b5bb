// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import CMicrohttpd
import Glibc
import Synchronization

/// A server of libmicrohttpd that hands whole requests to a function and sends what it returns.
///
/// Knows no domain type. Requests are answered on a pool of threads of the server's own, several at
/// once; the function may wait for a disk, but while it does its thread answers nobody else.
/// TLS is the business of a proxy in front.
package final class HTTPServer {
  /// How much one client, and all of them, may ask of the server.
  package struct Limits: Hashable, Sendable {
    /// The most bytes of a request's body; more is answered with 413.
    package var bodyByteCount: Int
    /// The most connections at once; more wait to be accepted.
    package var connectionCount: Int
    /// Seconds after which a connection where nothing happens is closed.
    package var idleSeconds: Int
    /// Threads that answer.
    package var threadCount: Int
    /// Bytes for the request line and headers of one connection; more is answered with 431 or 414.
    package var headerByteCount: Int
    /// Seconds that requests under way get to end when the server is stopped.
    package var graceSeconds: Int

    /// States limits.
    package init(
      bodyByteCount: Int = 64 << 10, connectionCount: Int = 1024, idleSeconds: Int = 30,
      threadCount: Int = 4, headerByteCount: Int = 32 << 10, graceSeconds: Int = 5
    ) {
      self.bodyByteCount = bodyByteCount
      self.connectionCount = connectionCount
      self.idleSeconds = idleSeconds
      self.threadCount = threadCount
      self.headerByteCount = headerByteCount
      self.graceSeconds = graceSeconds
    }
  }

  /// Where it listens, with the port that the system chose where 0 was asked for.
  package let address: ListenAddress
  private let limits: Limits
  private let core: ExchangeTable
  private let listener: Int32
  private var daemon: OpaquePointer?

  /// Starts to serve.
  ///
  /// - Parameters:
  ///   - address: Where to listen.
  ///   - limits: What clients may ask of it.
  ///   - handler: Answers a request; called from several threads at once.
  /// - Throws: `ListenerError`.
  package init(
    at address: ListenAddress, limits: Limits = Limits(),
    handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
  ) throws(ListenerError) {
    let opened = try address.openSocket()
    self.address = ListenAddress(host: address.host, port: opened.port)
    self.limits = limits
    listener = opened.descriptor
    core = ExchangeTable(bodyLimit: limits.bodyByteCount, handler: handler)
    daemon = cmicrohttpd_start(
      listener, UInt32(limits.threadCount), UInt32(limits.connectionCount),
      UInt32(limits.idleSeconds), limits.headerByteCount, ExchangeTable.begin,
      ExchangeTable.advance, ExchangeTable.end, Unmanaged.passUnretained(core).toOpaque())
    guard daemon != nil else {
      close(listener)
      throw .notStarted(self.address)
    }
  }

  deinit { stop() }

  /// Waits until `isStopped` says so, asked ten times a second and after each signal; then stops.
  package func run(until isStopped: () -> Bool) {
    while !isStopped() { usleep(100_000) }
    stop()
  }

  /// Takes no more connections, lets requests under way end as far as the grace allows, and stops.
  ///
  /// Returns when no thread of the server runs any more. Does nothing where it was stopped.
  package func stop() {
    guard let daemon else { return }
    self.daemon = nil
    MHD_quiesce_daemon(daemon)
    close(listener)
    var waits = limits.graceSeconds * 100
    while core.activeCount > 0, waits > 0 {
      usleep(10_000)
      waits -= 1
    }
    MHD_stop_daemon(daemon)
  }
}
