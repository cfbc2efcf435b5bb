// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Different byte strings, numbered in the order they came.
struct WordTable: Sendable {
  private var arena: [UInt8] = []
  private var ends: [Int] = []
  /// The number of a word plus one by its hash, with linear probing; 0 is free.
  private var slots = [Int32](repeating: 0, count: 64)

  /// How many words there are.
  var count: Int { ends.count }

  /// The bytes of a word.
  subscript(number: Int) -> ArraySlice<UInt8> {
    arena[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
  }

  /// The number of a word, or nil where it is not here.
  func number(of bytes: [UInt8], _ range: Range<Int>) -> Int? {
    let slot = slot(of: bytes, range)
    return slots[slot] == 0 ? nil : Int(slots[slot]) - 1
  }

  /// The number of a word, which is added where it is new.
  mutating func insert(_ bytes: [UInt8], _ range: Range<Int>) -> (number: Int, isNew: Bool) {
    let slot = slot(of: bytes, range)
    guard slots[slot] == 0 else { return (Int(slots[slot]) - 1, false) }
    arena += bytes[range]
    ends.append(arena.count)
    slots[slot] = Int32(ends.count)
    if 2 * ends.count > slots.count { grow() }
    return (ends.count - 1, true)
  }

  /// Where a word stands or would stand.
  ///
  /// Swift's hash is seeded per process: no text can aim at it.
  private func slot(of bytes: [UInt8], _ range: Range<Int>) -> Int {
    let mask = slots.count - 1
    return bytes.withUnsafeBytes { buffer in
      let word = UnsafeRawBufferPointer(rebasing: buffer[range])
      var hasher = Hasher()
      hasher.combine(bytes: word)
      var slot = hasher.finalize() & mask
      while slots[slot] != 0 {
        let number = Int(slots[slot]) - 1
        let start = number == 0 ? 0 : ends[number - 1]
        if ends[number] - start == word.count,
          arena.withUnsafeBytes({ $0[start..<ends[number]].elementsEqual(word) })
        {
          break
        }
        slot = (slot + 1) & mask
      }
      return slot
    }
  }

  private mutating func grow() {
    slots = [Int32](repeating: 0, count: 2 * slots.count)
    for number in 0..<count {
      let range = (number == 0 ? 0 : ends[number - 1])..<ends[number]
      slots[slot(of: arena, range)] = Int32(number + 1)
    }
  }
}
