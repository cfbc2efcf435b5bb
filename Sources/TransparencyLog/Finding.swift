// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Signing
package import Storage

/// One thing that is not as it should be in the files of a log.
package struct Finding: Hashable, Sendable {
  /// What is wrong with the file.
  package enum Fault: Hashable, Sendable {
    /// It is not there.
    case missing
    /// It cannot be read.
    case unreadable(StorageError)
    /// It is not what the log signed.
    case checkpoint(NoteError)
    /// It has too few or too many bytes for what it must hold.
    case malformed
    /// It holds other entries or hashes than the log signed.
    case wrongContent
    /// The signed root is not that of the entries.
    case wrongRoot
    /// No writer makes such a file.
    case foreign
    /// An append that did not come to its end left it; the next writer removes it.
    case leftover
  }

  /// The file, relative to the log's directory.
  package let path: String
  /// What is wrong with it.
  package let fault: Fault

  /// States what is wrong with a file.
  package init(path: String, fault: Fault) {
    self.path = path
    self.fault = fault
  }

  /// Whether the log itself is damaged; leftovers do it no harm.
  package var isDamage: Bool { fault != .leftover }

  /// Whether the checkpoint lacks the signature of the name and key that were asked for.
  ///
  /// Either the checkpoint was altered, or what names the log's key.
  package var isOfAnotherSigner: Bool {
    switch fault {
    case .checkpoint(.notSigned), .checkpoint(.wrongOrigin): true
    default: false
    }
  }
}

extension Finding: CustomStringConvertible {
  package var description: String {
    let problem =
      switch fault {
      case .missing: "is missing: restore it from a mirror"
      case .unreadable(let error): "cannot be read: \(error)"
      case .checkpoint(let error): "is not accepted: \(error)"
      case .malformed: "is cut short, too long or garbled: restore it from a mirror"
      case .wrongContent: "was altered after it was signed: restore it from a mirror"
      case .wrongRoot: "signs another root than that of the entries"
      case .foreign: "does not belong to a log: move it elsewhere"
      case .leftover: "is left from an interrupted append; the next append cleans up"
      }
    return "\(path) \(problem)"
  }
}
