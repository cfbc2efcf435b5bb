// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Merkle
package import Primitives
package import Signing
import TransparencyLog

/// Visits a log and says whether it is the one that was here before and holds what it signed.
package struct LogMonitor {
  /// How far ahead of this machine's clock a witness's may be, in seconds.
  package static let maximumClockDifference: Int64 = 3600
  /// The most findings of one kind that are listed.
  package static let maximumFindingCount = 100
  /// How often a log that grows during a visit is begun again.
  static let maximumAttempts = 4

  /// A new entry, as far as it says what it is.
  package struct Entry: Hashable, Sendable {
    /// Its position.
    package let index: UInt64
    /// The member `type` of its JSON; nil where it is no such thing.
    package let type: String?
    /// The member `at` of its JSON.
    package let moment: Timestamp?
  }

  /// What a visit came to.
  package struct Visit: Sendable {
    /// What the log shows; nil where that is not accepted.
    package var checkpoint: Checkpoint?
    /// How many entries were read and hashed to the signed root.
    package var entryCount: UInt64 = 0
    /// What is wrong.
    package var findings: [MonitorFinding] = []
    /// Two checkpoints that cannot both be true, for whoever wants to see.
    package var contradiction: Contradiction?
    /// What to keep until the next visit: the new state where all of it holds, else the old one.
    package var memory: MonitorMemory?
  }

  private let verifier: NoteVerifier
  private let policy: TrustPolicy

  /// A monitor of one log.
  ///
  /// - Parameters:
  ///   - verifier: The log's key.
  ///   - policy: Which witnesses its checkpoints need.
  package init(verifier: NoteVerifier, policy: TrustPolicy) {
    self.verifier = verifier
    self.policy = policy
  }

  /// Visits the log once.
  ///
  /// - Parameters:
  ///   - source: Where the log is.
  ///   - memory: What is kept of the visit before.
  ///   - now: The present moment, in seconds since 1970.
  ///   - entry: Told each new entry, which was hashed to a root the log signed.
  /// - Returns: What the log shows, what is wrong, and what to remember.
  /// - Throws: `LogSourceError` where the log cannot be reached; what it shows is never thrown.
  /// - Complexity: O(new entries); at the first visit, all of them.
  package func visit(
    _ source: LogSource, memory: MonitorMemory?, now: Int64, entry: (Entry) -> Void = { _ in }
  ) throws -> Visit {
    var lastFault: (note: [UInt8], visit: Visit)?
    for _ in 0..<Self.maximumAttempts {
      var visit = Visit(memory: memory)
      guard let note = try readCheckpoint(source, &visit) else { return visit }
      // The same checkpoint again: what is wrong with its files is no effect of growth.
      if let lastFault, lastFault.note == note { return lastFault.visit }
      guard let accepted = accept(note, now: now, &visit) else { return visit }
      var told: [Entry] = []
      do {
        try compare(accepted, note: note, source, now: now, &visit) { told.append($0) }
      } catch let fault as TreeFault {
        visit.findings.append(.treeFault(fault))
        lastFault = (note, visit)
        // Tiles of a size that is over may be gone: look whether the log has grown.
        if case .missing = fault { continue }
        return visit
      } catch let error as LogSourceError where error.isTooLarge {
        visit.findings.append(.tooLarge("a tile"))
        return visit
      }
      for each in told { entry(each) }
      return visit
    }
    return lastFault?.visit ?? Visit(memory: memory)
  }

  // MARK: - The checkpoint

  private func readCheckpoint(
    _ source: LogSource, _ visit: inout Visit
  ) throws(LogSourceError) -> [UInt8]? {
    do throws(LogSourceError) {
      return try source.bytes("checkpoint", limit: SignedNote.maximumByteCount)
    } catch {
      guard error.isTooLarge else { throw error }
      visit.findings.append(.tooLarge("checkpoint"))
      return nil
    }
  }

  /// Checks who signed; nil where the note is not to be believed.
  private func accept(
    _ bytes: [UInt8], now: Int64, _ visit: inout Visit
  ) -> WitnessedCheckpoint? {
    let others = otherKeys(bytes)
    do throws(NoteError) {
      _ = try Checkpoint(signed: bytes, by: verifier)
    } catch {
      if case .notSigned = error, let keyID = others.first {
        visit.findings.append(
          .otherKey(name: verifier.name, keyID: keyID, ownIsThere: false))
      } else {
        visit.findings.append(.checkpointRefused(error))
      }
      return nil
    }
    visit.findings += others.map {
      .otherKey(name: verifier.name, keyID: $0, ownIsThere: true)
    }
    do throws(PolicyRefusal) {
      let read = try policy.read(bytes, of: verifier)
      visit.checkpoint = read.checkpoint
      checkTimes(read, now: now, &visit)
      do throws(PolicyRefusal) {
        _ = try policy.accept(bytes, of: verifier)
      } catch {
        visit.findings.append(.quorumNotMet(error))
      }
      return read
    } catch .note(.wrongSignature(let name)) {
      visit.findings.append(.forgedCosignature(name))
    } catch .note(let error) {
      visit.findings.append(.checkpointRefused(error))
    } catch {
      visit.findings.append(.quorumNotMet(error))
    }
    return nil
  }

  /// The identifiers of keys that sign in the log's name and are neither the log's nor a witness's.
  private func otherKeys(_ bytes: [UInt8]) -> [UInt32] {
    guard let note = try? SignedNote(parsing: bytes) else { return [] }
    let known = [verifier.keyID] + policy.witnesses.map(\.verifier.keyID)
    var found: [UInt32] = []
    for line in note.signatures
    where line.name.utf8.elementsEqual(verifier.name.utf8) && !known.contains(line.keyID)
      && !found.contains(line.keyID)
    {
      found.append(line.keyID)
    }
    return found
  }

  private func checkTimes(_ read: WitnessedCheckpoint, now: Int64, _ visit: inout Visit) {
    for witnessing in read.witnessings {
      let (name, time) = (witnessing.witness.name, witnessing.cosignature.time)
      if time - now > Self.maximumClockDifference {
        visit.findings.append(.cosignatureFromFuture(witness: name, aheadSeconds: time - now))
      }
      if let before = visit.memory?.cosigned[witnessing.witness.verifier.text], time < before {
        visit.findings.append(.cosignatureTimeWentBack(witness: name, from: before, to: time))
      }
    }
  }

  // MARK: - The tree

  private func compare(
    _ accepted: WitnessedCheckpoint, note: [UInt8], _ source: LogSource, now: Int64,
    _ visit: inout Visit, entry: (Entry) -> Void
  ) throws {
    let checkpoint = accepted.checkpoint
    let before = visit.memory
    if let before {
      guard checkpoint.size >= before.checkpoint.size else {
        visit.findings.append(.rollback(from: before.checkpoint.size, to: checkpoint.size))
        return
      }
      if checkpoint.size == before.checkpoint.size, checkpoint.root != before.checkpoint.root {
        report(Contradiction(log: verifier, first: before.note, second: note), &visit)
        return
      }
    }
    let tree = try VerifiedTree(checkpoint) { tile, isSecond in
      isSecond ? nil : try source.bytes(of: tile)
    }
    if let before, before.checkpoint.size > 0, before.checkpoint.size < checkpoint.size {
      let sequence = try tree.sequence(from: before.checkpoint.size)
      guard sequence.roots(hasher: SHA256Tree()).older == before.checkpoint.root else {
        report(
          Contradiction(
            log: verifier, first: before.note, second: note, hashes: sequence.hashes), &visit)
        return
      }
    }
    var memory = MonitorMemory(
      log: verifier, note: note, checkpoint: checkpoint, latest: before?.latest,
      cosigned: before?.cosigned ?? [:])
    for witnessing in accepted.witnessings
    where witnessing.cosignature.time <= now
      + Self.maximumClockDifference
    {
      memory.cosigned[witnessing.witness.verifier.text, default: 0] = max(
        memory.cosigned[witnessing.witness.verifier.text] ?? 0, witnessing.cosignature.time)
    }
    try readEntries(from: before?.checkpoint.size ?? 0, tree, &memory, &visit, entry)
    if !visit.findings.contains(where: \.isFatal) { visit.memory = memory }
  }

  private func report(_ contradiction: Contradiction, _ visit: inout Visit) {
    guard let sizes = try? contradiction.verify() else {
      preconditionFailure("what was compared contradicts itself for others too")
    }
    visit.findings.append(.splitView(first: sizes.first, second: sizes.second))
    visit.contradiction = contradiction
  }

  private func readEntries(
    from first: UInt64, _ tree: VerifiedTree, _ memory: inout MonitorMemory,
    _ visit: inout Visit, _ entry: (Entry) -> Void
  ) throws {
    let width = UInt64(Tile.fullWidth)
    var index = first
    var wentBack = 0
    while index < tree.checkpoint.size {
      let entries = try tree.entries(bundle: index / width)
      for bytes in entries.dropFirst(Int(index % width)) {
        let summary = Self.summary(of: bytes, at: index)
        if let moment = summary.moment {
          if let latest = memory.latest, moment < latest {
            wentBack += 1
            if wentBack <= Self.maximumFindingCount {
              visit.findings.append(.entryTimeWentBack(index: index, from: latest, to: moment))
            }
          } else {
            memory.latest = moment
          }
        }
        entry(summary)
        visit.entryCount += 1
        index += 1
      }
    }
    if wentBack > Self.maximumFindingCount { visit.findings.append(.moreEntryTimes) }
  }

  private static func summary(of bytes: [UInt8], at index: UInt64) -> Entry {
    let object = (try? JSON.parse(bytes))?.object
    return Entry(
      index: index, type: object?["type"]?.string,
      moment: object?["at"]?.string.flatMap { Timestamp($0) })
  }
}
