// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Kernels
import Signing
import Testing
import Transformer

/// A tiny run driven to its end, with the files of displacements it gave.
private struct StoredRun {
  let run: BookkeptRun
  let plan: DisplacementPlan
  private(set) var files: [[UInt8]] = []
  private(set) var steps: [Int] = []
  private(set) var weights: [[Float]] = []

  init(_ tiny: TinyRun, threads: Int = 1) throws {
    run = try tiny.make(threads: threads)
    var accountBytes = [Int](repeating: 0, count: 4)
    for line in tiny.lines { accountBytes[line.owner] += line.bytes.count }
    plan = try DisplacementPlan(
      parameterCount: run.model.layout.count, accountBytes: accountBytes,
      steps: tiny.training.steps, segments: tiny.books.segments,
      budget: tiny.books.displacementBudgetBytes)
    weights.append(Array(run.trainer.parameters.elements))
    while !run.isFinished {
      _ = try run.advance()
      take()
    }
  }

  private mutating func take() {
    guard let (interval, bytes) = run.takeDisplacements() else { return }
    #expect(interval == files.count)
    files.append(bytes)
    steps.append(run.step)
    weights.append(Array(run.trainer.parameters.elements))
  }

  func divide(
    _ text: String, _ precision: OutputAttribution.Precision = .fine, threads: Int = 1
  ) throws -> OutputDivision {
    let memory = files.map { bytes in
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
      copy.copyBytes(from: bytes)
      return copy
    }
    defer { memory.forEach { $0.deallocate() } }
    let intervals = try memory.enumerated().map { number, bytes in
      try #require(
        DisplacementInterval(
          UnsafeRawBufferPointer(bytes), number: number, parameterCount: plan.parameterCount,
          rowCount: plan.rowCount, bits: plan.bits[number]))
    }
    return try OutputAttribution(model: run.model, threads: threads).divide(
      TokenText(bytes: Array(text.utf8)), intervals: intervals, final: run.trainer.parameters.base,
      rowCount: plan.rowCount, precision: precision)
  }
}

@Suite struct OutputTests {
  private static let text = "the king said unto the lord and the king said unto"

  @Test func `A text's likelihood is divided as a replay of AdamW divides it`() throws {
    var tiny = TinyRun()
    tiny.books.segments = 1
    let stored = try StoredRun(tiny)
    #expect(stored.plan.bits.allSatisfy { $0 == 16 })
    let division = try stored.divide(Self.text, .init(tolerance: 1, maximumLevel: 1))

    // The same by carrying every owner's momentum at every step, in Double, and the gradients of the
    // text by differences of its loss along each owner's displacement.
    let model = stored.run.model
    let size = model.layout.count
    let engine = PassEngine(
      model: model, workers: Workers(count: 1), shardWindows: 3, shardCapacity: 8)
    let trainer = Trainer(
      engine: engine, configuration: tiny.training, windows: stored.run.trainer.windows,
      owners: tiny.lines.map(\.owner))
    let windows = WindowSet(
      pieces: [TextPiece(line: 0, bytes: Array(Self.text.utf8))], lineCount: 1, context: 16)
    let plan = PassPlan(all: windows, shardWindows: 3)
    let units = FloatBuffer(count: 8 * size)
    func gradient(_ weights: UnsafePointer<Float>) -> (loss: Double, values: [Double]) {
      engine.gradients(windows, plan, parameters: weights, scales: [1], into: units.base)
      var sum = [Double](repeating: 0, count: size)
      for unit in 0..<plan.unitCount {
        for i in 0..<size { sum[i] += Double(units.base[unit * size + i]) }
      }
      return (engine.lossSum(plan), sum)
    }
    let preconditioner = FloatBuffer(count: size)
    var momenta = [[Double]](repeating: [Double](repeating: 0, count: size), count: 4)
    var amounts = [Double](repeating: 0, count: 5)
    let first = gradient(trainer.parameters.base)
    var left = first
    for end in stored.steps {
      var moved = [[Double]](repeating: [Double](repeating: 0, count: size), count: 5)
      let decayed = FloatBuffer(count: size)
      while trainer.step < end {
        _ = trainer.gradients(into: units.base)
        let batch = trainer.plan
        var fresh = [[Double]](repeating: [Double](repeating: 0, count: size), count: 4)
        for unit in 0..<batch.unitCount {
          let owner = tiny.lines[batch.line(ofUnit: unit)].owner
          for i in 0..<size { fresh[owner][i] += Double(units.base[unit * size + i]) }
        }
        let update = trainer.update(
          units: units.base, preconditioner: preconditioner.base, decayed: decayed.base)
        for owner in 0..<4 {
          for i in 0..<size {
            momenta[owner][i] = 0.9 * momenta[owner][i] + 0.1 * update.clip * fresh[owner][i]
            moved[owner][i] -=
              update.stride * Double(preconditioner.base[i]) * momenta[owner][i]
          }
        }
      }
      for i in 0..<size { moved[4][i] = Double(decayed.base[i]) }
      let right = gradient(trainer.parameters.base)
      for row in 0..<5 {
        for i in 0..<size {
          amounts[row] -= 0.5 * (left.values[i] + right.values[i]) * moved[row][i]
        }
      }
      left = right
    }
    let gained = first.loss - left.loss
    #expect(gained > 20)
    #expect((Double(division.gained) / 1e9 - gained).magnitude < 1e-4)
    for row in 0..<4 {
      #expect((Double(division.amounts[row]) / 1e9 - amounts[row]).magnitude < 2e-4 * gained)
    }
    #expect((Double(division.decay) / 1e9 - amounts[4]).magnitude < 2e-4 * gained)
  }

