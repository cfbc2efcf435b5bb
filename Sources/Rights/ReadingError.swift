// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical

/// Why a document cannot be read.
package enum ReadingError: Error, Hashable, Sendable {
  case tooLarge(bytes: Int, limit: Int)
  case notText(offset: Int)
  case documentType
  case notXML(line: Int)
  case tooDeep(limit: Int)
  case tooManyElements(limit: Int)
  case otherRoot(String, expected: String)
  case notJSON(JSONError)
  case notAnArray
  case notCBOR(offset: Int)
  case notBoxes(offset: Int)
  case notAnArchive(String)
  case noPackage
  case noEntries
  case noStatus(Int)
  case unreachable
  case redirected(Int)
  case serverError(Int)

  /// The line where it stopped, where that is known.
  package var line: Int? {
    if case .notXML(let line) = self, line > 0 { line } else { nil }
  }
}

extension ReadingError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooLarge(let bytes, let limit):
      "it has \(bytes) bytes, and at most \(limit) are read: give the document alone"
    case .notText(let offset): "it is not UTF-8 at byte \(offset): save it as UTF-8"
    case .documentType: "it declares a document type, which terms do not need: take it out"
    case .notXML(let line):
      "it is not well-formed XML" + (line > 0 ? " from line \(line) on" : "") + ": mend the markup"
    case .tooDeep(let limit): "it nests deeper than \(limit) levels: no terms need that"
    case .tooManyElements(let limit): "it has more than \(limit) elements: no terms need that"
    case .otherRoot(let name, let expected):
      "its root is '\(name)' and not '\(expected)': name its --format"
    case .notJSON(let error): "\(error): mend the JSON"
    case .notAnArray: "it is no JSON array of rules: see TDMRep section 6.2"
    case .notCBOR(let offset): "its assertion is not CBOR at byte \(offset): write the file again"
    case .notBoxes(let offset): "its boxes do not fit at byte \(offset): write the file again"
    case .notAnArchive(let reason): "the archive cannot be opened (\(reason)): copy it again"
    case .noPackage: "it has no package file that container.xml names: copy it again"
    case .noEntries: "its assertion has no entries: write the file again"
    case .noStatus(let status): "\(status) is no HTTP status: give 100 to 599, or 0 for no answer"
    case .unreachable: "nobody answered, which counts as a prohibition: fetch it again"
    case .redirected(let status):
      "the answer was a redirection (\(status)): fetch the place that it names"
    case .serverError(let status):
      "the server failed (\(status)), which counts as a prohibition: fetch it again"
    }
  }
}
