// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Cross entropy of rows of logits, in nats.
///
/// Between rows lie `rowLength(classes)` floats; what follows the classes is written over.
package enum CrossEntropy {
  /// The stride of logits: the number of classes, rounded up to whole vectors.
  package static func rowLength(_ classes: Int) -> Int { (classes + 7) / 8 * 8 }

  /// The summed loss of `rows` rows; the logits stay as they are.
  ///
  /// `targets`: the right class of each row.
  package static func loss(
    rows: Int, classes: Int, _ logits: UnsafeMutablePointer<Float>,
    targets: UnsafePointer<Int32>
  ) -> Double {
    let length = rowLength(classes)
    var loss = 0.0
    for row in 0..<rows {
      let line = logits + row * length
      mute(line, classes..<length)
      let top = largest(line, length)
      var sum = Lanes()
      for i in stride(from: 0, to: length, by: 8) { sum += exponential(line.lanes(i) - top) }
      loss += nats(sum.total, top - line[Int(targets[row])])
    }
    return loss
  }

  /// The summed loss of `rows` rows; the logits become `scale` times its gradient.
  package static func lossAndGradient(
    rows: Int, classes: Int, _ logits: UnsafeMutablePointer<Float>,
    targets: UnsafePointer<Int32>, scale: Float
  ) -> Double {
    let length = rowLength(classes)
    var loss = 0.0
    for row in 0..<rows {
      let line = logits + row * length
      mute(line, classes..<length)
      let target = Int(targets[row])
      let top = largest(line, length)
      let right = line[target]
      var sum = Lanes()
      for i in stride(from: 0, to: length, by: 8) {
        let power = exponential(line.lanes(i) - top)
        sum += power
        line.store(power, i)
      }
      let total = sum.total
      let factor = Lanes(repeating: scale / total)
      for i in stride(from: 0, to: length, by: 8) { line.store(line.lanes(i) * factor, i) }
      line[target] -= scale
      loss += nats(total, top - right)
    }
    return loss
  }

  /// The loss of one row; not a number where the logits are not finite.
  @inline(__always)
  private static func nats(_ total: Float, _ distance: Float) -> Double {
    total.isNormal ? ExactMath.log(Double(total)) + Double(distance) : .nan
  }

  /// Gives what follows the classes a probability of exactly 0.
  @inline(__always)
  private static func mute(_ line: UnsafeMutablePointer<Float>, _ padding: Range<Int>) {
    for i in padding { line[i] = -.greatestFiniteMagnitude }
  }

  @inline(__always)
  private static func largest(_ line: UnsafePointer<Float>, _ length: Int) -> Float {
    var largest = line.lanes(0)
    for i in stride(from: 8, to: length, by: 8) { largest = largest.larger(line.lanes(i)) }
    return largest.largest
  }
}