  @Test func `Amounts add up in integers, and more nodes leave a smaller residual`() throws {
    let stored = try StoredRun(TinyRun())
    let quick = try stored.divide(Self.text, .init(tolerance: 1, maximumLevel: 1))
    let fine = try stored.divide(Self.text)
    for division in [quick, fine] {
      let sum = division.amounts.reduce(division.decay + division.residual, +)
      #expect(division.after - division.before == sum)
      #expect(division.predictions == Self.text.utf8.count - 1)
    }
    #expect(fine.windows == 4)
    #expect(fine.gradients > quick.gradients)
    #expect(fine.residualPart < 0.005)
    #expect(fine.residualPart < quick.residualPart)
    #expect(try stored.divide(Self.text, threads: 3) == fine)
  }

  @Test func `Stored rows and weight decay add up to the displacement of the weights`() throws {
    let most = try StoredRun(TinyRun())
    let whole = most.files[0].count * most.plan.ends.count
    for (budget, bits, bound) in [(whole, 16, 5e-4), (whole * 2 / 3, 8, 0.1), (whole / 2, 4, 1.5)] {
      var tiny = TinyRun()
      tiny.books.displacementBudgetBytes = budget
      let stored = try StoredRun(tiny)
      #expect(stored.plan.bits.min() == bits)
      #expect(stored.files.reduce(0) { $0 + $1.count } <= budget)
      let index = try #require(DisplacementIndex(stored.run, accounts: Owners.dids))
      #expect(index.intervals.map(\.step) == stored.steps)
      #expect(index.intervals.allSatisfy { $0.unexplained < 200_000 }, "exact up to rounding")
      #expect(index.intervals.dropFirst().allSatisfy { Double($0.rounding) / 1e9 < bound })
      #expect(try DisplacementIndex(json: index.json).intervals == index.intervals)
      #expect(try stored.divide(Self.text).residualPart < 0.02)
    }
  }

