// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Primitives
package import Signing

/// `books/displacements/index.json`: what the stored intervals of a run are, and how exact.
package struct DisplacementIndex: Sendable {
  /// One stored interval.
  package struct Interval: Hashable, Sendable {
    /// The steps done at its end.
    package let step: Int
    /// Bits of a stored number.
    package let bits: Int
    /// The SHA-256 of its file.
    package let digest: Digest
    /// The length of what the rows leave of the displacement of the weights, as a part of the
    /// latter's, in 10⁻⁹: as they were added up, and as they were stored.
    package let unexplained: Int64
    package let rounding: Int64
  }

  package let parameterCount: Int
  /// The accounts of each row; more than one where they did not fit the budget by themselves.
  package let rows: [[DIDKey]]
  package let intervals: [Interval]

  private static let format = "cadastre-displacements/1"

  /// The file of an interval, from 0, below the model's folder.
  package static func path(_ interval: Int) -> String {
    "books/displacements/" + (interval < 9 ? "0" : "") + "\(interval + 1).bin"
  }
  /// The index below the model's folder.
  package static let path = "books/displacements/index.json"

  /// Describes what a run stored; nil where it stored nothing.
  ///
  /// `accounts`: the run's accounts, in the order of their numbers.
  package init?(_ run: BookkeptRun, accounts: [DIDKey]) {
    guard let recorder = run.recorder else { return nil }
    parameterCount = recorder.plan.parameterCount
    var rows = [[DIDKey]](repeating: [], count: recorder.plan.rowCount)
    for (account, row) in zip(accounts, recorder.plan.rowOfAccount) { rows[row].append(account) }
    self.rows = rows
    intervals = recorder.stored.map {
      Interval(
        step: $0.step, bits: $0.bits, digest: $0.digest, unexplained: $0.unexplained,
        rounding: $0.rounding)
    }
  }

  /// The file form.
  package var json: JSON {
    [
      "format": .string(Self.format), "parameters": .integer(Int64(parameterCount)),
      "rows": .array(rows.map { .array($0.map { .string($0.text) }) }),
      "intervals": .array(
        intervals.map {
          [
            "step": .integer(Int64($0.step)), "bits": .integer(Int64($0.bits)),
            "digest": .string($0.digest.hex),
            "unexplainedPartsPerBillion": .integer($0.unexplained),
            "roundingPartsPerBillion": .integer($0.rounding),
          ]
        }),
    ]
  }

  /// Reads the file form, strictly.
  package init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the index of displacements")
    _ = try fields.parsed("format", as: Self.format) { $0 == Self.format ? $0 : nil }
    parameterCount = Int(try fields.integer("parameters", in: 1...1 << 40))
    var rows: [[DIDKey]] = []
    for row in try fields.array("rows") {
      let parties = (row.array ?? []).compactMap { $0.string.flatMap(DIDKey.init) }
      guard !parties.isEmpty, parties.count == row.array?.count else {
        throw .wrong(name: "rows", expected: "lists of did:keys", subject: "the index")
      }
      rows.append(parties)
    }
    var intervals: [Interval] = []
    for value in try fields.array("intervals") {
      var interval = try JSONFields(value, of: "an interval of the index")
      intervals.append(
        Interval(
          step: Int(try interval.integer("step", in: 1...1 << 40)),
          bits: Int(try interval.integer("bits", in: 4...16)),
          digest: try interval.parsed("digest", as: "a SHA-256 digest", Digest.init(hex:)),
          unexplained: try interval.integer("unexplainedPartsPerBillion"),
          rounding: try interval.integer("roundingPartsPerBillion")))
      try interval.finish()
    }
    try fields.finish()
    guard intervals.allSatisfy({ [4, 8, 16].contains($0.bits) }), !rows.isEmpty, !intervals.isEmpty
    else { throw .wrong(name: "bits", expected: "4, 8 or 16, with rows", subject: "the index") }
    self.rows = rows
    self.intervals = intervals
  }
}
