// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Canonical
import Gate
import Kernels
import Primitives
import Register
import Signing
import Storage
import Transformer

extension PreparedRun {
  /// Coalitions retrained so far, kept so that a survey can be taken up again.
  var surveyPath: String { directory + "/.survey" }

  /// Retrains the proxy on coalitions of the accounts, and values the players.
  ///
  /// What was retrained is kept after every round of `threads` coalitions.
  ///
  /// - Parameters:
  ///   - books: The closed books, whose credits make the groups and the division inside them.
  ///   - isInterrupted: Asked after every round; true keeps what is done and stops.
  ///   - progress: Told how many coalitions are done, and of how many.
  /// - Returns: `nil` where the configuration asks for none.
  /// - Throws: `ServiceError`: refused where there is nothing to divide, or interrupted.
  func survey(
    _ books: BooksFile, isInterrupted: () -> Bool, progress: (_ done: Int, _ of: Int) -> Void
  ) throws -> SurveyFile? {
    let configuration = configuration.survey
    guard configuration.coalitions > 0 else { return nil }
    let owners = books.owners
    let players = PlayerGroups.players(
      credits: books.accountCredits, players: configuration.players)
    let design = CoalitionDesign.coalitions(
      players: (players.max() ?? 0) + 1, count: configuration.coalitions, seed: seed)
    var training = configuration.training
    training.seed = seed
    var shape = configuration.model
    shape.vocabularySize = run.model.configuration.vocabularySize
    let trainer = try CoalitionTrainer(
      model: try LlamaModel(shape, blas: run.model.blas), training: training,
      lines: lines.map { TrainingLine(owner: players[$0.owner], text: $0.text) },
      targets: targets)
    var losses = try keptLosses(design, players: players)
    progress(losses.count, design.count)
    while losses.count < design.count {
      let round = Array(design[losses.count..<min(losses.count + threads, design.count)])
      losses += trainer.losses(of: round, threads: threads).map { $0.map(ClosedBooks.piconats) }
      try keep(losses, design, players: players)
      progress(losses.count, design.count)
      if isInterrupted(), losses.count < design.count {
        throw ServiceError.interrupted(
          "stopped after \(losses.count) of \(design.count) coalitions; they are kept:"
            + " run the same command to go on")
      }
    }
    let survey = Survey(
      playerOfAccount: players,
      measurements: zip(design, losses).map { .init(coalition: $0, losses: $1) }, seed: seed,
      redraws: configuration.redraws)
    do {
      let credits = try books.creditDivision()
      return SurveyFile(
        owners: owners, survey: survey,
        findings: survey.findings(
          commons: books.targets.map(\.commonsLine), targetParts: credits.targetParts))
    } catch {
      throw ServiceError.refused("the model cannot be divided: \(error), under another name")
    }
  }

  private var seed: UInt64 { run.training.seed }

  /// The names of the coalitions a kept file is about, so that another design never uses it.
  private func subject(_ design: [Coalition], players: [Int]) -> JSON {
    [
      "run": .string(SHA256.digest(EventBody.runStarted(start).payload.canonicalBytes).hex),
      "players": .array(players.map { .integer(Int64($0)) }),
      "coalitions": .array(design.map { .string(String($0.mask)) }),
    ]
  }

  private func keptLosses(_ design: [Coalition], players: [Int]) throws -> [[Int64]] {
    guard FileSystem.fileExists(surveyPath),
      let json = try? JSON.parse(try FileSystem.readFile(surveyPath, limit: 1 << 28)),
      json["subject"] == subject(design, players: players),
      let losses = json["losses"]?.array?.map({ $0.array?.compactMap(\.integer) ?? [] }),
      losses.count <= design.count, losses.allSatisfy({ $0.count == targets.count })
    else { return [] }
    return losses
  }

  private func keep(_ losses: [[Int64]], _ design: [Coalition], players: [Int]) throws {
    let json: JSON = [
      "subject": subject(design, players: players),
      "losses": .array(losses.map { .array($0.map { .integer($0) }) }),
    ]
    try DurableFile.write(json.canonicalBytes, to: surveyPath)
  }
}
