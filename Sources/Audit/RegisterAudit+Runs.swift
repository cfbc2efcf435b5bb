// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Canonical
import Gate
import Money
import Primitives
import Register
import Signing
import Storage

extension RegisterAudit {
  /// Checks that every work of a run was admitted and still granted when the run started.
  mutating func audit(_ start: RunStart, before: RegisterState, at moment: Timestamp) {
    let subject = "entry \(before.size)"
    guard let manifest = manifest(start.manifest) else {
      report.found(subject, "the manifest of '\(start.model)' cannot be read")
      return
    }
    for entry in manifest.entries {
      counts.grantsInUse += 1
      let isUsable = before.mayUse(
        entry.work, for: manifest.purpose, by: manifest.grantee, at: moment,
        in: manifest.territory)
      if isUsable { continue }
      report.found(
        subject, "'\(start.model)' used the work \(entry.work.short) without a standing grant")
    }
  }

  /// Closes the books of a run again, divides the model again, and compares.
  mutating func audit(_ finish: RunFinish, before: RegisterState) {
    let directory = layout.model(finish.model)
    let booksPath = directory + "/books/books.json"
    let sharesPath = directory + "/shares.json"
    guard let run = before.runs[finish.model],
      let booksBytes = boundFile(booksPath, is: finish.books),
      let sharesBytes = boundFile(sharesPath, is: finish.shares),
      let manifest = manifest(run.start.manifest)
    else { return }
    do {
      let file = try BooksFile(json: try JSON.parse(booksBytes))
      let shares = try ShareRegister(json: try JSON.parse(sharesBytes))
      let commitments = run.start.targets.map { target in
        BooksFile.Target(
          name: target.name, weight: target.weight, commonsLine: target.commonsLine)
      }
      report.require(
        file.targets == commitments, relative(booksPath),
        "its targets, weights or commons lines are not those committed to before the first step")
      for (index, balance) in finish.balances.enumerated() where index < file.targets.count {
        counts.balances += 1
        report.require(
          file.books.initialLoss[index] == balance.initialLoss
            && file.books.finalLoss[index] == balance.finalLoss
            && file.credited[index] == balance.credited && file.books.decay[index] == balance.decay
            && file.books.residual[index] == balance.residual && balance.balances,
          relative(booksPath), "the line of '\(balance.target)' does not balance as logged")
      }
      let survey = try survey(finish, of: run.start, books: file)
      audit(shares, from: file, survey: survey, manifest: manifest, path: relative(sharesPath))
    } catch {
      report.found(relative(booksPath), "\(error)")
    }
  }

  /// Reads a run's survey; its coalitions must be those that the configuration and the seed fix, and
  /// its values those that follow from the losses.
  private mutating func survey(
    _ finish: RunFinish, of start: RunStart, books: BooksFile
  ) throws -> SurveyFile? {
    let path = layout.model(finish.model) + "/" + SurveyFile.path
    let section = start.configuration["survey"]
    let coalitions = section?["coalitions"]?.integer ?? 0
    report.require(
      (coalitions > 0) == (finish.survey != nil), relative(path),
      "a survey is missing that the run committed to, or is there without that")
    guard let digest = finish.survey, let bytes = boundFile(path, is: digest) else { return nil }
    let file = try SurveyFile(json: try JSON.parse(bytes))
    let survey = file.survey
    counts.coalitions += survey.measurements.count
    let design = CoalitionDesign.coalitions(
      players: survey.playerCount, count: Int(coalitions), seed: UInt64(start.seed))
    report.require(
      survey.playerOfAccount
        == PlayerGroups.players(
          credits: books.accountCredits, players: Int(section?["players"]?.integer ?? 0))
        && survey.measurements.map(\.coalition) == design && survey.seed == UInt64(start.seed)
        && section?["redraws"]?.integer == Int64(survey.redraws)
        && survey.measurements.allSatisfy { $0.losses.count == books.targets.count },
      relative(path), "its coalitions are not those that the run committed to")
    let parts = try books.creditDivision().targetParts
    report.require(
      survey.findings(commons: books.targets.map(\.commonsLine), targetParts: parts)
        == file.findings, relative(path), "its values do not follow from its losses")
    return file
  }

  /// Compares a share register with the division of the books, and with who owns and granted what.
  private mutating func audit(
    _ shares: ShareRegister, from file: BooksFile, survey: SurveyFile?, manifest: Manifest,
    path: String
  ) {
    let units = try? file.divide(by: survey)
    report.require(
      shares.method == BooksFile.method(of: survey), path,
      "its method is not the one that was used")
    report.require(units != nil, path, "the books give nothing to divide")
    let divided = Dictionary(
      zip(file.lines.map(\.work), units ?? []), uniquingKeysWith: { first, _ in first })
    let admitted = Dictionary(uniqueKeysWithValues: manifest.entries.map { ($0.work, $0) })
    report.require(
      Set(shares.rows.map(\.work)) == Set(admitted.keys), path,
      "its rows are not the works of the manifest")
    for row in shares.rows {
      counts.shareRows += 1
      report.require(
        divided[row.work] == row.units, path,
        "the share of the work \(row.work.short) does not follow from the books")
      report.require(
        admitted[row.work].map { entry in
          entry.owner == row.owner && entry.rate == row.rate
            && state.grant(entry.grant)?.grant.terms.minimumFee == row.minimumFee
        } ?? false, path,
        "the owner, rate or fee of the work \(row.work.short) is not that of its grant")
      report.require(
        state.parties[row.owner] != nil, path,
        "the share of the work \(row.work.short) does not end in a registered person")
    }
  }

  /// Checks every file of a released model against the digests that the release names.
  mutating func audit(_ release: ModelRelease, before: RegisterState) {
    report.require(
      release.files["tokenizer.json"] == before.runs[release.model]?.start.tokenizer,
      "entry \(before.size)",
      "the tokenizer of '\(release.model)' is not the one its run committed to")
    for (file, digest) in release.files.sorted(by: { $0.key < $1.key }) {
      counts.modelFiles += 1
      _ = boundFile(layout.model(release.model) + "/" + file, is: digest)
    }
  }

  /// Checks the states that are kept for replays, where they are, against their checkpoints.
  mutating func auditKeptStates() {
    var count = 0
    for (model, run) in state.runs.sorted(by: { $0.value.position < $1.value.position }) {
      for checkpoint in run.checkpoints {
        let path = layout.keptState(model, segment: checkpoint.segment)
        guard FileSystem.fileExists(path) else { continue }
        count += 1
        do {
          report.require(
            try FileReader.digest(of: path) == checkpoint.state, relative(path),
            "its bytes are not those that the log binds")
        } catch {
          report.found(relative(path), "\(error)")
        }
      }
    }
    if count > 0 { report.checked("runs", "states kept for replays", count) }
  }

  /// The manifest of an admission; nil where its file is not the one that the log binds.
  private func manifest(_ digest: Digest) -> Manifest? {
    guard let bytes = try? FileSystem.readFile(layout.manifest(digest), limit: 1 << 34),
      let json = try? JSON.parse(bytes), let manifest = try? Manifest(json: json),
      manifest.digest == digest
    else { return nil }
    return manifest
  }
}
