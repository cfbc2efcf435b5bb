// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Canonical
import Foundation
import Gate
import Merkle
import Money
import Primitives
import Register
import Settlement
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

/// The interpreter that runs the independent program; nil, with one notice, where there is none.
private let python: String? = {
  let named = ProcessInfo.processInfo.environment["CADASTRE_PYTHON"]
  for path in [named, "/usr/bin/python3", "/usr/local/bin/python3"].compactMap(\.self)
  where FileSystem.fileExists(path) { return path }
  print("NOTICE: recomputation in Python: skipped (set CADASTRE_PYTHON to an interpreter)")
  return nil
}()

@Suite(.enabled(if: python != nil))
struct RecomputationTests {
  private let directory: TemporaryDirectory
  private let layout: RegisterLayout

  init() throws {
    directory = try TemporaryDirectory()
    layout = RegisterLayout(root: directory.path)
    for path in [layout.settlements, layout.admissions, layout.models] {
      try FileSystem.createDirectory(path)
    }
  }

  @Test(arguments: 0..<3)
  func `A program without our code finds the same shares and statements, or what is altered`(
    key: Int
  ) throws {
    var random = Philox4x32(key: UInt64(key), stream: 6)
    try write(&random)
    let (status, output) = try recompute()
    #expect(status == 0, "\(output)")
    #expect(output.contains(" checks, 0 differences\n"))
    #expect(output.contains("ok       settlements/2026-Q1-2.json"))
    let books = layout.model(testModel("one")) + "/books/books.json"
    let statements = layout.settlements + "/2026-Q1-1.json"
    for path in [books, statements, layout.log + "/tile/entries/000.p"] {
      let file =
        FileSystem.directoryExists(path)
        ? path + "/" + (try FileSystem.listDirectory(path).last ?? "") : path
      let bytes = try FileSystem.readFile(file)
      var altered = bytes
      let digit = try #require(altered.lastIndex { (0x31...0x38).contains($0) })
      altered[digit] += 1
      try DurableFile.write(altered, to: file)
      let (status, output) = try recompute()
      #expect(status == 1 && output.contains("DIFFERS"), "\(path)")
      try DurableFile.write(bytes, to: file)
    }
  }

