// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Attribution
import Canonical
package import Register

/// A model divided anew for a user who values its targets otherwise than the run did.
///
/// It says who holds the model for that user; the share register, by which is paid, stays as it is.
package struct Revaluation {
  package let shares: ShareRegister
  package let books: BooksFile
  package let survey: SurveyFile?

  /// Divides again by the same rules.
  ///
  /// - Parameters:
  ///   - list: Targets and weights, such as `poems=2,letters=1`; targets that are not named weigh 0.
  ///   - shares: The share register.
  ///   - books: The books.
  ///   - survey: What retrained coalitions found, if any were.
  /// - Throws: `ServiceError` where a target is unknown, a weight is no number, or nothing is left to
  ///   divide.
  package init(
    weights list: String, shares: ShareRegister, books: BooksFile, survey: SurveyFile?
  ) throws {
    var weights: [String: Int64] = [:]
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2, let weight = Int64(pair[1]), (0...1_000_000).contains(weight) else {
        throw ServiceError.usage(
          "'\(part)' is no weight: write a target's name and a number from 0 to 1000000, such as"
            + " \(books.targets.first?.name ?? "poems")=2")
      }
      guard books.targets.contains(where: { $0.name == pair[0] }) else {
        throw ServiceError.usage(
          "there is no target '\(pair[0])': the model has "
            + books.targets.map(\.name).joined(separator: ", "))
      }
      guard weights.updateValue(weight, forKey: pair[0]) == nil else {
        throw ServiceError.usage("'\(pair[0])' has two weights: give one")
      }
    }
    self.books = BooksFile(
      steps: books.steps,
      targets: books.targets.map {
        .init(name: $0.name, weight: weights[$0.name] ?? 0, commonsLine: $0.commonsLine)
      },
      lines: books.lines, books: books.books, folding: books.folding)
    do {
      let parts = try self.books.creditDivision().targetParts
      let commons = books.targets.map(\.commonsLine)
      self.survey = survey.map {
        SurveyFile(
          owners: $0.owners, survey: $0.survey,
          findings: $0.survey.findings(commons: commons, targetParts: parts))
      }
      let units = try self.books.divide(by: self.survey)
      let rates = Dictionary(uniqueKeysWithValues: shares.rows.map { ($0.work, $0.rate) })
      self.shares = try ShareRegister(
        model: shares.model, method: shares.method + "; by the weights \(list)",
        rows: try zip(books.lines, units).map { line, units in
          guard let rate = rates[line.work] else { throw ShareRegisterError.outOfRange(line.work) }
          return .init(work: line.work, owner: line.owner, units: units, rate: rate)
        })
    } catch let error as ShareDivisionError {
      throw ServiceError.refused("the model cannot be divided by these weights: \(error)")
    }
  }
}
