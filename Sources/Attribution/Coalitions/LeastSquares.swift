// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Levenberg and Marquardt's method for small non-linear least squares, in a fixed order of operations.
enum LeastSquares {
  /// The normal equations of a sum of squared residuals at a point.
  struct Sums {
    /// Half the gradient, and the lower triangle of JᵀJ row by row.
    private(set) var gradient: [Double]
    private(set) var matrix: [Double]
    /// The sum of squares.
    private(set) var cost = 0.0

    init(count: Int) {
      gradient = [Double](repeating: 0, count: count)
      matrix = [Double](repeating: 0, count: count * count)
    }

    /// Adds a residual whose derivative is `scale · row`.
    mutating func add(_ residual: Double, _ row: [Double], scale: Double) {
      cost += residual * residual
      let count = row.count
      for i in 0..<count where row[i] != 0 {
        let scaled = row[i] * scale
        gradient[i] += scaled * residual
        for j in 0...i { matrix[i * count + j] += scaled * row[j] * scale }
      }
    }

    /// Adds a residual that depends on one parameter only.
    mutating func add(_ residual: Double, at index: Int, _ derivative: Double) {
      cost += residual * residual
      gradient[index] += derivative * residual
      matrix[index * gradient.count + index] += derivative * derivative
    }

    /// The step `−(JᵀJ + damping · diagonal)⁻¹ gradient` by Cholesky's factors; `nil` where there is none.
    func step(damping: Double) -> [Double]? {
      let count = gradient.count
      var factor = matrix
      for i in 0..<count { factor[i * count + i] *= 1 + damping }
      for i in 0..<count {
        for j in 0...i {
          var sum = factor[i * count + j]
          for k in 0..<j { sum -= factor[i * count + k] * factor[j * count + k] }
          if i != j {
            factor[i * count + j] = sum / factor[j * count + j]
          } else if sum > 0 {
            factor[i * count + i] = sum.squareRoot()
          } else {
            return nil
          }
        }
      }
      var solution = gradient.map { -$0 }
      for i in 0..<count {
        for k in 0..<i { solution[i] -= factor[i * count + k] * solution[k] }
        solution[i] /= factor[i * count + i]
      }
      for i in (0..<count).reversed() {
        for k in i + 1..<max(count, i + 1) { solution[i] -= factor[k * count + i] * solution[k] }
        solution[i] /= factor[i * count + i]
      }
      return solution
    }
  }

  /// Goes downhill from `start` until a step gains less than 10⁻⁷ of the cost, 60 steps at most.
  ///
  /// `accumulate`: adds all residuals at a point.
  static func minimize(
    from start: [Double], _ accumulate: (_ point: [Double], _ sums: inout Sums) -> Void
  ) -> [Double] {
    func sums(at point: [Double]) -> Sums {
      var sums = Sums(count: point.count)
      accumulate(point, &sums)
      return sums
    }
    var point = start
    var current = sums(at: point)
    var damping = 1e-2
    for _ in 0..<60 {
      var gain = 0.0
      while true {
        if let step = current.step(damping: damping) {
          let candidate = zip(point, step).map { $0 + $1 }
          let next = sums(at: candidate)
          if next.cost.isFinite, next.cost < current.cost {
            gain = (current.cost - next.cost) / current.cost
            (point, current) = (candidate, next)
            break
          }
        }
        damping *= 4
        if damping > 1e8 { return point }
      }
      if gain < 1e-7 { return point }
      damping = max(damping / 5, 1e-9)
    }
    return point
  }
}
