// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Signing
package import Storage

/// Why a log cannot be written or read.
package enum LogError: Error, Hashable, Sendable {
  /// A file could not be used.
  case storage(StorageError)
  /// The checkpoint is not one that the log signed.
  case checkpoint(path: String, NoteError)
  /// A file holds something else than the signed root says.
  case damaged(path: String)
  /// There is a log in the directory already.
  case alreadyExists(path: String)
  /// An entry is larger than the format allows; `position` counts within the batch.
  case entryTooLarge(position: Int, byteCount: Int)
  /// The log has no such entry or size.
  case outOfRange(UInt64, size: UInt64)
  /// A proof was asked for from a larger size to a smaller one.
  case wrongOrder(older: UInt64, newer: UInt64)
  /// An earlier append failed in a way that leaves unknown what is on the disk.
  case stopped
  /// The lock file was removed or replaced, or somebody else wrote the checkpoint.
  case notTheWriter(path: String)
  /// The journal beside the log does not fit it.
  case journal(path: String, JournalFault)
  /// More waits to be written than the limits allow; nothing of this submission was taken.
  case overloaded(waiting: Int)
}

/// How a journal and its log contradict each other.
package enum JournalFault: Hashable, Sendable {
  /// Neither of its two records can be read.
  case damaged
  /// A record is whole and was not written by the key of this log.
  case ofAnotherKey
  /// The log is at a smaller size than the one it has published, and the tiles between are not there.
  case rolledBack(to: UInt64, from: UInt64)
  /// Log and journal have different entries below that size.
  case forked(at: UInt64)
}

extension LogError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .storage(let error): error.description
    case .checkpoint(let path, let error):
      "'\(path)' is not accepted: \(error); restore the log from a mirror"
    case .damaged(let path):
      "'\(path)' does not hold what the log signed: check the log, then restore it from a mirror"
    case .alreadyExists(let path): "'\(path)' holds a log already: name another directory"
    case .entryTooLarge(let position, let byteCount):
      "entry \(position) of the batch has \(byteCount) bytes and the format allows 65535: "
        + "log a digest instead"
    case .outOfRange(let index, let size): "the log has \(size) entries, and \(index) is beyond"
    case .wrongOrder(let older, let newer):
      "there is no proof from size \(older) to the smaller size \(newer)"
    case .stopped:
      "the log takes no more entries after a failed write: check the disk, then open it again"
    case .notTheWriter(let path):
      "another process may be writing: '\(path)' is not as this one left it; end one of them, "
        + "then open the log again"
    case .journal(let path, let fault): "'\(path)' \(fault)"
    case .overloaded(let waiting):
      "\(waiting) entries wait to be written: submit again when some of them are"
    }
  }
}

extension JournalFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .damaged:
      "cannot be read, so the newest checkpoint may be lost: compare with mirrors, and remove it "
        + "only if the log is at the newest size that anybody has seen"
    case .ofAnotherKey:
      "is the journal of another log or key: put the journal of this log in its place"
    case .rolledBack(let size, let published):
      "says that the log had \(published) entries, and it has \(size): restore the newer log; "
        + "to go on from the older one would make two logs of one name"
    case .forked(let size):
      "has other entries below size \(size) than the log: restore the log that belongs to it"
    }
  }
}

/// Turns errors of files into errors of the log.
func storing<Result>(_ body: () throws(StorageError) -> Result) throws(LogError) -> Result {
  do throws(StorageError) { return try body() } catch { throw .storage(error) }
}
