// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Primitives

/// One line of what the first phase writes: a finding, or the end of a stream.
///
/// The last line says how many findings stand before it and on which snapshot they rest, so that
/// who joins the parts of a corpus notices a part that broke off or answers another question.
package enum FindingLine: Equatable, Sendable {
  /// A finding; the number of its line in the stream where it could not be read.
  case finding(Finding, line: Int?)
  /// The end of a stream.
  case end(documents: Int, snapshot: Digest)

  /// The form in a stream.
  package var json: JSON {
    switch self {
    case .finding(let finding, let line):
      guard let line, var object = finding.json.object else { return finding.json }
      object["line"] = .integer(Int64(line))
      return .object(object)
    case .end(let documents, let snapshot):
      return [
        "end": ["documents": .integer(Int64(documents)), "snapshot": .string(snapshot.hex)]
      ]
    }
  }

  /// Reads a line back, strictly.
  ///
  /// - Throws: `JSONFieldError` for anything that this version does not write.
  package init(json: JSON) throws(JSONFieldError) {
    if let end = json["end"] {
      var line = try JSONFields(json, of: "the end of a stream")
      _ = try line.value("end")
      try line.finish()
      var fields = try JSONFields(end, of: "the end of a stream")
      self = .end(
        documents: Int(try fields.integer("documents")),
        snapshot: try fields.parsed("snapshot", as: "a SHA-256 digest", Digest.init(hex:)))
      try fields.finish()
    } else if let number = json["line"], let object = json.object {
      guard let line = number.integer, line > 0 else {
        throw .wrong(name: "line", expected: "the number of a line", subject: "a finding")
      }
      self = .finding(try Finding(json: .object(object.removing("line"))), line: Int(line))
    } else {
      self = .finding(try Finding(json: json), line: nil)
    }
  }
}
