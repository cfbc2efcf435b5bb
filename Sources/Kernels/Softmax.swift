// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Softmax of one row of any length.
package enum Softmax {
  /// The floats that a row of `count` needs: whole vectors.
  package static func rowLength(_ count: Int) -> Int { (count + 7) / 8 * 8 }

  /// Turns scores, multiplied by `scale` above 0, into probabilities; what follows `count` up to
  /// the row's length becomes 0.
  package static func apply(count: Int, scale: Float, _ row: UnsafeMutablePointer<Float>) {
    let length = rowLength(count)
    for i in count..<length { row[i] = -.greatestFiniteMagnitude }
    var largest = row.lanes(0)
    for i in stride(from: 8, to: length, by: 8) { largest = largest.larger(row.lanes(i)) }
    let top = Lanes(repeating: largest.largest)
    var sum = Lanes()
    for i in stride(from: 0, to: length, by: 8) {
      let power = exponential((row.lanes(i) - top) * scale)
      sum += power
      row.store(power, i)
    }
    let inverse = Lanes(repeating: 1 / sum.total)
    for i in stride(from: 0, to: length, by: 8) { row.store(row.lanes(i) * inverse, i) }
    for i in count..<length { row[i] = 0 }
  }
}
