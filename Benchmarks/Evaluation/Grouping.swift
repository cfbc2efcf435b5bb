// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Kernels
import Transformer

/// How accounts become players, and players' values shares of accounts, in a study with more accounts
/// than players: as a run does it.
struct Grouping {
  /// The player of each account.
  let players: [Int]
  private let study: Study
  private let credits: ShareDivision?

  /// Trains the study's own run with its books where it has too many accounts; else each plays alone.
  init(_ study: Study, blas: BLAS, threads: Int, order: UInt64) throws {
    self.study = study
    guard study.accounts.count > study.players else {
      players = Array(study.accounts.indices)
      credits = nil
      return
    }
    var books = BooksConfiguration()
    books.displacementBudgetBytes = 0
    let run = try BookkeptRun(
      model: LlamaModel(Study.model, blas: blas), training: study.training(seed: order),
      books: books, lines: study.lines, targets: study.targets, threads: threads)
    while !run.isFinished { _ = try run.advance() }
    let closed = run.closedBooks()
    var sums = study.accounts.map { _ in [Int64](repeating: 0, count: study.targets.count) }
    for (line, owner) in study.lines.map(\.owner).enumerated() {
      for target in study.targets.indices { sums[owner][target] += closed.credit[line][target] }
    }
    players = PlayerGroups.players(credits: sums, players: study.players)
    credits = try ShareDivision(
      closed, owners: study.lines.map(\.owner), weights: study.targets.map { _ in 1 },
      commons: study.commons.map(ClosedBooks.piconats))
  }

  /// The share of each account by the rule of a run, from the players' values; nil where each plays alone.
  func shares(_ values: [[Double]]) throws -> [Double]? {
    guard let credits else { return nil }
    let owners = study.lines.map(\.owner)
    let units = try SurveyedDivision(
      credits, owners: owners, playerOfAccount: players,
      values: values.map { $0.map(ClosedBooks.piconats) }
    ).shares
    var shares = study.accounts.map { _ in 0.0 }
    for (line, owner) in owners.enumerated() {
      shares[owner] += Double(units[line]) / Double(ShareDivision.pot)
    }
    return shares
  }
}
