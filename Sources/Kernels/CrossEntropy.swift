// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Cross entropy of rows of logits, in nats.
package enum CrossEntropy {
  /// The summed loss of `rows` rows; the logits stay as they are.
  ///
  /// `classes`: floats in a row, a multiple of 8.
  /// `targets`: the right class of each row.
  package static func loss(
    rows: Int, classes: Int, _ logits: UnsafePointer<Float>, targets: UnsafePointer<UInt8>
  ) -> Double {
    var loss = 0.0
    for row in 0..<rows {
      let line = logits + row * classes
      let top = largest(line, classes)
      var sum = Lanes()
      for i in stride(from: 0, to: classes, by: 8) { sum += exponential(line.lanes(i) - top) }
      loss += ExactMath.log(Double(sum.total)) + Double(top - line[Int(targets[row])])
    }
    return loss
  }

  /// The summed loss of `rows` rows; the logits become `scale` times its gradient.
  package static func lossAndGradient(
    rows: Int, classes: Int, _ logits: UnsafeMutablePointer<Float>,
    targets: UnsafePointer<UInt8>, scale: Float
  ) -> Double {
    var loss = 0.0
    for row in 0..<rows {
      let line = logits + row * classes
      let target = Int(targets[row])
      let top = largest(line, classes)
      let right = line[target]
      var sum = Lanes()
      for i in stride(from: 0, to: classes, by: 8) {
        let power = exponential(line.lanes(i) - top)
        sum += power
        line.store(power, i)
      }
      let total = sum.total
      let factor = Lanes(repeating: scale / total)
      for i in stride(from: 0, to: classes, by: 8) { line.store(line.lanes(i) * factor, i) }
      line[target] -= scale
      loss += ExactMath.log(Double(total)) + Double(top - right)
    }
    return loss
  }

  @inline(__always)
  private static func largest(_ line: UnsafePointer<Float>, _ classes: Int) -> Float {
    var largest = line.lanes(0)
    for i in stride(from: 8, to: classes, by: 8) { largest = largest.larger(line.lanes(i)) }
    return largest.largest
  }
}
