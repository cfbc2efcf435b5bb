// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a server could not start.
package enum ListenerError: Error, Hashable, Sendable {
  /// The system gives no socket there; `code` is its `errno`.
  case failed(ListenAddress, code: Int32)
  /// The HTTP library could not start its threads.
  case notStarted(ListenAddress)
}

extension ListenerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .failed(let address, let code):
      switch code {
      case EADDRINUSE: "\(address) is in use: name another port with --listen"
      case EACCES, EPERM: "\(address) may not be used: name a port above 1023 with --listen"
      case EADDRNOTAVAIL: "\(address) is no address of this machine: name one with --listen"
      default: "cannot listen at \(address): \(String(cString: strerror(code)))"
      }
    case .notStarted(let address):
      "cannot serve at \(address): the system gives no threads or no memory: free some, try again"
    }
  }
}
