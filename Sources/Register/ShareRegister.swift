// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Money
package import Primitives
package import Signing

/// The share register of a model: one row a work, in units of 10⁻¹², adding up to the whole.
///
/// Rows are in the order of owner and work, which is the order in which exact division breaks
/// ties. The file form holds no moment and no random identifier: the same books give the same
/// bytes.
package struct ShareRegister: Sendable {
  /// One work's part of the model.
  package struct Row: Hashable, Sendable {
    /// The work.
    package let work: Digest
    /// Who holds the share.
    package let owner: DIDKey
    /// How many of the 10¹² units.
    package let units: Int64
    /// The royalty rate of the work's grant when the run started.
    package let rate: Rate
    /// What that grant asks for at least; nil for nothing.
    package let minimumFee: Amount?

    /// Makes a row.
    package init(
      work: Digest, owner: DIDKey, units: Int64, rate: Rate, minimumFee: Amount? = nil
    ) {
      self.work = work
      self.owner = owner
      self.units = units
      self.rate = rate
      self.minimumFee = minimumFee
    }
  }

  /// The model divided.
  package let model: ModelName
  /// How the units were found, in words.
  package let method: String
  /// The rows, by owner and work.
  package let rows: [Row]

  private static let format = "cadastre-shares/1"

  /// Makes a register from rows in any order.
  ///
  /// - Throws: `ShareRegisterError` where units are negative, a work occurs twice, or the sum is not
  ///   the whole.
  package init(model: ModelName, method: String, rows: [Row]) throws(ShareRegisterError) {
    self.model = model
    self.method = method
    self.rows = rows.sorted { ($0.owner, $0.work) < ($1.owner, $1.work) }
    guard Set(rows.map(\.work)).count == rows.count else { throw .workTwice }
    var sum: Int64 = 0
    for row in rows {
      guard (0...Share.whole).contains(row.units) else { throw .outOfRange(row.work) }
      sum += row.units
      guard sum <= Share.whole else { throw .notWhole(sum: sum) }
    }
    guard sum == Share.whole else { throw .notWhole(sum: sum) }
  }

  /// Reads the file form.
  package init(json: JSON) throws {
    var fields = try JSONFields(json, of: "the share register")
    guard try fields.string("format") == Self.format else { throw ShareRegisterError.format }
    let model = try fields.parsed("model", as: "a model name", ModelName.init)
    let method = try fields.string("method")
    guard try fields.integer("whole") == Share.whole else { throw ShareRegisterError.format }
    let rows = try fields.array("rows").map { value in
      var row = try JSONFields(value, of: "a row of the share register")
      let result = Row(
        work: try row.parsed("work", as: "a SHA-256 digest", Digest.init(hex:)),
        owner: try row.parsed("owner", as: "a did:key", DIDKey.init),
        units: try row.integer("units", in: 0...Share.whole),
        rate: Rate(partsPerMillion: try row.integer("ratePartsPerMillion", in: 0...1_000_000))
          ?? .whole,
        minimumFee: try row.optional("minimumFee").map { try Amount(json: $0) })
      try row.finish()
      return result
    }
    try fields.finish()
    try self.init(model: model, method: method, rows: rows)
    guard self.json == json else { throw ShareRegisterError.format }
  }

  /// The file form.
  package var json: JSON {
    [
      "format": .string(Self.format), "model": .string(model.text), "method": .string(method),
      "whole": .integer(Share.whole),
      "rows": .array(
        rows.map { row in
          var object: JSONObject = [
            "work": .string(row.work.hex), "owner": .string(row.owner.text),
            "units": .integer(row.units),
            "ratePartsPerMillion": .integer(row.rate.partsPerMillion),
          ]
          object["minimumFee"] = row.minimumFee?.json
          return .object(object)
        }),
    ]
  }
}

/// Why rows are not a share register.
package enum ShareRegisterError: Error, Hashable, Sendable {
  case workTwice
  case outOfRange(Digest)
  case notWhole(sum: Int64)
  case format
}

extension ShareRegisterError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .workTwice: "a work has two rows in the share register"
    case .outOfRange(let work): "the share of the work \(work.short) is out of range"
    case .notWhole(let sum): "the shares add up to \(sum) units, not to \(Share.whole)"
    case .format: "this is not a share register in its canonical form"
    }
  }
}
