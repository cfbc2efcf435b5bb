// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Cuts bytes into runs that are valid UTF-8 (Unicode 15, table 3-7) and runs that are not.
///
/// An invalid run is as long as possible, so valid and invalid runs alternate.
package struct UTF8Runs: Sequence, IteratorProtocol {
  private let bytes: [UInt8]
  private var offset = 0

  /// Begins at the first byte.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next run.
  package mutating func next() -> (range: Range<Int>, isValid: Bool)? {
    guard offset < bytes.count else { return nil }
    let start = offset
    let isValid = sequenceLength(at: offset) > 0
    while offset < bytes.count {
      let length = sequenceLength(at: offset)
      if (length > 0) != isValid { break }
      offset += Swift.max(length, 1)
    }
    return (start..<offset, isValid)
  }

  /// The length of the well-formed sequence at an offset, or 0 where there is none.
  private func sequenceLength(at index: Int) -> Int {
    let first = bytes[index]
    if first < 0x80 { return 1 }
    let count: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch first {
    case 0xc2...0xdf: count = 2
    case 0xe0: (count, second) = (3, 0xa0...0xbf)
    case 0xed: (count, second) = (3, 0x80...0x9f)
    case 0xe1...0xef: count = 3
    case 0xf0: (count, second) = (4, 0x90...0xbf)
    case 0xf1...0xf3: count = 4
    case 0xf4: (count, second) = (4, 0x80...0x8f)
    default: return 0
    }
    guard index + count <= bytes.count, second.contains(bytes[index + 1]) else { return 0 }
    for place in index + 2..<Swift.max(index + count, index + 2)
    where bytes[place] & 0xc0 != 0x80 {
      return 0
    }
    return count
  }
}

/// The scalars next to a place in valid UTF-8.
enum UTF8Neighbour {
  /// The scalar that begins at an index.
  static func scalar(in bytes: [UInt8], at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
    let first = bytes[index]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    var value = UInt32(first) & (0xff >> UInt32(length + 1))
    for place in index + 1..<index + length { value = value << 6 | UInt32(bytes[place] & 0x3f) }
    guard let scalar = Unicode.Scalar(value) else {
      preconditionFailure("only valid UTF-8 is read by scalars")
    }
    return (scalar, length)
  }

  /// The scalar that ends before an index.
  static func scalar(in bytes: [UInt8], before index: Int) -> (
    scalar: Unicode.Scalar, length: Int
  ) {
    var start = index - 1
    while bytes[start] & 0xc0 == 0x80 { start -= 1 }
    return scalar(in: bytes, at: start)
  }
}
