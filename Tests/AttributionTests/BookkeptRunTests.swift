// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Kernels
import Primitives
import Testing
import Transformer

/// A run small enough to be repeated by other means.
struct TinyRun {
  var model = ModelConfiguration()
  var training = TrainingConfiguration()
  var books = BooksConfiguration()
  var lines: [TrainingLine] = []
  var targets: [ValuationTarget] = []

  init() {
    model.hiddenSize = 32
    model.layerCount = 2
    model.headCount = 2
    model.feedForwardSize = 40
    model.contextLength = 16
    training.steps = 24
    training.warmUpSteps = 4
    training.batchSize = 8
    training.shardWindows = 3
    training.peakRate = 3e-3
    books.segments = 2
    books.maximumChord = 5
    var random = Philox4x32(key: 12, stream: 0)
    let words = ["the ", "lord ", "king ", "and ", "said ", "unto "].map { Array($0.utf8) }
    func text(_ count: Int, _ first: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      while bytes.count < count { bytes += words[(first + Int(random.below(3))) % words.count] }
      return Array(bytes.prefix(count))
    }
    lines = (0..<5).map {
      TrainingLine(owner: [0, 0, 1, 2, 3][$0], bytes: text(120 + 60 * $0, $0))
    }
    targets = (0..<2).map {
      ValuationTarget(name: "\($0)", passages: [text(50, 3 * $0), text(17, 3 * $0)])
    }
  }

  func make(threads: Int = 1) throws -> BookkeptRun {
    try BookkeptRun(
      model: LlamaModel(model, blas: BLAS.load()), training: training, books: books, lines: lines,
      targets: targets, threads: threads)
  }
}

extension BookkeptRun {
  func finish() throws { while !isFinished { _ = try advance() } }

  func savedBytes() throws -> [UInt8] {
    var bytes: [UInt8] = []
    try save { bytes.append(contentsOf: $0) }
    return bytes
  }

  func restore(bytes: [UInt8], chunk: Int = 1000) throws {
    var offset = 0
    try restore { buffer in
      let count = min(buffer.count, min(chunk, bytes.count - offset))
      buffer.copyBytes(from: bytes[offset..<offset + count])
      offset += count
      return count
    }
  }
}

@Suite struct BookkeptRunTests {
  @Test func `The books balance and the residual keeps its tolerance`() throws {
    var tiny = TinyRun()
    tiny.training.steps = 60
    tiny.books.tolerance = 0.0005
    let run = try tiny.make(threads: 2)
    try run.finish()
    let books = run.closedBooks()
    for target in 0..<2 {
      let credits = books.credit.reduce(0) { $0 + $1[target] }
      let reduction = books.initialLoss[target] - books.finalLoss[target]
      #expect(reduction == credits + books.decay[target] + books.residual[target])
      #expect(reduction > 1_000_000_000_000)
    }
    #expect(books.worstResidual < 0.002)
    #expect(run.course.points.last?.step == 60)
  }

  @Test func `One, two and three threads give the same bits`() throws {
    let states = try [1, 2, 3].map { threads in
      let run = try TinyRun().make(threads: threads)
      try run.finish()
      return try run.savedBytes()
    }
    #expect(states[0] == states[1])
    #expect(states[0] == states[2])
  }

  @Test func `A run continued from any chord ends in the same bits`() throws {
    let whole = try TinyRun().make()
    var states = [try whole.savedBytes()]
    while !whole.isFinished {
      if try whole.advance().endsSegment || states.count < 4 {
        states.append(try whole.savedBytes())
      }
    }
    let end = try whole.savedBytes()
    for state in states {
      let continued = try TinyRun().make(threads: 2)
      try continued.restore(bytes: state)
      #expect(try continued.savedBytes() == state)
      try continued.finish()
      #expect(try continued.savedBytes() == end)
    }
  }

