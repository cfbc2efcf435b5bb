// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import LogNetwork
import Merkle
import Register
import Signing
import Storage
import TransparencyLog

/// Replays segments of a finished run that a later checkpoint picks.
///
/// The checkpoint must be later than the one that published the run's end: then all hashes that a
/// replay compares with were fixed before anybody knew the draw. Without a checkpoint that is named
/// it is the log's first such state, so that there is one draw and not one for each moment.
package enum ReplayChallenge {
  /// The state of the log that picks the segments.
  package struct Source: Sendable {
    /// The text under the signatures.
    let text: String
    /// How many entries it has.
    package let size: Int
    /// Where it comes from, in words.
    package let words: String
    /// The witnesses of the register's policy that cosigned it.
    package let witnesses: [String]
  }

  /// Draws segments and replays them.
  ///
  /// - Parameters:
  ///   - drawn: How many segments.
  ///   - request: The run, its works and threads; its choice of a segment is not looked at.
  ///   - checkpoint: The file of a checkpoint of this log; nil for the first that is late enough.
  ///   - snapshot: The register.
  ///   - progress: Told after every chord.
  /// - Returns: The draw, and what came out of each replay, the same or not.
  /// - Throws: `ServiceError` where there is no checkpoint that is late enough, and what
  ///   `ReplayRun.run` throws.
  package static func run(
    _ drawn: Int, _ request: ReplayRun.Request, checkpoint: String?,
    in snapshot: RegisterSnapshot, progress: (ReplayRun.Progress) -> Void
  ) throws -> ChallengeReport {
    let run = snapshot.state.runs[request.model]
    let count = run?.checkpoints.count ?? 0
    guard let run, run.finish != nil else {
      throw ServiceError.refused(
        "the run of '\(request.model)' is not finished: its segments are drawn when it is")
    }
    guard (1...count).contains(drawn) else {
      throw ServiceError.usage(
        "\(drawn) of \(count) segments cannot be drawn: write --random 1 to --random \(count)")
    }
    let source = try source(checkpoint, for: request.model, in: snapshot)
    let draw = SegmentDraw(drawn, of: count, from: source.text)
    var report = ChallengeReport(model: request.model, source: source, draw: draw)
    // From the last on: what begins earlier may replay others on its way.
    for segment in draw.segments.sorted(by: >) where !report.hasReplayed(segment) {
      var request = request
      request.choice = .segment(segment)
      report.replays.append(try ReplayRun.run(request, in: snapshot, progress: progress))
    }
    return report
  }

  /// The state of the log that picks the segments of a run.
  static func source(
    _ file: String?, for model: ModelName, in snapshot: RegisterSnapshot
  ) throws -> Source {
    guard let verifier = snapshot.configuration.verifier else {
      throw ConfigurationError.malformed(
        snapshot.layout.configuration, "its origin is no name of a log")
    }
    let reader = try LogReader(path: snapshot.layout.log, verifier: verifier)
    let least = smallestSize(for: model, in: snapshot.events)
    let policy = try CosignCheckpoint.policy(of: snapshot.layout)
    if let file { return try named(file, least, reader, policy, verifier) }
    guard reader.size >= UInt64(least) else {
      throw ServiceError.refused(
        "no checkpoint is later than the end of the run of '\(model)': log something after it, such as"
          + " a report of revenue, or name a checkpoint with --checkpoint when there is one")
    }
    let cosigned = snapshot.layout.witnessedCheckpoint
    if policy.needsWitnesses,
      let source = try? named(cosigned, least, reader, policy, verifier),
      (try? policy.accept(try FileSystem.readFile(cosigned), of: verifier)) != nil
    {
      return source
    }
    let first = Checkpoint(
      origin: verifier.name, size: UInt64(least), root: try reader.root(at: UInt64(least)))
    return Source(
      text: first.text, size: least, words: "the first state of the log after the run's end",
      witnesses: [])
  }

  /// A checkpoint that somebody kept: of this log, in its history, and late enough.
  private static func named(
    _ file: String, _ least: Int, _ reader: LogReader, _ policy: TrustPolicy,
    _ verifier: NoteVerifier
  ) throws -> Source {
    let bytes = try FileSystem.readFile(file, limit: SignedNote.maximumByteCount)
    let accepted: WitnessedCheckpoint
    do {
      accepted = try policy.read(bytes, of: verifier)
    } catch {
      throw ServiceError.refused("'\(file)' is no checkpoint of this log: \(error)")
    }
    let checkpoint = accepted.checkpoint
    guard checkpoint.size >= UInt64(least) else {
      throw ServiceError.refused(
        "the checkpoint in '\(file)' has \(checkpoint.size) entries, and one that is later than the"
          + " run's end has at least \(least): name a later one")
    }
    guard checkpoint.size <= reader.size else {
      throw ServiceError.refused(
        "the checkpoint in '\(file)' has \(checkpoint.size) entries and the log here \(reader.size):"
          + " fetch the newer log")
    }
    guard try reader.root(at: checkpoint.size) == checkpoint.root else {
      throw ServiceError.refused(
        "the checkpoint in '\(file)' contradicts the log here, and the log's key signed both: keep"
          + " the file, it proves that two histories were shown")
    }
    return Source(
      text: checkpoint.text, size: Int(checkpoint.size), words: "the checkpoint in '\(file)'",
      witnesses: accepted.witnessings.map(\.witness.name))
  }

  /// The size from which on a checkpoint was published after the one with the run's end.
  ///
  /// The release follows the end in the same batch, and so under the same checkpoint.
  private static func smallestSize(for model: ModelName, in events: [Event]) -> Int {
    let last = events.lastIndex { event in
      switch event.body {
      case .runFinished(let finish): finish.model == model
      case .modelReleased(let release): release.model == model
      default: false
      }
    }
    return (last ?? events.count) + 2
  }
}
