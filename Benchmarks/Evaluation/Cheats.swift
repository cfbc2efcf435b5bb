// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Kernels
import Transformer

/// How accounts become players, in a study with more accounts than players as in one with fewer.
enum Cheats {
  /// The player of each account, by the credits of the study's own run where there are too many.
  static func players(
    of study: Study, blas: BLAS, threads: Int, order: UInt64
  ) throws -> [Int] {
    guard study.accounts.count > study.players else { return Array(study.accounts.indices) }
    let run = try BookkeptRun(
      model: LlamaModel(Study.model, blas: blas), training: study.training(seed: order),
      books: BooksConfiguration(), lines: study.lines, targets: study.targets, threads: threads)
    while !run.isFinished { _ = try run.advance() }
    let books = run.closedBooks()
    var credits = study.accounts.map { _ in [Int64](repeating: 0, count: study.targets.count) }
    for (line, owner) in study.lines.map(\.owner).enumerated() {
      for target in study.targets.indices { credits[owner][target] += books.credit[line][target] }
    }
    return PlayerGroups.players(credits: credits, players: study.players)
  }
}
