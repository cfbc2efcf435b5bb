// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Why a projection is not read.
package enum ProjectionError: Error, Hashable, Sendable {
  /// There is no projection.
  case missing(path: String)
  /// It stands for another state of the log than the one that was signed.
  case stale(path: String, recorded: Int, log: Int)
  /// It has as many entries as the log, and another root.
  case otherLog(path: String)
  /// It has another form than this version reads.
  case otherForm(path: String)
  /// A process ended while it wrote, and this one may not mend it.
  case cutOff(path: String)
  /// Files lie beside it that no register makes, and that SQLite would apply to it.
  case foreignFiles(path: String)
  /// A row holds what no register writes.
  case malformedRow(path: String, table: String)
  /// Titles were asked for, and no openings are kept here.
  case noOpenings
}

extension ProjectionError: CustomStringConvertible {
  package var description: String {
    let remedy = ": run 'cadastre rebuild'"
    return switch self {
    case .missing(let path): "'\(path)' is not there\(remedy)"
    case .stale(let path, let recorded, let log):
      "'\(path)' stands at \(recorded) entries and the log at \(log)\(remedy)"
    case .otherLog(let path): "'\(path)' was made from another log than this one\(remedy)"
    case .otherForm(let path): "'\(path)' has another form than this version reads\(remedy)"
    case .cutOff(let path): "an append to '\(path)' was cut off\(remedy)"
    case .foreignFiles(let path): "beside '\(path)' lies a write-ahead log of no register\(remedy)"
    case .malformedRow(let path, let table):
      "'\(path)' has a row in '\(table)' that no register writes\(remedy)"
    case .noOpenings: "no titles are kept here: restore openings.sqlite from a copy"
    }
  }
}
