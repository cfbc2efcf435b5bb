// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
package import Audit
import Canonical
package import Gate
import Glibc
import Money
package import Primitives
import Register
package import Settlement
import Signing
import Storage
import Transformer

/// The whole main job on the King James text, from an empty directory to a verified settlement.
package final class Quickstart {
  /// What is asked for.
  package struct Request {
    let directory: String
    let seed: UInt64
    let threads: Int
    let steps: Int?
    let clock: @Sendable () -> Timestamp

    /// Asks for a run of the whole job.
    package init(
      directory: String, seed: UInt64, threads: Int, steps: Int?,
      clock: @escaping @Sendable () -> Timestamp
    ) {
      self.directory = directory
      self.seed = seed
      self.threads = threads
      self.steps = steps
      self.clock = clock
    }
  }

  /// A step of the job, told when it is done.
  package struct Stage: Sendable {
    /// Its name, the subcommand that does the same.
    package let name: String
    /// What came out, in one line.
    package let outcome: String
    /// How long it took.
    package let seconds: Double
  }

  /// What came out.
  package struct Result: Sendable {
    /// The register as it stands.
    package let snapshot: RegisterSnapshot
    /// The gate's decisions.
    package let decisions: [Decision]
    /// The closed run.
    package let training: TrainingResult
    /// The settlement.
    package let statements: Statements
    /// The audit.
    package let audit: AuditReport
    /// Where the time went.
    package let stages: [Stage]
  }

  /// The name of the model that is trained.
  package static let modelName = "kjv-1m"
  /// The period that is settled.
  static let periodText = "2026-Q4"

  private let request: Request
  private let stage: (Stage) -> Void
  private var stages: [Stage] = []

  /// Runs the job.
  ///
  /// - Parameters:
  ///   - request: Where, with which seed and how many threads.
  ///   - stage: Told after each step.
  ///   - isInterrupted: Whether the user asked to stop.
  ///   - progress: Told after each chord of training.
  /// - Returns: Everything that came out.
  /// - Throws: `ServiceError`.
  package static func run(
    _ request: Request, stage: @escaping (Stage) -> Void, isInterrupted: () -> Bool,
    progress: (TrainModel.Progress) -> Void
  ) throws -> Result {
    let quickstart = Quickstart(request: request, stage: stage)
    return try quickstart.run(isInterrupted: isInterrupted, progress: progress)
  }

  private init(request: Request, stage: @escaping (Stage) -> Void) {
    self.request = request
    self.stage = stage
  }

  private func run(
    isInterrupted: () -> Bool, progress: (TrainModel.Progress) -> Void
  ) throws -> Result {
    let corpus = request.directory + "/corpus"
    let layout = RegisterLayout(root: request.directory + "/register")
    let manifestPath = request.directory + "/manifest.json"
    if FileSystem.fileExists(layout.configuration) {
      return try resume(
        layout: layout, corpus: corpus, manifestPath: manifestPath, isInterrupted: isInterrupted,
        progress: progress)
    }
    let isTaken = FileSystem.fileExists(request.directory)
    guard try !isTaken || FileSystem.listDirectory(request.directory).isEmpty else {
      throw ServiceError.refused(
        "'\(request.directory)' is not empty: choose another --dir, or remove it")
    }
    let scenario = SampleScenario(seed: request.seed)
    try timed("corpus") {
      let files = try scenario.writeCorpus(to: corpus)
      return "\(files) texts in \(corpus)"
    }
    let writer = try timed("init") {
      let writer = try InitialiseRegister.run(
        root: layout.root, name: "King James quickstart", clock: request.clock)
      return (writer, "register, operator key, first checkpoint")
    }
    try timed("key new") {
      try scenario.registerContributors(in: writer)
      return "\(scenario.contributors.count) contributors, keys derived from seed \(request.seed)"
    }
    try timed("work add") {
      let works = try scenario.registerWorks(below: corpus, in: writer)
      return "\(works) works by the SHA-256 of their bytes"
    }
    try timed("grant") { try scenario.issueGrants(in: writer) }
    return try complete(
      writer, corpus: corpus, manifestPath: manifestPath, isInterrupted: isInterrupted,
      progress: progress)
  }

  /// Goes on with a job that was stopped during training.
  private func resume(
    layout: RegisterLayout, corpus: String, manifestPath: String, isInterrupted: () -> Bool,
    progress: (TrainModel.Progress) -> Void
  ) throws -> Result {
    let writer = try RegisterWriter(layout, clock: request.clock)
    guard let run = writer.state.runs.values.first, run.finish == nil else {
      throw ServiceError.refused(
        "'\(request.directory)' holds a quickstart already: choose another --dir, or remove it")
    }
    return try complete(
      writer, corpus: corpus, manifestPath: manifestPath, isInterrupted: isInterrupted,
      progress: progress)
  }

  private func complete(
    _ writer: RegisterWriter, corpus: String, manifestPath: String, isInterrupted: () -> Bool,
    progress: (TrainModel.Progress) -> Void
  ) throws -> Result {
    let decisions: [Decision]
    if let admission = writer.state.admissions.values.first {
      decisions = try DecisionsFile.read(admission.record.manifest, layout: writer.layout)
    } else {
      decisions = try timed("admit") {
        let result = try AdmitCorpus.run(
          .directory(corpus),
          for: AdmissionQuestion(purpose: .train, grantee: writer.configuration.operator),
          output: manifestPath, in: writer)
        let admitted = result.manifest.entries.count
        return (
          result.decisions,
          "\(admitted) admitted, \(result.decisions.count - admitted) refused with reasons"
        )
      }
    }
    let training = try timed("train") {
      let result = try TrainModel.run(
        trainingRequest(manifest: try ManifestFile(path: manifestPath)), in: writer,
        isInterrupted: isInterrupted, progress: progress)
      let losses = result.books.books.finalLoss
      let mean = losses.reduce(0, +) / Int64(losses.count)
      return (result, "\(result.steps) steps, mean target loss \(Self.nats(mean)) nats a byte")
    }
    let statements = try settle(writer)
    let audit = try timed("verify") {
      let report = RegisterAudit.run(writer.layout)
      return (report, report.holds ? "everything holds" : "\(report.findingCount) findings")
    }
    return Result(
      snapshot: try RegisterSnapshot.read(writer.layout), decisions: decisions,
      training: training, statements: statements, audit: audit, stages: stages)
  }

  private func trainingRequest(manifest: ManifestFile) throws -> TrainModel.Request {
    guard let model = ModelName(Self.modelName) else {
      preconditionFailure("the sample model's name is a name")
    }
    var configuration = RunConfiguration()
    configuration.targets = SampleScenario.targets
    configuration.survey.players = 8
    configuration.survey.coalitions = 32
    configuration.survey.training.steps = 200
    if let steps = request.steps { configuration.steps = steps }
    return TrainModel.Request(
      model: model, manifest: manifest, configuration: configuration, seed: request.seed,
      threads: request.threads)
  }

  private func settle(_ writer: RegisterWriter) throws -> Statements {
    guard let model = ModelName(Self.modelName), let euro = Currency(code: "EUR"),
      let period = Period(Self.periodText)
    else { preconditionFailure("the sample's model, currency and period are valid") }
    let amount = Amount(minorUnits: 100_000, currency: euro)
    try timed("revenue") {
      let report = RevenueReport(model: model, amount: amount, period: period)
      _ = try ReportRevenue.run(report, isLate: false, in: writer)
      return "\(amount) reported for \(period)"
    }
    return try timed("settle") {
      let statements = try SettlePeriod.run(period, in: writer)
      let total = statements.totals[0]
      let owed = Amount(minorUnits: total.owed, currency: euro)
      let retained = Amount(minorUnits: total.retained, currency: euro)
      return (statements, "\(owed) owed, \(retained) retained, the sum exact")
    }
  }

  private static func nats(_ piconats: Int64) -> String {
    let rounded = (piconats + 500_000_000) / 1_000_000_000
    let digits = String(rounded % 1000)
    return "\(rounded / 1000)." + String(repeating: "0", count: 3 - digits.utf8.count) + digits
  }

  private func timed<Value>(
    _ name: String, _ body: () throws -> (Value, String)
  ) throws -> Value {
    let clock = ContinuousClock()
    let began = clock.now
    let (value, outcome) = try body()
    let done = Stage(name: name, outcome: outcome, seconds: (clock.now - began).seconds)
    stages.append(done)
    stage(done)
    return value
  }

  private func timed(_ name: String, _ body: () throws -> String) throws {
    try timed(name) { ((), try body()) }
  }
}