  @Test func `Accounts beyond the budget share a row, and nothing is lost`() throws {
    var tiny = TinyRun()
    let whole = try StoredRun(tiny)
    let accountBytes = [0, 1, 2, 3].map { owner in
      tiny.lines.reduce(0) { $0 + ($1.owner == owner ? $1.bytes.count : 0) }
    }
    // What 8 intervals of 4 bits and two rows need is what too small a budget is told.
    var smallest = 0
    do throws(RunError) {
      _ = try DisplacementPlan(
        parameterCount: whole.plan.parameterCount, accountBytes: accountBytes, steps: 24,
        segments: 2, budget: 1)
    } catch {
      if case .displacementBudgetTooSmall(let bytes) = error { smallest = bytes }
    }
    tiny.books.displacementBudgetBytes = smallest
    let grouped = try StoredRun(tiny)
    #expect(grouped.plan.isGrouped && grouped.plan.rowCount == 2)
    #expect(grouped.plan.rowOfAccount.count { $0 == 0 } == 1)
    let (a, b) = (try whole.divide(Self.text), try grouped.divide(Self.text))
    #expect(a.gained == b.gained)
    var joined: [Int64] = [0, 0]
    for (amount, row) in zip(a.amounts, grouped.plan.rowOfAccount) { joined[row] += amount }
    for (x, y) in zip(joined, b.amounts) {
      #expect(Double(x - y).magnitude < 0.05 * Double(a.gained))
    }
    tiny.books.displacementBudgetBytes = smallest - 1
    #expect(throws: RunError.displacementBudgetTooSmall(smallest)) { try tiny.make() }
    tiny.books.displacementBudgetBytes = 0
    let none = try tiny.make()
    try none.finish()
    #expect(none.takeDisplacements() == nil)
  }

  @Test func `A run continued at any chord, with any threads, stores the same bytes`() throws {
    let whole = try StoredRun(TinyRun())
    let first = try TinyRun().make()
    var files: [[UInt8]] = []
    var state = try first.savedBytes()
    for step in 0..<100 {
      let next = try TinyRun().make(threads: 1 + step % 3)
      try next.restore(bytes: state)
      if next.isFinished { break }
      _ = try next.advance()
      if let (_, bytes) = next.takeDisplacements() { files.append(bytes) }
      state = try next.savedBytes()
    }
    #expect(files == whole.files)
  }

  @Test func `What cannot be divided is refused`() throws {
    let stored = try StoredRun(TinyRun())
    #expect(throws: OutputError.nothingPredicted) { try stored.divide("") }
    #expect(throws: OutputError.nothingPredicted) { try stored.divide("x") }
    let long = String(repeating: "x", count: OutputAttribution.largestText + 1)
    #expect(throws: OutputError.tooLong(long.utf8.count)) { try stored.divide(long) }
    #expect(try stored.divide("\0\u{1}").predictions == 1)
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: stored.files[0].count, alignment: 64)
    defer { memory.deallocate() }
    memory.copyBytes(from: stored.files[0])
    func read(_ number: Int, bits: Int) -> DisplacementInterval? {
      DisplacementInterval(
        UnsafeRawBufferPointer(memory), number: number, parameterCount: stored.plan.parameterCount,
        rowCount: 4, bits: bits)
    }
    #expect(read(0, bits: 16) != nil)
    #expect(read(1, bits: 16) == nil && read(0, bits: 8) == nil)
  }

  @Test(arguments: [(320, 8, 16), (1, 1, 16), (24, 2, 16), (1000, 100, 16), (320, 8, 8)])
  func `Intervals rise to the last step, begin densely and meet few segments' ends`(
    _ steps: Int, _ segments: Int, _ count: Int
  ) {
    let ends = DisplacementPlan.ends(steps: steps, segments: segments, count: count)
    #expect(ends == Array(Set(ends)).sorted() && ends.last == steps && ends.first ?? 0 > 0)
    #expect(ends.count <= count + count / 2)
    if segments <= count / 2 {
      #expect((1...segments).allSatisfy { ends.contains(steps * $0 / segments) })
    }
    if steps > 100 { #expect((ends.first ?? 0) * 20 <= steps) }
  }
}

/// Four parties by fixed keys.
private enum Owners {
  static let dids: [DIDKey] = (0..<4).compactMap {
    SecretKey(seed: [UInt8](repeating: $0, count: 32)).map { DIDKey($0.publicKey) }
  }
}
