// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import HTTPClient
import HTTPListener
import Kernels
import LogNetwork
import Register
import Settlement
import Signing
import Storage
import TransparencyLog

/// What a use case could not do, in one line that says what is wrong and what to do.
package struct ServiceError: Error, Sendable {
  /// What a failure means to the caller; the raw value is the exit status.
  package enum Kind: Int32, Sendable {
    /// Refused by a rule, or does not verify.
    case refused = 1
    /// Asked wrongly.
    case usage = 2
    /// The system failed: disk, network, a missing library.
    case system = 3
    /// Stopped by the user before the end.
    case interrupted = 130
  }

  /// What the failure means.
  package let kind: Kind
  /// The line.
  package let message: String

  /// A rule refuses.
  package static func refused(_ message: String) -> ServiceError {
    ServiceError(kind: .refused, message: message)
  }

  /// The request makes no sense.
  package static func usage(_ message: String) -> ServiceError {
    ServiceError(kind: .usage, message: message)
  }

  /// The system failed.
  package static func system(_ message: String) -> ServiceError {
    ServiceError(kind: .system, message: message)
  }

  /// The user stopped the work.
  package static func interrupted(_ message: String) -> ServiceError {
    ServiceError(kind: .interrupted, message: message)
  }
}

extension ServiceError {
  /// Sorts an error of any module: what the disk or a library did is the system's failure, and
  /// what a rule says is a refusal.
  package init(_ error: any Error) {
    switch error {
    case let error as ServiceError: self = error
    case let error as StorageError:
      self = error.isRefusal ? .refused("\(error)") : .system("\(error)")
    case SampleError.noProgram: self = .system("\(error)")
    case let error as BLASError: self = .system("\(error)")
    case let error as DatabaseError: self = .system("\(error)")
    case LogError.storage(let error): self.init(error)
    case LogSourceError.read(let error): self.init(error)
    case LogSourceError.fetched(let error): self.init(error)
    case HTTPError.interrupted: self = .interrupted("\(error)")
    case let error as HTTPError:
      self = error.isTransient ? .system("\(error)") : .refused("\(error)")
    case let error as ListenerError: self = .system("\(error)")
    default: self = .refused("\(error)")
    }
  }
}

extension ServiceError: CustomStringConvertible {
  package var description: String { message }
}
