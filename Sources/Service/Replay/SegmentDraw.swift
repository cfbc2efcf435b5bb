// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Signing

/// Which segments of a run are replayed, drawn from a seed that nobody could choose afterwards.
///
/// A function of the seed and two numbers, so that everybody who has the checkpoint draws the same.
package struct SegmentDraw: Hashable, Sendable {
  /// SHA-256(`challenge` ‖ the text that a log signed).
  package let seed: Digest
  /// How many segments there are.
  package let count: Int
  /// The segments drawn, in the order of the draw; all different.
  package let segments: [Int]

  /// Draws segments without putting any back.
  ///
  /// Draw i, from 0, exchanges place i of the list 0, 1, … n−1 with place i + x mod (n − i). The
  /// numbers x are the first eight bytes, big-endian, of SHA-256(seed ‖ j) for j = 0, 1, … as
  /// big-endian 64-bit words; those at or above the largest multiple of n − i are passed over.
  ///
  /// - Parameters:
  ///   - drawn: How many to draw.
  ///   - count: How many there are.
  ///   - text: The checkpoint's text, its last newline included.
  /// - Precondition: `drawn` is from 0 to `count`.
  package init(_ drawn: Int, of count: Int, from text: String) {
    precondition((0...count).contains(drawn), "no more segments are drawn than there are")
    seed = SHA256.digest(Array("challenge".utf8) + Array(text.utf8))
    self.count = count
    var places = Array(0..<count)
    var counter: UInt64 = 0
    for place in 0..<drawn {
      let rest = UInt64(count - place)
      let limit = UInt64.max - (UInt64.max % rest + 1) % rest
      var number: UInt64
      repeat {
        var writer = ByteWriter()
        writer.writeBigEndian(counter)
        number = SHA256.digest(seed.bytes + writer.bytes).word0
        counter += 1
      } while number > limit
      places.swapAt(place, place + Int(number % rest))
    }
    segments = Array(places.prefix(drawn))
  }

  /// The probability that none of the drawn segments is among `altered` ones, all draws being alike.
  ///
  /// Hypergeometric: C(n − k, K) ÷ C(n, K) for K drawn of n with k altered.
  package func chanceOfMissing(altered: Int) -> Double {
    var chance = 1.0
    for draw in 0..<segments.count {
      chance *= Double(max(0, count - altered - draw)) / Double(count - draw)
    }
    return chance
  }

  /// Numbers of altered segments worth telling: 1, 2, 3, 5, 10, and a quarter and a half of all.
  package var tellingCounts: [Int] {
    Set([1, 2, 3, 5, 10, count / 4, count / 2]).filter { (1...count).contains($0) }.sorted()
  }
}