  private func recompute() throws -> (status: Int32, output: String) {
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Python/recompute_settlement.py")
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: try #require(python))
    process.arguments = [script.path, directory.path]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  /// A register of two models with books of random numbers, revenue, and three settlements.
  private func write(_ random: inout Philox4x32) throws {
    var ledger = try SampleLedger()
    var works: [(work: Digest, party: Int)] = []
    for party in 1...3 {
      try ledger.join(party)
      for number in 0...random.below(4) {
        works.append((testDigest("\(party) \(number)"), party))
        try ledger.add(testDigest("\(party) \(number)"), of: party)
      }
    }
    works.sort { $0.work < $1.work }
    var decisions: [Decision] = []
    for (work, party) in works {
      let rate = Int64(random.below(1_000_001))
      let grant = try ledger.grant(.sample(.work(work), rate: rate), by: party)
      decisions.append(
        Decision(
          path: work.short, work: work, byteCount: 100, owner: testParty(party),
          verdict: .admitted(grant: grant, rate: testRate(rate))))
    }
    var shares: [ModelName: ShareRegister] = [:]
    for name in ["one", "two"] {
      let books = Self.books(&random, works: works)
      shares[testModel(name)] = try train(
        testModel(name), books: books, decisions: decisions, in: &ledger)
    }
    func report(_ name: String, _ currency: String, _ period: String) throws {
      let amount = Int64(random.next() >> UInt64(20 + random.below(40)))
      try ledger.report(amount, currency, of: testModel(name), in: period)
    }
    func settle(_ period: String) throws {
      let statements = try SettlementComputation.settle(
        testPeriod(period), state: ledger.state, shares: shares)
      try DurableFile.write(
        Array(statements.json.prettyText.utf8), to: layout.statements(statements.record))
      try ledger.append(.settlementComputed(statements.record))
    }
    try report("one", "EUR", "2026-Q1")
    try report("two", "JPY", "2026-03")
    try report("two", "EUR", "2026-04")
    try settle("2026-Q1")
    try report("one", "EUR", "2026-02")
    try settle("2026-Q1")
    try report("one", "KWD", "2025")
    try settle("2026")
    let signer = try #require(NoteSigner(name: "cadastre/test", key: testKey(0)))
    _ = try LogWriter.create(path: layout.log, signer: signer).append(ledger.events.map(\.bytes))
  }

  private static func books(
    _ random: inout Philox4x32, works: [(work: Digest, party: Int)]
  ) -> BooksFile {
    func signed(_ limit: UInt32) -> Int64 { Int64(random.below(limit)) - Int64(limit / 3) }
    let count = Int(random.below(3)) + 1
    let finals = (0..<count).map { _ in Int64(random.below(900_000_000)) + 1_000_000_000 }
    return BooksFile(
      steps: 20,
      targets: finals.indices.map { target in
        // The first target is always learned below its line; others may not be.
        let excess = target == 0 ? 5_000_000 + abs(signed(900_000_000)) : signed(900_000_000)
        return BooksFile.Target(
          name: "target \(target)", weight: Int64(random.below(5)) + 1,
          commonsLine: finals[target] + excess)
      },
      lines: works.map { .init(work: $0.work, owner: testParty($0.party)) },
      books: ClosedBooks(
        initialLoss: finals.map { $0 + 3_000_000_000 }, finalLoss: finals,
        credit: works.indices.map { line in
          finals.map { _ in line == 0 ? 2_000_000_000 : signed(1_000_000) }
        },
        decay: finals.map { _ in signed(1000) }, absoluteResidual: finals.map { _ in 7 }))
  }

  /// Logs and writes a run that ended with those books.
  private func train(
    _ model: ModelName, books: BooksFile, decisions: [Decision], in ledger: inout SampleLedger
  ) throws -> ShareRegister {
    let size = ledger.state.size
    let manifest = Manifest(
      decisions: decisions, decisionsRoot: testDigest("root"), purpose: .train,
      grantee: testParty(0), treeSize: size)
    let units = try books.divide()
    let shares = try ShareRegister(
      model: model, method: "random books",
      rows: zip(manifest.entries, units).map {
        .init(work: $0.work, owner: $0.owner, units: $1, rate: $0.rate)
      })
    var digests = ["model.safetensors": testDigest("weights")]
    for (path, json) in [("shares.json", shares.json), ("books/books.json", books.json)] {
      let bytes = Array(json.prettyText.utf8)
      let file = layout.model(model) + "/" + path
      try FileSystem.createDirectory(FileSystem.parentDirectory(of: file))
      try DurableFile.write(bytes, to: file)
      digests[path] = SHA256.digest(bytes)
    }
    try FileSystem.createDirectory(layout.admission(manifest.digest))
    try DurableFile.write(
      Array(manifest.json.prettyText.utf8), to: layout.manifest(manifest.digest))
    try ledger.append(
      .admissionDecided(
        AdmissionRecord(
          manifest: manifest.digest, decisionsRoot: testDigest("root"), purpose: .train,
          grantee: testParty(0), treeSize: Int64(size), admitted: Int64(decisions.count),
          refused: 0)))
    try ledger.append(
      .runStarted(
        RunStart(
          model: model, manifest: manifest.digest, configuration: [:], seed: 1, software: "test",
          kernels: "none", library: "none", initialWeights: testDigest("initial"),
          targets: books.targets.map {
            TargetCommitment(
              name: $0.name, digest: testDigest($0.name), byteCount: 9, weight: $0.weight,
              commonsLine: $0.commonsLine)
          })))
    try ledger.append(
      .runCheckpointed(
        RunCheckpoint(
          model: model, segment: 1, step: 20, weights: testDigest("w"),
          books: testDigest("b"), state: testDigest("s"))))
    try ledger.append(
      .runFinished(
        RunFinish(
          model: model, steps: 20, weights: testDigest("weights"),
          books: digests["books/books.json"] ?? testDigest(""),
          shares: digests["shares.json"] ?? testDigest(""),
          balances: books.targets.indices.map { target in
            RunFinish.Balance(
              target: books.targets[target].name, initialLoss: books.books.initialLoss[target],
              finalLoss: books.books.finalLoss[target], credited: books.credited[target],
              decay: books.books.decay[target], residual: books.books.residual[target])
          })))
    try ledger.append(.modelReleased(ModelRelease(model: model, files: digests, parents: [])))
    return shares
  }
}
