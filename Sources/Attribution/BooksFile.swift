// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Primitives
package import Signing

/// `books/books.json`: the closed books of a run with what its rows and columns stand for.
///
/// Integers only, no moment and no random identifier: the same run gives the same bytes.
package struct BooksFile: Sendable {
  /// One valuation set, in the order of the books' columns.
  package struct Target: Hashable, Sendable {
    package let name: String
    package let weight: Int64
    /// The loss of the stated baseline, in piconats a byte.
    package let commonsLine: Int64

    /// Describes a column.
    package init(name: String, weight: Int64, commonsLine: Int64) {
      self.name = name
      self.weight = weight
      self.commonsLine = commonsLine
    }
  }

  /// One work, in the order of the books' rows.
  package struct Line: Hashable, Sendable {
    package let work: Digest
    package let owner: DIDKey

    /// Describes a row.
    package init(work: Digest, owner: DIDKey) {
      self.work = work
      self.owner = owner
    }
  }

  package let steps: Int
  package let targets: [Target]
  package let lines: [Line]
  package let books: ClosedBooks
  /// How works' momenta were folded; nil where they were exact.
  package let folding: MomentumFolding?

  private static let format = "cadastre-books/2"
  private static let range = -JSON.largestExactInteger...JSON.largestExactInteger

  /// Pairs books with what their rows and columns stand for; the counts must agree.
  package init(
    steps: Int, targets: [Target], lines: [Line], books: ClosedBooks,
    folding: MomentumFolding? = nil
  ) {
    precondition(
      books.initialLoss.count == targets.count && books.credit.count == lines.count,
      "books have one column a target and one row a line")
    self.steps = steps
    self.targets = targets
    self.lines = lines
    self.books = books
    self.folding = folding
  }

  /// The file form.
  package var json: JSON {
    var object: JSONObject = [
      "format": .string(Self.format), "unit": "piconats per byte",
      "steps": .integer(Int64(steps)),
      "targets": .array(
        targets.enumerated().map { index, target in
          [
            "name": .string(target.name), "weight": .integer(target.weight),
            "commonsLine": .integer(target.commonsLine),
            "initialLoss": .integer(books.initialLoss[index]),
            "finalLoss": .integer(books.finalLoss[index]),
            "decay": .integer(books.decay[index]), "residual": .integer(books.residual[index]),
            "absoluteResidual": .integer(books.absoluteResidual[index]),
          ]
        }),
      "lines": .array(
        lines.enumerated().map { index, line in
          [
            "work": .string(line.work.hex), "owner": .string(line.owner.text),
            "credit": .array(books.credit[index].map { .integer($0) }),
          ]
        }),
    ]
    if let folding {
      object["foldedMomenta"] = [
        "numbersPerWork": .integer(Int64(folding.numbersPerLine)),
        "sampledWorks": .integer(Int64(folding.sampledLines)),
        "errorPartsPerMillion": .integer(folding.errorPartsPerMillion),
      ]
    }
    return .object(object)
  }

  /// Reads the file form; books that do not balance are no books.
  ///
  /// - Throws: `JSONFieldError`.
  package init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the books")
    _ = try fields.parsed("format", as: Self.format) { $0 == Self.format ? $0 : nil }
    _ = try fields.string("unit")
    steps = Int(try fields.integer("steps", in: 1...JSON.largestExactInteger))
    var targets: [Target] = []
    var columns: [[Int64]] = []
    for value in try fields.array("targets") {
      var target = try JSONFields(value, of: "a target of the books")
      targets.append(
        Target(
          name: try target.string("name"), weight: try target.integer("weight"),
          commonsLine: try target.integer("commonsLine")))
      var column: [Int64] = []
      for name in ["initialLoss", "finalLoss", "decay", "residual", "absoluteResidual"] {
        column.append(try target.integer(name, in: Self.range))
      }
      columns.append(column)
      try target.finish()
    }
    var lines: [Line] = []
    var credit: [[Int64]] = []
    for value in try fields.array("lines") {
      var line = try JSONFields(value, of: "a line of the books")
      lines.append(
        Line(
          work: try line.parsed("work", as: "a SHA-256 digest", Digest.init(hex:)),
          owner: try line.parsed("owner", as: "a did:key") { DIDKey($0) }))
      credit.append(try Self.row(&line, "credit", count: targets.count))
      try line.finish()
    }
    if let value = fields.optional("foldedMomenta") {
      var folded = try JSONFields(value, of: "the books' foldedMomenta")
      folding = MomentumFolding(
        numbersPerLine: Int(try folded.integer("numbersPerWork", in: 1...Self.range.upperBound)),
        sampledLines: Int(try folded.integer("sampledWorks", in: 1...Self.range.upperBound)),
        errorPartsPerMillion: try folded.integer("errorPartsPerMillion"))
      try folded.finish()
    } else {
      folding = nil
    }
    try fields.finish()
    self.targets = targets
    self.lines = lines
    books = ClosedBooks(
      initialLoss: columns.map { $0[0] }, finalLoss: columns.map { $0[1] }, credit: credit,
      decay: columns.map { $0[2] }, absoluteResidual: columns.map { $0[4] })
    guard books.residual == columns.map({ $0[3] }) else {
      throw .wrong(name: "residual", expected: "what balances the books", subject: "the books")
    }
  }

  private static func row(
    _ line: inout JSONFields, _ name: String, count: Int
  ) throws(JSONFieldError) -> [Int64] {
    let values = try line.array(name)
    let numbers = values.compactMap(\.integer)
    guard numbers.count == count, values.count == count else {
      throw .wrong(name: name, expected: "one integer a target", subject: "a line of the books")
    }
    return numbers
  }

  /// The names and totals of each target, as `run.finished` states them.
  package var credited: [Int64] {
    targets.indices.map { target in books.credit.reduce(0) { $0 + $1[target] } }
  }
}
