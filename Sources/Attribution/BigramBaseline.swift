// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Transformer

/// The commons line: a byte bigram model fitted on the training texts.
///
/// Witten and Bell's (1991) interpolation: p(b | a) = (n(a,b) + T(a) · p(b)) / (n(a) + T(a)), where T(a)
/// is how many different bytes follow a; p(b) is smoothed in the same way over the 256 bytes. Losses are
/// over the same bytes as the targets': all of a passage but those of its first token.
package struct BigramBaseline: Sendable {
  private var pairs = [UInt64](repeating: 0, count: 65_536)
  private var firsts = [UInt64](repeating: 0, count: 256)
  private var kinds = [UInt64](repeating: 0, count: 256)
  private var bytes = [UInt64](repeating: 0, count: 256)

  /// Counts the pairs of adjacent bytes within each text.
  package init(texts: some Sequence<[UInt8]>) {
    for text in texts {
      for (first, second) in zip(text, text.dropFirst()) {
        let index = Int(first) << 8 | Int(second)
        if pairs[index] == 0 { kinds[Int(first)] += 1 }
        pairs[index] += 1
        firsts[Int(first)] += 1
        bytes[Int(second)] += 1
      }
    }
  }

  /// The probability of a byte after another; positive, and adding up to 1 over all bytes.
  package func probability(of byte: UInt8, after previous: UInt8) -> Double {
    let total = Double(bytes.reduce(0, +))
    let seen = Double(bytes.count { $0 > 0 })
    let base = total > 0 ? (Double(bytes[Int(byte)]) + seen / 256) / (total + seen) : 1 / 256
    let count = Double(firsts[Int(previous)])
    guard count > 0 else { return base }
    let fresh = Double(kinds[Int(previous)])
    let index = Int(previous) << 8 | Int(byte)
    return (Double(pairs[index]) + fresh * base) / (count + fresh)
  }

  /// The mean loss over a target's passages, in piconats per byte.
  package func loss(_ target: ValuationTarget) -> Int64 {
    var logarithms = [Double](repeating: 0, count: 65_536)
    var sum = 0.0
    var count = 0
    for passage in target.passages {
      let predicted = passage.bytes.suffix(passage.predictedBytes)
      for (previous, byte) in zip(passage.bytes.suffix(predicted.count + 1), predicted) {
        let index = Int(previous) << 8 | Int(byte)
        if logarithms[index] == 0 {
          logarithms[index] = ExactMath.log(probability(of: byte, after: previous))
        }
        sum -= logarithms[index]
        count += 1
      }
    }
    return ClosedBooks.piconats(sum / Double(max(count, 1)))
  }
}
