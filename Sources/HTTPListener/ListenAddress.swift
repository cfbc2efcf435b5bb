// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where a server listens: a numeric address and a port, such as `127.0.0.1:8788` or `[::1]:8788`.
package struct ListenAddress: Hashable, Sendable {
  /// The address without brackets.
  package let host: String
  /// The port; 0 lets the system choose.
  package let port: UInt16

  /// Reads `ADDRESS:PORT`; `localhost` stands for 127.0.0.1, an empty address for all of IPv4.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...]),
      String(port) == text[text.index(after: colon)...]
    else { return nil }
    var host = String(text[..<colon])
    if host == "localhost" { host = "127.0.0.1" }
    if host.isEmpty { host = "0.0.0.0" }
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = String(host.dropFirst().dropLast()) }
    guard Self.isAddress(host, of: isBracketed ? AF_INET6 : AF_INET) else { return nil }
    self.init(host: host, port: port)
  }

  init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Whether only programs of this machine reach it.
  package var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

  private var isVersion6: Bool { host.contains(":") }

  private static func isAddress(_ host: String, of family: Int32) -> Bool {
    var bytes = in6_addr()
    return inet_pton(family, host, &bytes) == 1
  }

  /// A socket that listens there, and the port it got.
  func openSocket() throws(ListenerError) -> (descriptor: Int32, port: UInt16) {
    let family = isVersion6 ? AF_INET6 : AF_INET
    let descriptor = socket(
      family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw .failed(self, code: errno) }
    var yes: Int32 = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var storage = sockaddr_storage()
    let length = fill(&storage, family: family)
    let status = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        var known = socklen_t(MemoryLayout<sockaddr_storage>.size)
        guard bind(descriptor, address, length) == 0, listen(descriptor, SOMAXCONN) == 0,
          getsockname(descriptor, address, &known) == 0
        else { return errno }
        return 0
      }
    }
    guard status == 0 else {
      close(descriptor)
      throw .failed(self, code: status)
    }
    // The port stands at the same place in both kinds of address.
    let port = withUnsafeBytes(of: storage) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
    return (descriptor, UInt16(bigEndian: port))
  }

  private func fill(_ storage: inout sockaddr_storage, family: Int32) -> socklen_t {
    withUnsafeMutablePointer(to: &storage) { pointer in
      if isVersion6 {
        pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
          address.pointee.sin6_family = sa_family_t(family)
          address.pointee.sin6_port = port.bigEndian
          inet_pton(family, host, &address.pointee.sin6_addr)
        }
        return socklen_t(MemoryLayout<sockaddr_in6>.size)
      }
      pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
        address.pointee.sin_family = sa_family_t(family)
        address.pointee.sin_port = port.bigEndian
        inet_pton(family, host, &address.pointee.sin_addr)
      }
      return socklen_t(MemoryLayout<sockaddr_in>.size)
    }
  }
}

extension ListenAddress: CustomStringConvertible {
  package var description: String { isVersion6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
