// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The running sums of the books, in nats per byte.
struct BooksAccumulator: Equatable {
  let lineCount: Int
  let targetCount: Int
  var initialLoss: [Double] = []
  var currentLoss: [Double] = []
  /// By line, then target.
  var credit: [Double]
  var decay: [Double]
  /// The sum of the residuals' magnitudes over chords.
  var absoluteResidual: [Double]
  /// The lines whose momenta are kept exactly beside the folded ones; none where all are exact.
  let samples: [Int]
  /// By sampled line, then target: what folding added to the credit.
  var foldingError: [Double]

  init(lineCount: Int, targetCount: Int, samples: [Int] = []) {
    self.lineCount = lineCount
    self.targetCount = targetCount
    self.samples = samples
    foldingError = Array(repeating: 0, count: samples.count * targetCount)
    credit = Array(repeating: 0, count: lineCount * targetCount)
    decay = Array(repeating: 0, count: targetCount)
    absoluteResidual = decay
  }

  /// Books one chord that ended at the given losses; returns its residuals.
  mutating func add(_ result: ChordAccounting.Result, losses: [Double]) -> [Double] {
    var residuals = zip(currentLoss, losses).map { $0 - $1 }
    for index in credit.indices {
      credit[index] += result.credit[index]
      residuals[index % targetCount] -= result.credit[index]
    }
    for target in 0..<targetCount {
      decay[target] += result.decay[target]
      residuals[target] -= result.decay[target]
      absoluteResidual[target] += residuals[target].magnitude
    }
    for index in foldingError.indices { foldingError[index] += result.foldingError[index] }
    currentLoss = losses
    return residuals
  }

  /// The largest sum, in nats a byte, that files hold exactly as piconats.
  static let largest = 9_000.0

  /// Whether every sum is a number that the closed books can hold.
  var isBookable: Bool {
    [initialLoss, currentLoss, credit, decay, absoluteResidual].allSatisfy {
      $0.allSatisfy { $0.magnitude <= Self.largest }
    }
  }

  /// The root mean square of what folding added to the sampled lines' credits, as a part of the root
  /// mean square of these credits without it, in parts per million; at most 10⁹.
  var foldingErrorPartsPerMillion: Int64 {
    var errors = 0.0
    var credits = 0.0
    for (index, line) in samples.enumerated() {
      for target in 0..<targetCount {
        let error = foldingError[index * targetCount + target]
        let exact = credit[line * targetCount + target] - error
        errors += error * error
        credits += exact * exact
      }
    }
    guard errors > 0 else { return 0 }
    guard credits > 0 else { return 1_000_000_000 }
    return Int64(min((errors / credits).squareRoot() * 1e6, 1e9).rounded())
  }

  /// What is not explained so far: reduction less credits less decay.
  var residual: [Double] {
    (0..<targetCount).map { target in
      var rest = initialLoss[target] - currentLoss[target] - decay[target]
      for line in 0..<lineCount { rest -= credit[line * targetCount + target] }
      return rest
    }
  }

  /// The books in whole piconats, in balance.
  func closed() -> ClosedBooks {
    func row(_ values: [Double], _ line: Int) -> [Int64] {
      values[line * targetCount..<(line + 1) * targetCount].map(ClosedBooks.piconats)
    }
    return ClosedBooks(
      initialLoss: initialLoss.map(ClosedBooks.piconats),
      finalLoss: currentLoss.map(ClosedBooks.piconats),
      credit: (0..<lineCount).map { row(credit, $0) },
      decay: decay.map(ClosedBooks.piconats),
      absoluteResidual: absoluteResidual.map(ClosedBooks.piconats))
  }
}
