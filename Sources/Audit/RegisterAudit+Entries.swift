// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Register
import Signing
import TransparencyLog

extension RegisterAudit {
  /// What the entries were seen to be so far.
  struct SeenEntries {
    /// Where each entry first stood, by its hash.
    var positions: [Digest: Int] = [:]
    /// The last moment that each signer stated, and where.
    var moments: [DIDKey: (at: Timestamp, position: Int)] = [:]
    /// The first entry that is no event or whose proof does not hold.
    var firstBroken: Int?
    /// The first entry that cannot be read: from there on nothing is folded.
    var gap: Int?
    /// How many entries do not hold, for whatever reason.
    var failures = 0
    /// How many signers' own entries go back in time.
    var backwards = 0
  }

  /// How often progress is shown, in entries.
  private static let progressStep = 4096

  /// Verifies the proof of every entry, folds it by the rules, and derives again what it decided.
  mutating func auditEvents(progress: (String) -> Void) {
    guard let log else { return }
    let trusted = recollection.trusted
    seen.positions.reserveCapacity(Int(log.size))
    do {
      try EntryReading.run(
        log, threads: options.threads, trusted: trusted,
        damaged: { range, _ in
          // What is wrong with the file was said when the files were checked.
          seen.gap = seen.gap ?? Int(range.lowerBound)
          isLogWhole = false
        },
        take: { entry in
          take(entry)
          if entry.position % Self.progressStep == 0 {
            progress("events: \(entry.position) of \(log.size)")
          }
        })
    } catch {
      report.found("log", "\(error)", as: .logDamaged)
    }
    isFoldComplete = isLogWhole && seen.failures == 0
    if let gap = seen.gap {
      report.note("log", "entries from \(gap) on are not folded: not all of them can be read")
    } else if seen.failures > 0 {
      report.note(
        "log", "entries that do not hold are passed over: what fails after them may follow from it")
    }
    reportEvents(trusted: trusted)
  }

  private mutating func reportEvents(trusted: Int) {
    report.checked("events", "entries folded by the rules", events.count)
    report.checked("events", "entries whose proofs were verified", seen.positions.count - trusted)
    if trusted > 0 {
      report.checked("events", "entries verified before, under the root they have still", trusted)
      report.note(
        "events",
        "signatures of the first \(trusted) entries were verified in an earlier audit and not again: "
          + "--from-start verifies them")
    }
    report.checked("events", "grants verified", state.grants.count)
    report.checked("admissions", "decisions derived again", counts.decisions)
    report.checked("runs", "grants in force when their run started", counts.grantsInUse)
    report.checked("runs", "books that balance, a line a target", counts.balances)
    report.checked("runs", "shares computed again from the books", counts.shareRows)
    report.checked("runs", "coalitions whose losses give the values", counts.coalitions)
    report.checked("runs", "files of models", counts.modelFiles)
    report.checked(
      "settlements", "statement lines recomputed to the minor unit", counts.statementLines)
  }

  private mutating func take(_ entry: EntryReading.Entry) {
    let subject = "entry \(entry.position)"
    if let earlier = seen.positions[entry.hash] {
      fail(
        entry, "it is entry \(earlier) over again: the same bytes were logged twice",
        as: .entryRepeated)
      return
    }
    seen.positions[entry.hash] = entry.position
    switch entry.event {
    case .failure(let error):
      seen.firstBroken = seen.firstBroken ?? entry.position
      switch error {
      case .badProof, .badCredential: fail(entry, "\(error)", as: .entryProof)
      default: fail(entry, "\(error)", as: .entryMalformed)
      }
    case .success(let event):
      guard seen.gap == nil else { return }
      auditMoment(of: event, at: entry.position, subject)
      do throws(RegisterError) {
        if isDecision(event.body) {
          // What these touch is small; a copy kept while works or grants come in would double them.
          let before = state
          try state.apply(event)
          audit(event, before: before)
        } else {
          try state.apply(event)
        }
        events.append(event)
      } catch {
        fail(entry, "\(error)", as: .entryRule)
      }
    }
  }

  private mutating func fail(
    _ entry: EntryReading.Entry, _ problem: String, as code: AuditReport.Code
  ) {
    report.found("entry \(entry.position)", problem, as: code)
    seen.failures += 1
    if seen.gap == nil { state.passOver() }
  }

  /// The operator's own entries never go back in time; another signer's clock is its own business,
  /// and when it was set back, that is worth knowing.
  private mutating func auditMoment(of event: Event, at position: Int, _ subject: String) {
    let earlier = seen.moments[event.by]
    seen.moments[event.by] = (event.at, position)
    guard let earlier, event.at < earlier.at else { return }
    let problem =
      "time goes backwards: it states \(event.at), and entry \(earlier.position) of the same signer "
      + "stated \(earlier.at) before it"
    if event.by == state.operator {
      report.found(subject, problem, as: .entryTime)
    } else {
      report.note(subject, problem)
    }
  }

  /// Whether an event states what can be derived again from the log before it.
  private func isDecision(_ body: EventBody) -> Bool {
    switch body {
    case .admissionDecided, .runStarted, .runFinished, .modelReleased, .settlementComputed: true
    default: false
    }
  }

  private mutating func audit(_ event: Event, before: RegisterState) {
    switch event.body {
    case .admissionDecided(let record):
      report.code = .admission
      audit(record, before: before, at: event.at)
    case .runStarted(let start):
      report.code = .run
      audit(start, before: before, at: event.at)
    case .runFinished(let finish):
      report.code = .run
      audit(finish, before: before)
    case .modelReleased(let release):
      report.code = .model
      audit(release, before: before)
    case .settlementComputed(let record):
      report.code = .settlement
      audit(record, before: before)
    default: break
    }
  }
}
