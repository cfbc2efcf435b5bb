// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Kernels
import Testing
import Transformer

/// The decomposition of 3-attribution.md as it is written there: each line's momentum is carried at
/// every step, in `Double`, with none of the books' shortcuts.
private struct PlainDecomposition {
  var momenta: [[Double]]
  var displacements: [[Double]]

  init(lines: Int, size: Int) {
    momenta = Array(repeating: Array(repeating: 0, count: size), count: lines)
    displacements = momenta
  }

  mutating func step(
    _ trainer: Trainer, _ units: borrowing FloatBuffer, _ plan: PassPlan, _ update: Trainer.Update,
    _ preconditioner: borrowing FloatBuffer
  ) {
    let size = preconditioner.count
    for line in momenta.indices {
      var gradient = [Double](repeating: 0, count: size)
      for unit in 0..<plan.unitCount where plan.line(ofUnit: unit) == line {
        for i in 0..<size { gradient[i] += Double(units.base[unit * size + i]) }
      }
      for i in 0..<size {
        momenta[line][i] = 0.9 * momenta[line][i] + 0.1 * update.clip * gradient[i]
        displacements[line][i] -=
          update.stride * Double(preconditioner.base[i]) * momenta[line][i]
      }
    }
  }

  func along(_ gradient: [Float], _ line: Int) -> Double {
    zip(gradient, displacements[line]).reduce(0) { $0 - Double($1.0) * $1.1 }
  }
}

@Suite struct DecompositionTests {
  @Test func `Credits agree with the decomposition carried step by step`() throws {
    var tiny = TinyRun()
    tiny.training.steps = 11
    tiny.books.segments = 1
    tiny.books.tolerance = 1
    let run = try tiny.make()
    var chords: [Int] = []
    while !run.isFinished { chords.append(try run.advance().chordLength) }
    #expect(chords == [2, 3, 3, 3])
    let books = run.closedBooks()

    let model = run.model
    let size = model.layout.count
    let engine = PassEngine(
      model: model, workers: Workers(count: 1), shardWindows: 3, shardCapacity: 8)
    let trainer = Trainer(
      engine: engine, configuration: tiny.training, windows: run.trainer.windows,
      owners: tiny.lines.map(\.owner))
    let targets = WindowSet(
      pieces: tiny.targets.enumerated().flatMap { index, target in
        target.passages.map { TextPiece(line: index, text: $0) }
      }, lineCount: 2, context: 16)
    let plan = PassPlan(all: targets, shardWindows: 3)
    let targetUnits = FloatBuffer(count: plan.unitCount * size)
    func targetGradients() -> [[Float]] {
      engine.gradients(
        targets, plan, parameters: trainer.parameters.base,
        scales: targets.bytesByLine.map { 1 / Float($0) }, into: targetUnits.base)
      var sums = [[Float]](repeating: [Float](repeating: 0, count: size), count: 2)
      for unit in 0..<plan.unitCount {
        for i in 0..<size { sums[plan.line(ofUnit: unit)][i] += targetUnits.base[unit * size + i] }
      }
      return sums
    }

    let units = FloatBuffer(count: 8 * size)
    let preconditioner = FloatBuffer(count: size)
    var plain = PlainDecomposition(lines: 5, size: size)
    var credit = [[Double]](repeating: [0, 0], count: 5)
    var left = targetGradients()
    for length in chords {
      let decayed = FloatBuffer(count: size)
      let before = Array(trainer.parameters.elements)
      plain.displacements = PlainDecomposition(lines: 5, size: size).displacements
      for _ in 0..<length {
        _ = trainer.gradients(into: units.base)
        let stepPlan = trainer.plan
        let update = trainer.update(
          units: units.base, preconditioner: preconditioner.base, decayed: decayed.base)
        plain.step(trainer, units, stepPlan, update, preconditioner)
      }
      for i in 0..<size {
        let parts = plain.displacements.reduce(Double(decayed.base[i])) { $0 + $1[i] }
        let moved = Double(trainer.parameters.base[i]) - Double(before[i])
        #expect((parts - moved).magnitude < 1e-6)
      }
      let right = targetGradients()
      for line in 0..<5 {
        for target in 0..<2 {
          let atLeft = plain.along(left[target], line)
          credit[line][target] += 0.5 * (atLeft + plain.along(right[target], line))
        }
      }
      left = right
    }
    for line in 0..<5 {
      for target in 0..<2 {
        #expect(
          (credit[line][target] - Double(books.credit[line][target]) * 1e-12).magnitude < 2e-6)
      }
    }
  }
}
