// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Attribution
package import Canonical
import Money
package import Register
package import Signing

/// What every contributor is to a model: five columns, none of which is another.
package struct SharesByParty: Sendable {
  /// One contributor.
  package struct Row: Sendable {
    package let party: DIDKey
    /// How many works.
    package let works: Int
    /// *Moved*: the path-integral credit over all targets by weight, in piconats a byte; all rows,
    /// decay and residual add up to the reduction.
    package let moved: Int64
    /// *Credit*: the part of the model by the run's credits alone, in units of 10⁻¹².
    package let credit: Int64
    /// *Marginal*: what the proxy's excess loses without the contributor, by weight, in piconats a
    /// byte; known of those that play alone.
    package let marginal: Int64?
    /// *Share*: what is paid by, in units of 10⁻¹² of the model.
    package let units: Int64
    /// Where the share by all coalitions is expected to lie, in units; of a contributor in a group
    /// its part of the group's.
    package let interval: ClosedRange<Int64>?
    /// How many contributors play together with this one, itself included.
    package let groupSize: Int

    /// *Reliability*: the lower end of the interval as a part of the upper; 1 is certain, 0 says that
    /// the share may be nothing.
    package var reliability: Double? {
      interval.map { $0.upperBound > 0 ? Double($0.lowerBound) / Double($0.upperBound) : 0 }
    }
  }

  /// The model divided.
  package let model: ModelName
  /// How the units were found.
  package let method: String
  /// One row a contributor, the largest share first.
  package let rows: [Row]

  /// Adds up rows and credits.
  ///
  /// - Parameters:
  ///   - shares: The share register.
  ///   - file: The books.
  ///   - survey: What retrained coalitions found, if any were.
  package init(_ shares: ShareRegister, books file: BooksFile, survey: SurveyFile?) {
    model = shares.model
    method = shares.method
    let weights = file.targets.map(\.weight)
    let total = max(1, weights.reduce(0, +))
    func mean(_ credit: [Int64]) -> Int64 {
      let sum = zip(credit, weights).reduce(Int128(0)) { $0 + Int128($1.0) * Int128($1.1) }
      return Int64(sum / Int128(total))
    }
    var moved: [DIDKey: Int64] = [:]
    var credit: [DIDKey: Int64] = [:]
    let credits = (try? file.creditDivision())?.shares
    for (index, line) in file.lines.enumerated() {
      moved[line.owner, default: 0] += mean(file.books.credit[index])
      credit[line.owner, default: 0] += credits?[index] ?? 0
    }
    let groups = survey.map { GroupsOfSurvey($0, books: file, shares: shares) }
    let byParty = Dictionary(grouping: shares.rows, by: \.owner)
    rows = byParty.map { party, rows in
      let units = rows.reduce(0) { $0 + $1.units }
      let group = groups?.group(of: party)
      return Row(
        party: party, works: rows.count, moved: moved[party] ?? 0,
        credit: credit[party] ?? 0, marginal: group?.size == 1 ? group?.marginal : nil,
        units: units, interval: group?.interval(ofPart: units), groupSize: group?.size ?? 1)
    }.sorted { $0.units != $1.units ? $0.units > $1.units : $0.party < $1.party }
  }

  /// The rows for programs.
  package func json(names: NameBook, state: RegisterState) -> JSON {
    [
      "model": .string(model.text), "method": .string(method), "whole": .integer(Share.whole),
      "rows": .array(
        rows.map { row in
          var object: JSONObject = [
            "party": .string(row.party.text),
            "name": .string(names.name(of: row.party, in: state)),
            "works": .integer(Int64(row.works)), "units": .integer(row.units),
            "movedPiconats": .integer(row.moved),
            "creditUnits": .integer(row.credit), "groupSize": .integer(Int64(row.groupSize)),
          ]
          if let marginal = row.marginal { object["marginalPiconats"] = .integer(marginal) }
          if let interval = row.interval {
            object["lowUnits"] = .integer(interval.lowerBound)
            object["highUnits"] = .integer(interval.upperBound)
          }
          return .object(object)
        }),
    ]
  }
}

/// The players of a survey, as their members see them.
private struct GroupsOfSurvey {
  struct Group {
    var size: Int
    var units: Int64
    var interval: ClosedRange<Int64>
    var marginal: Int64?

    /// A member's part of the group's interval.
    func interval(ofPart part: Int64) -> ClosedRange<Int64> {
      guard size > 1 else { return interval }
      guard units > 0 else { return 0...0 }
      func scaled(_ value: Int64) -> Int64 { Int64(Int128(value) * Int128(part) / Int128(units)) }
      return scaled(interval.lowerBound)...scaled(interval.upperBound)
    }
  }

  private var groups: [Group]
  private var player: [DIDKey: Int]

  init(_ file: SurveyFile, books: BooksFile, shares: ShareRegister) {
    let survey = file.survey
    player = Dictionary(uniqueKeysWithValues: zip(file.owners, survey.playerOfAccount))
    let marginals = survey.marginals(
      commons: books.targets.map(\.commonsLine), weights: books.targets.map { UInt64($0.weight) })
    groups = (0..<survey.playerCount).map { index in
      Group(
        size: survey.playerOfAccount.count { $0 == index }, units: 0,
        interval: file.findings.intervals[index], marginal: marginals[index])
    }
    for row in shares.rows {
      if let index = player[row.owner] { groups[index].units += row.units }
    }
  }

  func group(of party: DIDKey) -> Group? { player[party].map { groups[$0] } }
}
