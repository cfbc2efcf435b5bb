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
    let configuration: RunConfiguration
    let seed: UInt64
    let threads: Int

    /// Asks for a run.
    package init(
      model: ModelName, manifest: ManifestFile, configuration: RunConfiguration, seed: UInt64,
      threads: Int
    ) {
      self.model = model
      self.manifest = manifest
      self.configuration = configuration
      self.seed = seed
      self.threads = threads
    }
  }

  /// How far a run has come.
  package struct Progress: Sendable {
    /// Steps made and to make.
    package let step: Int
    package let steps: Int
    /// Where this process took the run up.
    package let firstStep: Int
    /// The mean loss of the last chord's batches, nats a byte.
    package let trainingLoss: Double
    /// The mean loss of the targets, nats a byte.
    package let validationLoss: Double
    /// The seconds since this process took the run up, and the bytes it predicted.
    package let seconds: Double
    package let predictions: Int
  }

  /// Trains, or goes on with a run that was stopped.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - writer: The register.
  ///   - isInterrupted: Asked after every chord; true keeps the state and stops.
  ///   - progress: Told after every chord.
  /// - Returns: The closed run.
  /// - Throws: `ServiceError`: refused where a grant was revoked, a work's bytes differ or the name
  ///   is taken; interrupted where the user stopped it.
  package static func run(
    _ request: Request, in writer: RegisterWriter, isInterrupted: () -> Bool,
    progress: (Progress) -> Void
  ) throws -> TrainingResult {
    let prepared = try PreparedRun(request, in: writer)
    try prepared.announce(in: writer)
    try prepared.restore(in: writer)
    let clock = ContinuousClock()
    let began = clock.now
    let firstStep = prepared.run.step
    var predictions = 0
    while !prepared.run.isFinished {
      let report = prepared.run.advance()
      predictions += report.predictions
      progress(
        Progress(
          step: report.step, steps: request.configuration.steps, firstStep: firstStep,
          trainingLoss: report.trainingLoss,
          validationLoss: report.targetLosses.reduce(0, +) / Double(report.targetLosses.count),
          seconds: (clock.now - began).seconds, predictions: predictions))
      if report.endsSegment { try prepared.checkpoint(in: writer) }
      if isInterrupted(), !prepared.run.isFinished {
        if !report.endsSegment { try prepared.saveState() }
        throw ServiceError.interrupted(
          "stopped at step \(report.step) of \(request.configuration.steps); the state is kept:"
            + " run the same command to go on")
      }
    }
    return try prepared.close(in: writer, seconds: (clock.now - began).seconds)
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
