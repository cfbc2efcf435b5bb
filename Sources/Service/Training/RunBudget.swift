// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Register
import Transformer

/// What a run may use at most, in tokens read or in time; it fixes the number of steps.
///
/// The schedule of learning rates needs the number of steps before the first, and a run must be a
/// function of what was committed to. So time is measured before the run, on trial steps that are
/// thrown away; the steps that fit are committed to, and then all of them are made.
package struct RunBudget: Sendable {
  /// The tokens to read; a token is a byte.
  package var tokens: Int?
  /// The seconds that the trial and the run may take together, about.
  package var seconds: Double?

  /// Limits what is given.
  package init(tokens: Int? = nil, seconds: Double? = nil) {
    self.tokens = tokens
    self.seconds = seconds
  }

  /// The part of the time that the trial may take, and the most seconds.
  private static let trialPart = 0.1
  private static let longestTrial = 30.0

  /// The request with as many steps as the budget allows.
  ///
  /// An unfinished run keeps the steps it committed to.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - writer: The register.
  /// - Returns: The request, with its steps, its warm-up and its segments cut to fit.
  /// - Throws: `ServiceError`: usage where not even one step fits; what preparing a run throws.
  package func applied(
    to request: TrainModel.Request, in writer: RegisterWriter
  ) throws -> TrainModel.Request {
    guard tokens != nil || seconds != nil else { return request }
    var fitted = request
    if let earlier = writer.state.runs[request.model], earlier.finish == nil {
      fitted.configuration.steps = try RunConfiguration(json: earlier.start.configuration).steps
      return fitted
    }
    if let tokens {
      let step = request.configuration.tokensInStep
      guard tokens >= step else {
        throw ServiceError.usage(
          "a budget of \(tokens) tokens is too small for one step, which reads \(step): give more,"
            + " or make 'batch' or 'context' of the configuration smaller")
      }
      fitted.configuration.steps = tokens / step
    }
    guard let seconds else { return fitted }
    let trial = try Trial(PreparedRun(request, in: writer).run, upTo: trialSeconds(of: seconds))
    guard let steps = trial.steps(in: seconds) else {
      throw ServiceError.usage(
        "a budget of \(Self.text(seconds)) s is too small for one step on this machine: allow at"
          + " least \(Self.text((trial.needed * 1.2).rounded(.up))) s, or train a smaller model")
    }
    fitted.configuration.steps = min(steps, tokens == nil ? steps : fitted.configuration.steps)
    return fitted
  }

  private func trialSeconds(of seconds: Double) -> Double {
    min(seconds * Self.trialPart, Self.longestTrial)
  }

  private static func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
  }
}

/// What trial steps tell of the time that a run takes.
struct Trial {
  /// The seconds of the trial itself, and of each step of a run once its chords have grown.
  let seconds: Double
  let secondsAStep: Double
  /// What a run takes beside its steps: the short first chords, and its checkpoints.
  let overhead: Double

  /// Trains, for nothing, until the time is over or the run is; at least two chords where it has two.
  init(_ run: BookkeptRun, upTo limit: Double) throws {
    let clock = ContinuousClock()
    let began = clock.now
    var chords: [(length: Int, seconds: Double)] = []
    while !run.isFinished, chords.count < 2 || (clock.now - began).seconds < limit {
      let start = clock.now
      let report = try run.advance()
      chords.append((report.chordLength, (clock.now - start).seconds))
    }
    // The first chord measures the targets at the start and warms the caches.
    let last = chords.count > 2 ? chords.suffix(max(2, chords.count / 3)) : chords.suffix(1)
    let step = last.reduce(0) { $0 + $1.seconds } / Double(last.reduce(0) { $0 + $1.length })
    let more = chords.reduce(0) { $0 + $1.seconds - Double($1.length) * step }
    let saving = clock.now
    _ = try run.stateDigest
    // A state is hashed as it is written; the disk takes about as long again.
    let checkpoint = 2 * (clock.now - saving).seconds
    secondsAStep = step
    overhead = max(0, more) + checkpoint * Double(run.books.segments)
    seconds = (clock.now - began).seconds
  }

  /// The least time in which one step fits.
  var needed: Double { seconds + overhead + secondsAStep }

  /// How many steps fit; nil where not even one does.
  func steps(in budget: Double) -> Int? {
    let left = budget - seconds - overhead
    return left < secondsAStep ? nil : Int(min(left / secondsAStep, 1e7))
  }
}

extension RunConfiguration {
  /// The tokens that a step reads; fewer where its batch holds the ends of texts.
  var tokensInStep: Int { training.batchSize * model.contextLength }
}
