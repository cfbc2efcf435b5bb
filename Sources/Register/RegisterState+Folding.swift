// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
import Primitives
import Signing

extension RegisterState {
  /// The rules of each kind of event, one case a rule.
  mutating func fold(_ event: Event) throws(RegisterError) {
    guard `operator` != nil || isFounding(event) else { throw .notFounded }
    switch event.body {
    case .partyRegistered(let party): try fold(party, by: event.by)
    case .workRegistered(let work): try fold(work, by: event.by)
    case .grantIssued(let grant): try fold(grant, by: event.by)
    case .grantRevoked(let reference): try revoke(reference.grant, by: event.by)
    case .grantSuspended(let reference): try suspend(reference.grant, by: event.by)
    case .grantResumed(let reference): try resume(reference.grant, by: event.by)
    case .collectionDeclared(let part): try fold(part, by: event.by)
    case .admissionDecided(let record): try fold(record, by: event.by)
    case .runStarted(let start): try fold(start, by: event.by)
    case .runCheckpointed(let checkpoint): try fold(checkpoint, by: event.by)
    case .runFinished(let finish): try fold(finish, by: event.by)
    case .modelReleased(let release): try fold(release, by: event.by)
    case .revenueReported(let report): try fold(report, by: event.by)
    case .settlementComputed(let record): try fold(record, by: event.by)
    case .signalObserved(let signal): try fold(signal, by: event.by)
    case .openingErased(let erasure): try fold(erasure, by: event.by)
    }
  }

  private func isFounding(_ event: Event) -> Bool {
    if case .partyRegistered(let party) = event.body { party.role == .operator } else { false }
  }

  func requireOperator(_ signer: DIDKey) throws(RegisterError) {
    guard signer == `operator` else { throw .notTheOperator(signer) }
  }

  private mutating func fold(_ party: PartyRegistration, by signer: DIDKey) throws(RegisterError) {
    guard parties[signer] == nil else { throw .partyExists(signer) }
    if party.role == .operator {
      guard `operator` == nil else { throw .operatorExists }
      `operator` = signer
    }
    parties[signer] = Party(
      role: party.role, name: party.name, territory: party.territory, address: party.address,
      position: size)
  }

  private mutating func fold(_ work: WorkRegistration, by signer: DIDKey) throws(RegisterError) {
    guard parties[signer] != nil else { throw .unknownParty(signer) }
    if let earlier = works[work.work] {
      throw .workExists(work.work, position: earlier.position)
    }
    for owner in work.ownership?.owners ?? [] where parties[owner.party] == nil {
      throw .unknownParty(owner.party)
    }
    guard work.ownership.map({ $0.weight(of: signer) > 0 }) ?? true else {
      throw .notTheOwner(signer, work: work.work)
    }
    works[work.work] = Work(registration: work, owner: signer, position: size)
  }

  private mutating func fold(_ record: AdmissionRecord, by signer: DIDKey) throws(RegisterError) {
    try requireOperator(signer)
    guard record.treeSize == size else {
      throw .staleAdmission(read: Int(record.treeSize), size: size)
    }
    guard admissions[record.manifest] == nil else { throw .admissionExists(record.manifest) }
    admissions[record.manifest] = Admission(record: record, position: size)
  }

  private mutating func fold(_ start: RunStart, by signer: DIDKey) throws(RegisterError) {
    try requireOperator(signer)
    guard runs[start.model] == nil else { throw .modelExists(start.model) }
    guard let admission = admissions[start.manifest]?.record else {
      throw .unknownManifest(start.manifest)
    }
    // One purpose never implies another, nor one grantee another.
    guard [.train, .fineTune].contains(admission.purpose), admission.grantee == signer else {
      throw .notAdmittedForThis(start.manifest)
    }
    guard !start.targets.isEmpty else { throw .noTargets(start.model) }
    guard Set(start.targets.map(\.name)).count == start.targets.count else {
      throw .targetTwice(start.model)
    }
    runs[start.model] = Run(start: start, position: size)
  }

  private mutating func fold(_ checkpoint: RunCheckpoint, by signer: DIDKey) throws(RegisterError) {
    try requireOperator(signer)
    guard let run = runs[checkpoint.model], run.finish == nil else {
      throw .noOpenRun(checkpoint.model)
    }
    let last = run.checkpoints.last
    guard checkpoint.segment == (last?.segment ?? 0) + 1, checkpoint.step > last?.step ?? 0 else {
      throw .checkpointOutOfOrder(checkpoint.model, segment: Int(checkpoint.segment))
    }
    runs[checkpoint.model]?.checkpoints.append(checkpoint)
  }

  private mutating func fold(_ finish: RunFinish, by signer: DIDKey) throws(RegisterError) {
    try requireOperator(signer)
    guard let run = runs[finish.model], run.finish == nil else { throw .noOpenRun(finish.model) }
    guard run.checkpoints.last?.step == finish.steps else {
      throw .checkpointOutOfOrder(finish.model, segment: run.checkpoints.count)
    }
    guard finish.balances.map(\.target) == run.start.targets.map(\.name) else {
      throw .targetsDiffer(finish.model)
    }
    guard let open = finish.balances.first(where: { !$0.balances }) else {
      runs[finish.model]?.finish = finish
      return
    }
    throw .booksDoNotBalance(finish.model, target: open.target)
  }

  private mutating func fold(_ release: ModelRelease, by signer: DIDKey) throws(RegisterError) {
    try requireOperator(signer)
    guard let finish = runs[release.model]?.finish, runs[release.model]?.release == nil else {
      throw .notReleasable(release.model)
    }
    let bound = [
      "model.safetensors": finish.weights, "books/books.json": finish.books,
      "shares.json": finish.shares,
    ]
    for (path, digest) in bound where release.files[path] != digest {
      throw .releaseDiffers(release.model, path: path)
    }
    runs[release.model]?.release = release
    models[release.identifier] = models[release.identifier] ?? release.model
  }

  private mutating func fold(_ report: RevenueReport, by signer: DIDKey) throws(RegisterError) {
    try requireOperator(signer)
    guard runs[report.model]?.release != nil else { throw .unknownModel(report.model) }
    let total = cumulativeRevenue(of: report.model, in: report.amount.currency)
    let (sum, overflow) = total.addingReportingOverflow(report.amount.minorUnits)
    guard !overflow, (0...Amount.largestMinorUnits).contains(sum) else {
      throw .revenueOutOfRange(report.model)
    }
    revenues.append(Revenue(report: report, position: size))
  }

  private mutating func fold(_ record: SettlementRecord, by signer: DIDKey) throws(RegisterError) {
    try requireOperator(signer)
    let earlier = settlements.filter { $0.record.period == record.period }.count
    guard record.number == earlier + 1 else { throw .settlementOutOfOrder(record.period) }
    var seen: [ModelName: Set<Currency>] = [:]
    for line in record.lines {
      guard runs[line.model]?.release != nil else { throw .unknownModel(line.model) }
      guard seen[line.model, default: []].insert(line.currency).inserted,
        line.owed + line.retained == line.revenue
      else { throw .settlementDoesNotAddUp(record.period, line.model) }
    }
    settlements.append(Settlement(record: record, position: size))
  }

  /// The sum of all reports of a model in a currency.
  private func cumulativeRevenue(of model: ModelName, in currency: Currency) -> Int64 {
    revenues.reduce(0) { sum, revenue in
      revenue.report.model == model && revenue.report.amount.currency == currency
        ? sum + revenue.report.amount.minorUnits : sum
    }
  }
}
