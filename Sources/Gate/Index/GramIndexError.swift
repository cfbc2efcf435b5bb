// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Why a file is no index of grams, or none can be made.
package enum GramIndexError: Error, Hashable, Sendable {
  /// The file does not begin like an index of this version.
  case unknownFormat(path: String)
  /// The file has another length than its header says.
  case otherLength(path: String, expected: UInt64, actual: Int)
  /// The bytes are not those that were written.
  case damaged(path: String)
  /// A number in the file points outside of it.
  case inconsistent(path: String)
  /// The index would have more works, or more of what they share, than its numbers can name.
  case tooLarge(limit: Int)
  /// The work was added before.
  case repeatedWork

  /// The file that is not to be used again; nil where it is no file's fault.
  package var path: String? {
    switch self {
    case .unknownFormat(let path), .otherLength(let path, _, _), .damaged(let path),
      .inconsistent(let path):
      path
    case .tooLarge, .repeatedWork: nil
    }
  }
}

extension GramIndexError: CustomStringConvertible {
  package var description: String {
    let remedy = ": run 'cadastre rebuild', which makes it again from the fingerprints"
    return switch self {
    case .unknownFormat(let path): "'\(path)' is no index of grams of a known version" + remedy
    case .otherLength(let path, let expected, let actual):
      "the index '\(path)' has \(actual) bytes and should have \(expected)" + remedy
    case .damaged(let path): "the index '\(path)' is damaged: a checksum is another" + remedy
    case .inconsistent(let path): "the index '\(path)' points outside of itself" + remedy
    case .tooLarge(let limit): "an index holds at most \(limit) entries: build one for each part"
    case .repeatedWork: "a work was added to the index twice: add each work once"
    }
  }
}
