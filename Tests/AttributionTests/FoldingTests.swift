// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import Primitives
import Testing
import Transformer

@testable import Attribution

/// Momenta that do not fit their budget are folded; what that loses is measured, and it balances.
@Suite struct FoldingTests {
  /// Forty works of one owner each, so that folding is smaller than keeping them all.
  private static func tiny(budget: Int) -> TinyRun {
    var tiny = TinyRun()
    var random = Philox4x32(key: 3, stream: 3)
    tiny.lines = (0..<40).map { owner in
      let alphabet = (0..<6).map { _ in UInt8(97 + random.below(26)) }
      return TrainingLine(
        owner: owner, bytes: (0..<90).map { _ in alphabet[Int(random.below(6))] })
    }
    tiny.training.steps = 30
    tiny.books.momentumBudgetBytes = budget
    tiny.books.displacementBudgetBytes = 8 << 20
    return tiny
  }

  private static let exactBudget = 1 << 30
  private static let foldedBudget = 1_400_000

  @Test func `Folded books balance, and say how far their credits are from the exact ones`() throws
  {
    let exact = try Self.tiny(budget: Self.exactBudget).make()
    let folded = try Self.tiny(budget: Self.foldedBudget).make()
    #expect(!exact.accounting.momenta.isFolded && folded.accounting.momenta.isFolded)
    #expect(folded.accounting.momenta.segmentCount < folded.accounting.momenta.blockCount)
    try exact.finish()
    try folded.finish()
    #expect(exact.trainer.parameters.elements.elementsEqual(folded.trainer.parameters.elements))
    let (first, second) = (exact.closedBooks(), folded.closedBooks())
    for target in first.residual.indices {
      #expect(abs(first.residual[target] - second.residual[target]) < 1_000_000)
      #expect(second.decay[target] == first.decay[target])
    }
    var worst = 0.0
    for (row, line) in folded.accounting.momenta.samples.enumerated() {
      for target in 0..<2 {
        let found = Double(second.credit[line][target] - first.credit[line][target]) * 1e-12
        let stated = folded.accumulator.foldingError[row * 2 + target]
        #expect((found - stated).magnitude < 1e-6, "line \(line): \(found), stated \(stated)")
        worst = max(worst, found.magnitude)
      }
    }
    #expect(worst > 1e-6, "folding changes something")
    let folding = try #require(folded.folding)
    #expect(folding.numbersPerLine == folded.accounting.momenta.stride)
    #expect((1...500_000).contains(folding.errorPartsPerMillion), "\(folding)")
    #expect(exact.folding == nil)
  }

  @Test func `Displacements are exact though momenta are folded`() throws {
    func unexplained(_ budget: Int) throws -> [Int64] {
      let run = try Self.tiny(budget: budget).make()
      while !run.isFinished {
        _ = try run.advance()
        _ = run.takeDisplacements()
      }
      return try #require(run.recorder).stored.map(\.unexplained)
    }
    let folded = try unexplained(Self.foldedBudget)
    let exact = try unexplained(Self.exactBudget)
    #expect(folded.count == exact.count && !exact.isEmpty)
    for (a, b) in zip(folded, exact) { #expect(a < 3 * b + 1000, "\(a) of \(b)") }
  }

  @Test func `A folded run is the same on any number of threads and after an interruption`() throws
  {
    let whole = try Self.tiny(budget: Self.foldedBudget).make(threads: 2)
    try whole.finish()
    let stopped = try Self.tiny(budget: Self.foldedBudget).make()
    for _ in 0..<4 { _ = try stopped.advance() }
    var saved = try stopped.savedBytes()[...]
    let resumed = try Self.tiny(budget: Self.foldedBudget).make()
    try resumed.restore { buffer in
      let count = min(buffer.count, saved.count)
      buffer.copyBytes(from: saved.prefix(count))
      saved = saved.dropFirst(count)
      return count
    }
    try resumed.finish()
    #expect(try resumed.savedBytes() == whole.savedBytes())
  }

  @Test
  func `A budget that holds not even the shortest momenta is refused with the least that does`() {
    do {
      _ = try Self.tiny(budget: 1000).make()
      Issue.record("1000 bytes were taken")
    } catch RunError.momentumBudgetTooSmall(let bytes) {
      #expect(throws: Never.self) { try Self.tiny(budget: bytes).make() }
      #expect(throws: RunError.self) { try Self.tiny(budget: bytes - 1).make() }
    } catch {
      Issue.record("\(error)")
    }
  }
}
