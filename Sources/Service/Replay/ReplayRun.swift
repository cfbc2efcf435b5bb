// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Canonical
import Gate
import Primitives
package import Register
import Signing
import Storage

/// Runs segments of a logged run again and compares what comes out with what the log commits to:
/// hashes, never tolerances.
///
/// Reads the register and the works, and writes nothing.
package struct ReplayRun {
  /// Which segments.
  package enum Choice: Sendable {
    /// One drawn at random.
    case random
    /// From checkpoint N to checkpoint N + 1; checkpoint 0 is the seeded start.
    case segment(Int)
    case all
  }

  /// What is asked for.
  package struct Request: Sendable {
    let model: ModelName
    var choice: Choice
    /// The directory of the works; nil for where they lay when this machine trained.
    let corpus: String?
    let threads: Int
    /// Whether to begin at the seeded start though a kept state is nearer.
    let isFromStart: Bool

    /// Asks for a replay.
    package init(
      model: ModelName, choice: Choice, corpus: String?, threads: Int, isFromStart: Bool
    ) {
      self.model = model
      self.choice = choice
      self.corpus = corpus
      self.threads = threads
      self.isFromStart = isFromStart
    }
  }

  /// How far a replay has come: from the step where it began to the end of what was asked for.
  package struct Progress: Sendable {
    package let step: Int
    package let firstStep: Int
    package let lastStep: Int
    package let seconds: Double
  }

  private let request: Request
  private let snapshot: RegisterSnapshot
  private let logged: RegisterState.Run
  /// The first and the last segment asked for.
  private let wanted: ClosedRange<Int>
  private var report: ReplayReport

  /// Replays.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - snapshot: The register.
  ///   - progress: Told after every chord.
  /// - Returns: What came out, the same or not.
  /// - Throws: `ServiceError` where there is nothing to compare with or a work is missing or another;
  ///   `BLASError` where this processor cannot run the recorded kernel family.
  package static func run(
    _ request: Request, in snapshot: RegisterSnapshot, progress: (Progress) -> Void
  ) throws -> ReplayReport {
    var replay = try ReplayRun(request, snapshot)
    let prepared = try replay.prepare()
    replay.compareStart(prepared.start)
    if replay.report.isSame {
      let first = try replay.begin(prepared)
      try replay.advance(prepared, from: first, progress)
    }
    return replay.report
  }

  private init(_ request: Request, _ snapshot: RegisterSnapshot) throws {
    guard let logged = snapshot.state.runs[request.model] else {
      throw ServiceError.refused("no run is named '\(request.model)': name one that was started")
    }
    let count = logged.checkpoints.count
    guard count > 0 else {
      throw ServiceError.refused(
        "the run of '\(request.model)' has no checkpoint yet: replay it when it has one")
    }
    var asked: Int?
    switch request.choice {
    case .random: asked = Int.random(in: 0..<count)
    case .segment(let segment): asked = segment
    case .all: break
    }
    if let asked, !(0..<count).contains(asked) {
      throw ServiceError.usage(
        "there is no segment \(asked): '\(request.model)' has the segments 0 to \(count - 1)")
    }
    self.request = request
    self.snapshot = snapshot
    self.logged = logged
    wanted = asked.map { $0...$0 } ?? 0...(count - 1)
    report = ReplayReport(
      model: request.model, kernels: logged.start.kernels, library: logged.start.library,
      segmentCount: count, asked: asked)
  }

  /// Builds the run's engine from what the log commits to and from the works.
  private func prepare() throws -> PreparedRun {
    let layout = snapshot.layout
    let path = layout.manifest(logged.start.manifest)
    let manifest: Manifest
    do {
      manifest = try Manifest(json: try JSON.parse(try FileSystem.readFile(path)))
    } catch {
      throw ServiceError.refused("'\(path)' cannot be used: \(error)")
    }
    guard manifest.digest == logged.start.manifest else {
      throw ServiceError.refused(
        "'\(path)' is not the manifest that the log binds: run 'cadastre verify'")
    }
    let configuration = try RunConfiguration(json: logged.start.configuration)
    return try PreparedRun(
      TrainModel.Request(
        model: request.model, manifest: ManifestFile(corpus: try corpus(), manifest: manifest),
        configuration: configuration, seed: UInt64(logged.start.seed), threads: request.threads),
      on: .init(before: logged, in: snapshot, family: logged.start.kernels))
  }

  private func corpus() throws -> String {
    if let corpus = request.corpus { return corpus }
    let note = snapshot.layout.corpusNote(request.model)
    guard FileSystem.fileExists(note) else {
      throw ServiceError.usage(
        "nothing here says where the works of '\(request.model)' lie: give --corpus DIR")
    }
    return String(decoding: try FileSystem.readFile(note, limit: 1 << 16), as: UTF8.self)
  }

  /// Compares what this machine makes of the inputs with what was committed to before the first step.
  private mutating func compareStart(_ here: RunStart) {
    let log = logged.start
    if here.initialWeights != log.initialWeights {
      report.findings.append("run.started: the weights before the first step differ")
    }
    for (mine, committed) in zip(here.targets, log.targets) where mine != committed {
      report.findings.append(
        "run.started: the target '\(committed.name)' differs: its text, its weight or its commons"
          + " line is not what was committed to")
    }
    if here.targets.count != log.targets.count {
      report.findings.append("run.started: the number of targets differs")
    }
    for (name, mine, committed) in [
      ("library", here.library, log.library), ("software", here.software, log.software),
    ] where mine != committed {
      report.notes.append(
        "the run used \(committed) as its \(name), this machine uses \(mine): other bits may come"
          + " of that alone")
    }
  }

  /// Takes the run up at the nearest checkpoint whose state is kept; gives its first segment.
  private mutating func begin(_ prepared: PreparedRun) throws -> Int {
    guard !request.isFromStart else { return 0 }
    for number in stride(from: wanted.lowerBound, to: 0, by: -1) {
      let checkpoint = logged.checkpoints[number - 1]
      let path = snapshot.layout.keptState(request.model, segment: checkpoint.segment)
      guard FileSystem.fileExists(path) else { continue }
      guard try FileReader.digest(of: path) == checkpoint.state else {
        report.findings.append(
          "'\(path)' is not the state that the log binds: remove it to replay from an earlier one")
        continue
      }
      do {
        try prepared.run.restore(from: path)
      } catch let error as RunStateError {
        throw ServiceError.refused("'\(path)' cannot be used: \(error)")
      }
      if prepared.run.step != Int(checkpoint.step)
        || prepared.run.weightsDigest != checkpoint.weights
        || prepared.closedBooks().fileDigest != checkpoint.books
      {
        report.findings.append(
          "checkpoint \(number): its step, weights or books are not those of its own state")
      }
      report.begin = (number, prepared.run.step)
      return number
    }
    return 0
  }

  /// Runs every segment up to the last asked for, and stops at the first that differs.
  private mutating func advance(
    _ prepared: PreparedRun, from first: Int, _ progress: (Progress) -> Void
  ) throws {
    let run = prepared.run
    let clock = ContinuousClock()
    let began = clock.now
    var segmentBegan = began
    let last = Int(logged.checkpoints[wanted.upperBound].step)
    for index in first...wanted.upperBound {
      let checkpoint = logged.checkpoints[index]
      guard run.firstStep(ofSegment: index + 1) == Int(checkpoint.step) else {
        report.findings.append(
          "checkpoint \(index + 1): it is of step \(checkpoint.step), the configuration puts it at"
            + " \(run.firstStep(ofSegment: index + 1))")
        return
      }
      let firstStep = run.step
      while run.step < Int(checkpoint.step) {
        let chord = try prepared.advance(lastGood: run.step)
        progress(
          Progress(
            step: chord.step, firstStep: report.begin.step, lastStep: last,
            seconds: (clock.now - began).seconds))
      }
      let comparisons = [
        ReplayReport.Comparison(
          what: "weights", isSame: run.weightsDigest == checkpoint.weights),
        ReplayReport.Comparison(
          what: "books", isSame: prepared.closedBooks().fileDigest == checkpoint.books),
        ReplayReport.Comparison(what: "state", isSame: try run.stateDigest == checkpoint.state),
      ]
      report.segments.append(
        ReplayReport.Segment(
          segment: index, firstStep: firstStep, lastStep: run.step, comparisons: comparisons,
          seconds: (clock.now - segmentBegan).seconds))
      segmentBegan = clock.now
      let different = comparisons.filter { !$0.isSame }.map(\.what)
      guard different.isEmpty else {
        report.findings.append(
          "segment \(index), steps \(firstStep + 1) to \(run.step): the "
            + different.joined(separator: " and the ") + " differ from checkpoint \(index + 1)")
        return
      }
    }
    compareEnd(prepared)
  }

  /// Compares the finished run's files with what the log says of them.
  private mutating func compareEnd(_ prepared: PreparedRun) {
    guard prepared.run.isFinished, let finish = logged.finish else { return }
    let ends = [
      ("model.safetensors", SHA256.digest(prepared.weightsFile), finish.weights),
      ("books/books.json", prepared.closedBooks().fileDigest, finish.books),
    ]
    for (name, here, committed) in ends where here != committed {
      report.findings.append("run.finished: \(name) differs from what the last segment gives")
    }
  }
}
