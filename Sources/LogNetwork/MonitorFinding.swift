// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Signing
package import TransparencyLog

/// Something about a log that its readers must know.
package enum MonitorFinding: Hashable, Sendable {
  /// The checkpoint is not one that the log signed.
  case checkpointRefused(NoteError)
  /// A key that is not the log's signs in its name; the log's own signature is there or not.
  case otherKey(name: String, keyID: UInt32, ownIsThere: Bool)
  /// A line in the name and of the key of a witness was not made by it.
  case forgedCosignature(String)
  /// Fewer witnesses than the policy asks for.
  case quorumNotMet(PolicyRefusal)
  /// The log shows fewer entries than it did.
  case rollback(from: UInt64, to: UInt64)
  /// The log signed two trees that cannot both be true.
  case splitView(first: UInt64, second: UInt64)
  /// A file is not there or does not hold what the signed root says.
  case treeFault(TreeFault)
  /// A file is larger than it may be.
  case tooLarge(String)
  /// A witness states a time that lies behind the one it stated before.
  case cosignatureTimeWentBack(witness: String, from: Int64, to: Int64)
  /// A witness states a time that has not come.
  case cosignatureFromFuture(witness: String, aheadSeconds: Int64)
  /// An entry states an earlier moment than an entry before it.
  case entryTimeWentBack(index: UInt64, from: Timestamp, to: Timestamp)
  /// More entries than are listed state earlier moments.
  case moreEntryTimes

  /// Whether what the log shows cannot be believed, so that it must not be remembered as true.
  package var isFatal: Bool {
    switch self {
    case .cosignatureTimeWentBack, .cosignatureFromFuture, .entryTimeWentBack, .moreEntryTimes:
      false
    case .otherKey(_, _, let ownIsThere): !ownIsThere
    default: true
    }
  }

  /// A word for programs.
  package var code: String {
    switch self {
    case .checkpointRefused: "checkpoint-refused"
    case .otherKey: "other-key"
    case .forgedCosignature: "forged-cosignature"
    case .quorumNotMet: "quorum-not-met"
    case .rollback: "rollback"
    case .splitView: "split-view"
    case .treeFault(.missing): "missing-file"
    case .treeFault: "wrong-file"
    case .tooLarge: "too-large"
    case .cosignatureTimeWentBack: "cosignature-time-went-back"
    case .cosignatureFromFuture: "cosignature-from-future"
    case .entryTimeWentBack, .moreEntryTimes: "entry-time-went-back"
    }
  }
}

extension MonitorFinding: CustomStringConvertible {
  package var description: String {
    switch self {
    case .checkpointRefused(let error): "the checkpoint is not accepted: \(error)"
    case .otherKey(let name, let keyID, let ownIsThere):
      "another key (\(Self.hex(keyID))) signs in the name of '\(name)'"
        + (ownIsThere
          ? " beside the known one: ask the operator what it is for"
          : " and the known one does not: the operator's key changed, or this is not the log")
    case .forgedCosignature(let witness):
      "the cosignature of '\(witness)' was not made by its key for this checkpoint"
    case .quorumNotMet(let refusal): refusal.description
    case .rollback(let from, let to):
      "rollback: the log showed \(from) entries before and shows \(to) now"
    case .splitView(let first, let second):
      "split view: the log signed a tree of \(first) and one of \(second) entries that cannot both be"
        + " true"
    case .treeFault(let fault): fault.description
    case .tooLarge(let path): "\(path) is larger than such a file can be"
    case .cosignatureTimeWentBack(let witness, let from, let to):
      "the time of '\(witness)' went back from \(from) to \(to)"
    case .cosignatureFromFuture(let witness, let seconds):
      "'\(witness)' states a time that is \(seconds) s ahead"
    case .entryTimeWentBack(let index, let from, let to):
      "entry \(index) states \(to), earlier than \(from) before it"
    case .moreEntryTimes: "more entries state earlier moments than those before them"
    }
  }

  private static func hex(_ keyID: UInt32) -> String {
    withUnsafeBytes(of: keyID.bigEndian) { Hex.encode(Array($0)) }
  }
}
