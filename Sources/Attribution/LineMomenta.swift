// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Primitives

/// Every line's momentum: exact while lines × parameters fit a budget, else folded.
///
/// Folding adds the blocks of a vector, each number with a seeded sign, into fewer blocks. The product of
/// two vectors folded with the same signs is that of the vectors on average, with a standard error of
/// about their lengths' product over the root of the folded length (Charikar, Chen and Farach-Colton,
/// "Finding frequent items in data streams", 2002; here with fixed places and drawn signs). Folding is
/// linear, so a folded momentum follows its gradients like an exact one.
final class LineMomenta {
  /// Parameters in a block.
  static let block = 2048
  /// Lines that are kept exactly beside the folded ones, to measure what folding loses.
  static let sampled = 4

  let lineCount: Int
  let parameterCount: Int
  /// Blocks of a line; as many as the parameters have where lines are exact.
  let segmentCount: Int
  /// By line.
  let values: FloatBuffer
  /// Floats from one line to the next.
  let stride: Int
  /// The sign of each parameter; empty where lines are exact.
  let signs: FloatBuffer
  /// Where lines are folded: the sum of all lines, then the sampled lines, all exact.
  let exact: FloatBuffer
  /// The lines kept exactly as well; none where all are.
  let samples: [Int]

  var blockCount: Int { Self.blocks(of: parameterCount) }
  var isFolded: Bool { segmentCount < blockCount }
  /// Rows of `exact`.
  var exactCount: Int { isFolded ? 1 + samples.count : 0 }

  private static func blocks(of parameterCount: Int) -> Int {
    (parameterCount + block - 1) / block
  }

  /// How many blocks a line has within a budget; 0 where not even one fits.
  static func segments(lineCount: Int, parameterCount: Int, budget: Int) -> Int {
    let float = MemoryLayout<Float>.stride
    if lineCount * parameterCount * float <= budget { return blocks(of: parameterCount) }
    let left = budget - fixedBytes(lineCount: lineCount, parameterCount: parameterCount)
    return max(0, left / (lineCount * block * float))
  }

  /// What folding needs beside the folded lines: signs, the sum of all lines, the sampled ones.
  private static func fixedBytes(lineCount: Int, parameterCount: Int) -> Int {
    (2 + min(sampled, lineCount)) * parameterCount * MemoryLayout<Float>.stride
  }

  /// The smallest budget for so many lines.
  static func leastBudget(lineCount: Int, parameterCount: Int) -> Int {
    let float = MemoryLayout<Float>.stride
    return min(
      lineCount * parameterCount * float,
      fixedBytes(lineCount: lineCount, parameterCount: parameterCount) + lineCount * block * float)
  }

  /// Makes momenta of zero.
  ///
  /// `budget`: at least `leastBudget`.
  /// `seed`: fixes the signs.
  init(lineCount: Int, parameterCount: Int, budget: Int, seed: UInt64) {
    self.lineCount = lineCount
    self.parameterCount = parameterCount
    let blocks = Self.blocks(of: parameterCount)
    segmentCount = min(
      blocks,
      Self.segments(lineCount: lineCount, parameterCount: parameterCount, budget: budget))
    precondition(segmentCount > 0, "the budget for momenta is too small")
    let isFolded = segmentCount < blocks
    stride = isFolded ? segmentCount * Self.block : parameterCount
    values = FloatBuffer(count: lineCount * stride)
    let count = isFolded ? min(Self.sampled, lineCount) : 0
    samples = (0..<count).map { (2 * $0 + 1) * lineCount / (2 * count) }
    exact = FloatBuffer(count: isFolded ? (1 + count) * parameterCount : 0)
    signs = FloatBuffer(count: isFolded ? parameterCount : 0)
    guard isFolded else { return }
    var random = Philox4x32(key: seed, stream: MomentaStream.signs)
    for start in Swift.stride(from: 0, to: parameterCount, by: 32) {
      let bits = random.next32()
      for index in start..<min(start + 32, parameterCount) {
        signs.base[index] = bits >> UInt32(index - start) & 1 == 0 ? 1 : -1
      }
    }
  }

  /// The blocks that are folded into one.
  func blocks(inSegment segment: Int) -> StrideTo<Int> {
    Swift.stride(from: segment, to: blockCount, by: segmentCount)
  }

  /// The parameters of a block.
  func range(ofBlock block: Int) -> Range<Int> {
    block * Self.block..<min((block + 1) * Self.block, parameterCount)
  }

  /// Floats of a line in a segment.
  func width(ofSegment segment: Int) -> Int {
    isFolded ? Self.block : range(ofBlock: segment).count
  }

  /// Multiplies what a segment holds, and the exact rows of its blocks, by a factor.
  func decay(segment: Int, by factor: Float) {
    func scale(_ row: UnsafeMutablePointer<Float>, _ count: Int) {
      VectorOperations.combine(factor, row, 0, row, into: row, count: count)
    }
    for line in 0..<lineCount {
      scale(values.base + line * stride + segment * Self.block, width(ofSegment: segment))
    }
    for row in 0..<exactCount {
      for block in blocks(inSegment: segment) {
        let range = range(ofBlock: block)
        scale(exact.base + row * parameterCount + range.lowerBound, range.count)
      }
    }
  }

  /// Adds a multiple of a gradient's block to a line.
  func add(
    _ factor: Float, _ gradient: UnsafePointer<Float>, to line: Int, block: Int, segment: Int
  ) {
    let range = range(ofBlock: block)
    let row = values.base + line * stride + segment * Self.block
    guard isFolded else {
      VectorOperations.accumulate(factor, gradient, to: row, count: range.count)
      return
    }
    VectorOperations.accumulateProduct(
      factor, gradient, signs.base + range.lowerBound, to: row, count: range.count)
    VectorOperations.accumulate(
      factor, gradient, to: exact.base + range.lowerBound, count: range.count)
    for (index, sample) in samples.enumerated() where sample == line {
      VectorOperations.accumulate(
        factor, gradient, to: exact.base + (1 + index) * parameterCount + range.lowerBound,
        count: range.count)
    }
  }
}

/// The streams of randomness of folding, apart from those of training and of coalitions.
enum MomentaStream {
  static let signs: UInt64 = 18 << 32
}
