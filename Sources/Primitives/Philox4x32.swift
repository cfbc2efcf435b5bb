// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The counter-based generator Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC'11).
///
/// Block `n` of stream `s` under key `k` is a pure function of `(k, s, n)`: any part of a run's
/// randomness can be computed again without what came before. Not for secrets.
package struct Philox4x32: Sendable {
  /// The seed.
  package let key: UInt64
  /// Which independent sequence under the seed.
  package let stream: UInt64
  /// The next block to be computed; a block is four 32-bit words.
  package private(set) var block: UInt64
  private var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  private var used = 4

  /// Starts stream `stream` of seed `key` at block `block`.
  package init(key: UInt64, stream: UInt64, block: UInt64 = 0) {
    self.key = key
    self.stream = stream
    self.block = block
  }

  /// The ten-round bijection itself, for official vectors.
  package static func rounds(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (a, b, c, d) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let first = UInt64(0xD251_1F53) * UInt64(a)
      let second = UInt64(0xCD9E_8D57) * UInt64(c)
      (a, b, c, d) = (
        UInt32(truncatingIfNeeded: second >> 32) ^ b ^ k0, UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ d ^ k1, UInt32(truncatingIfNeeded: first)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (a, b, c, d)
  }

  /// The next 32 random bits.
  package mutating func next32() -> UInt32 {
    if used == 4 {
      words = Self.rounds(
        counter: (
          UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
          UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)
        ),
        key: (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)))
      block &+= 1
      used = 0
    }
    defer { used += 1 }
    switch used {
    case 0: return words.0
    case 1: return words.1
    case 2: return words.2
    default: return words.3
    }
  }

  /// A uniform integer in `0..<bound`, without modulo bias (Lemire 2019).
  package mutating func below(_ bound: UInt32) -> UInt32 {
    precondition(bound > 0, "an empty range has no element to draw")
    var product = UInt64(next32()) * UInt64(bound)
    if UInt32(truncatingIfNeeded: product) < bound {
      let threshold = (0 &- bound) % bound
      while UInt32(truncatingIfNeeded: product) < threshold {
        product = UInt64(next32()) * UInt64(bound)
      }
    }
    return UInt32(product >> 32)
  }

  /// Permutes the array by Fisher–Yates; every permutation is equally likely.
  package mutating func shuffle<Element>(_ array: inout [Element]) {
    guard array.count > 1 else { return }
    for index in stride(from: array.count - 1, to: 0, by: -1) {
      array.swapAt(index, Int(below(UInt32(index + 1))))
    }
  }
}

extension Philox4x32: RandomNumberGenerator {
  package mutating func next() -> UInt64 {
    let low = UInt64(next32())
    return UInt64(next32()) << 32 | low
  }
}
