// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Signing

extension BooksFile {
  /// Divides the model over the lines, as a share register states it: units of 10⁻¹² a line.
  ///
  /// Lines stand in the order of owner and work, accounts in that of their owners, which breaks ties.
  ///
  /// - Parameter survey: What retrained coalitions found; `nil` divides by the credits alone.
  /// - Returns: The units of each line.
  /// - Throws: `ShareDivisionError` where there is nothing to divide.
  package func divide(by survey: SurveyFile? = nil) throws(ShareDivisionError) -> [Int64] {
    let credits = try creditDivision()
    guard let survey else { return credits.shares }
    guard survey.owners == owners else { throw .sizesDiffer }
    return try SurveyedDivision(
      credits, owners: accountOfLine, playerOfAccount: survey.survey.playerOfAccount,
      values: survey.findings.values
    ).shares
  }

  /// The accounts: all owners of lines, in ascending order.
  package var owners: [DIDKey] { Array(Set(lines.map(\.owner))).sorted() }

  /// The account of each line.
  package var accountOfLine: [Int] {
    let index = Dictionary(uniqueKeysWithValues: owners.enumerated().map { ($1, $0) })
    return lines.map { index[$0.owner] ?? 0 }
  }

  /// Each account's credits, by account, then target, piconats per byte.
  package var accountCredits: [[Int64]] {
    var credits = [[Int64]](
      repeating: [Int64](repeating: 0, count: targets.count), count: owners.count)
    for (line, account) in accountOfLine.enumerated() {
      for target in targets.indices { credits[account][target] += books.credit[line][target] }
    }
    return credits
  }

  /// The division by the path-integral credits alone.
  package func creditDivision() throws(ShareDivisionError) -> ShareDivision {
    try ShareDivision(
      books, owners: accountOfLine, weights: targets.map { UInt64($0.weight) },
      commons: targets.map(\.commonsLine))
  }

  /// What a share register says of how its units were found.
  package static func method(of survey: SurveyFile?) -> String {
    guard let survey else {
      return """
        credits by path integral, per target, below the commons line; without correction by \
        retrained coalitions
        """
    }
    return """
      Shapley values of the excess below the commons line, per target, from \
      \(survey.survey.measurements.count) retrained coalitions of \(survey.survey.playerCount) \
      players; inside a player by path-integral credits
      """
  }
}