  @Test func `A damaged state is refused`() throws {
    let run = try TinyRun().make()
    _ = try run.advance()
    let state = try run.savedBytes()
    for count in [0, 15, 16, 100, 300, state.count / 2, state.count - 1] {
      #expect(throws: RunStateError.self) {
        try TinyRun().make().restore(bytes: Array(state.prefix(count)))
      }
    }
    #expect(throws: RunStateError.trailingBytes) {
      try TinyRun().make().restore(bytes: state + [0])
    }
    var other = TinyRun()
    other.training.seed += 1
    #expect(throws: RunStateError.mismatch("seed")) { try other.make().restore(bytes: state) }
  }

  @Test func `Splitting an account's work in two lines leaves the other credits alone`() throws {
    var tiny = TinyRun()
    tiny.training.steps = 8
    // Units are summed in another order; a large epsilon keeps AdamW from amplifying the rounding
    // of gradients that are all but zero.
    tiny.training.epsilon = 1e-3
    let whole = try tiny.make()
    try whole.finish()
    // 16 predictions a window: cut between two windows, both halves keep the byte they share.
    let bytes = tiny.lines[4].bytes
    tiny.lines[4] = TrainingLine(owner: 3, bytes: Array(bytes[...160]))
    tiny.lines.append(TrainingLine(owner: 3, bytes: Array(bytes[160...])))
    let split = try tiny.make()
    try split.finish()
    let (a, b) = (whole.closedBooks(), split.closedBooks())
    for target in 0..<2 {
      for line in 0..<4 {
        let (x, y) = (Double(a.credit[line][target]), Double(b.credit[line][target]))
        #expect((x - y).magnitude <= 1e-6 * max(x.magnitude, 1e11))
      }
      let joined = Double(b.credit[4][target] + b.credit[5][target])
      #expect((joined - Double(a.credit[4][target])).magnitude <= 1e-6 * 1e12)
    }
  }

  @Test func `A run that diverges stops at the step, and what was saved before is good`() throws {
    var tiny = TinyRun()
    tiny.training.steps = 200
    tiny.training.warmUpSteps = 0
    tiny.training.peakRate = 1
    tiny.training.weightDecay = 10
    let run = try tiny.make()
    var saved = try run.savedBytes()
    var broken: BrokenStep?
    do throws(BrokenStep) {
      while !run.isFinished {
        _ = try run.advance()
        if let bytes = try? run.savedBytes() { saved = bytes }
      }
    } catch {
      broken = error
    }
    let failure = try #require(broken)
    #expect((2..<200).contains(failure.step))
    #expect(!failure.lines.isEmpty && failure.lines.allSatisfy { (0..<5).contains($0) })
    let again = try tiny.make(threads: 2)
    try again.restore(bytes: saved)
    #expect(again.step < failure.step)
    #expect(throws: failure) { try again.finish() }
  }

  @Test func `Passages of a target are spread over its parts and cross none`() {
    let parts = [
      Array(repeating: UInt8(1), count: 100), [9], Array(repeating: UInt8(2), count: 300),
    ]
    let target = ValuationTarget(name: "even", heldOut: parts, count: 8, context: 10)
    #expect(target.passages.count == 8)
    #expect(target.passages.allSatisfy { Set($0.tokens).count == 1 && (2...11).contains($0.count) })
    #expect(target.passages.count { $0.bytes.first == 1 } == 2)
    let all = ValuationTarget(name: "all", heldOut: parts, count: 1000, context: 10)
    #expect(all.passages.reduce(0) { $0 + $1.predictedBytes } == 99 + 299)
  }

  @Test func `Impossible inputs are refused before anything runs`() {
    var tiny = TinyRun()
    tiny.lines = [TrainingLine(owner: 0, bytes: [1])]
    #expect(throws: RunError.nothingToTrainOn) { try tiny.make() }
    tiny = TinyRun()
    tiny.targets[1].passages = [TokenText(bytes: []), TokenText(bytes: [7])]
    #expect(throws: RunError.emptyTarget(1)) { try tiny.make() }
    tiny = TinyRun()
    tiny.books.memoryBudgetBytes = 1000
    #expect(throws: RunError.self) { try tiny.make() }
    tiny = TinyRun()
    tiny.training.peakRate = .nan
    #expect(throws: TrainingConfigurationError.self) { try tiny.make() }
  }
}
