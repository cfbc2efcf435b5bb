// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Canonical
import Gate
import Kernels
import Money
import Primitives
package import Register
import Signing
import Storage
import Transformer

/// Trains a model on a manifest, keeps its books, and closes them into a share register.
package enum TrainModel {
  /// What is asked for.
  package struct Request {
    let model: ModelName
    let manifest: ManifestFile
    var configuration: RunConfiguration
    let seed: UInt64
    let threads: Int
    /// Whether the kernels are those that every processor with AVX2 can repeat.
    let isPortable: Bool
    /// The bytes that states kept for replays may take together.
    let keptBytes: Int

    /// Asks for a run.
    package init(
      model: ModelName, manifest: ManifestFile, configuration: RunConfiguration, seed: UInt64,
      threads: Int, isPortable: Bool = false, keptBytes: Int = KeptStates.defaultBudget
    ) {
      self.model = model
      self.manifest = manifest
      self.configuration = configuration
      self.seed = seed
      self.threads = threads
      self.isPortable = isPortable
      self.keptBytes = keptBytes
    }
  }

  /// What a run tells of itself.
  package enum Progress: Sendable {
    case training(Training)
    /// Coalitions of the proxy that were retrained, of how many, in how many seconds.
    case survey(done: Int, of: Int, seconds: Double)
  }

  /// How far the training has come.
  package struct Training: Sendable {
    /// Steps made and to make.
    package let step: Int
    package let steps: Int
    /// Where this process took the run up.
    package let firstStep: Int
    /// The mean loss of the last chord's batches, nats a byte.
    package let trainingLoss: Double
    /// The mean loss of the targets, nats a byte.
    package let validationLoss: Double
    /// The targets' names, their losses, and what the books leave unexplained so far, nats a byte.
    package let targets: [String]
    package let targetLosses: [Double]
    package let residual: [Double]
    /// The seconds since this process took the run up, and the bytes it predicted.
    package let seconds: Double
    package let byteCount: Int
  }

  /// Trains, or goes on with a run that was stopped.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - writer: The register.
  ///   - isInterrupted: Asked after every chord; true keeps the state and stops.
  ///   - progress: Told after every chord, then after every round of coalitions.
  /// - Returns: The closed run.
  /// - Throws: `ServiceError`: refused where a grant was revoked, a work's bytes differ or the name
  ///   is taken; interrupted where the user stopped it.
  package static func run(
    _ request: Request, in writer: RegisterWriter, isInterrupted: () -> Bool,
    progress: (Progress) -> Void
  ) throws -> TrainingResult {
    let prepared = try PreparedRun(request, in: writer)
    let isNew = writer.state.runs[request.model] == nil
    try prepared.announce(in: writer)
    try prepared.note(corpus: request.manifest.corpus)
    if !isNew { try prepared.restore() }
    let clock = ContinuousClock()
    let began = clock.now
    let firstStep = prepared.run.step
    var byteCount = 0
    var kept = firstStep
    while !prepared.run.isFinished {
      let report = try prepared.advance(lastGood: kept)
      byteCount += report.byteCount
      progress(
        .training(
          Training(
            step: report.step, steps: request.configuration.steps, firstStep: firstStep,
            trainingLoss: report.trainingLoss,
            validationLoss: report.targetLosses.reduce(0, +) / Double(report.targetLosses.count),
            targets: prepared.start.targets.map(\.name), targetLosses: report.targetLosses,
            residual: report.residual,
            seconds: (clock.now - began).seconds, byteCount: byteCount)))
      try prepared.storeDisplacements()
      if report.endsSegment {
        try prepared.checkpoint(in: writer, keeping: request.keptBytes)
        kept = report.step
      }
      if isInterrupted(), !prepared.run.isFinished {
        if !report.endsSegment { try prepared.saveState() }
        throw ServiceError.interrupted(
          "stopped at step \(report.step) of \(request.configuration.steps); the state is kept:"
            + " run the same command to go on")
      }
    }
    let books = prepared.closedBooks()
    let trained = (clock.now - began).seconds
    let survey = try prepared.survey(books, isInterrupted: isInterrupted) { done, count in
      progress(.survey(done: done, of: count, seconds: (clock.now - began).seconds - trained))
    }
    return try prepared.close(
      books, survey: survey, in: writer, seconds: trained,
      surveySeconds: (clock.now - began).seconds - trained)
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
