// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CWords

/// Words as they are found: three arrays with room to spare.
struct WordList {
  private var hashes: [UInt64]
  private var starts: [UInt32]
  private var ends: [UInt32]
  private(set) var count = 0

  init(expectedWords: Int) {
    let room = expectedWords + cwords_room
    hashes = Array(repeating: 0, count: room)
    starts = Array(repeating: 0, count: room)
    ends = Array(repeating: 0, count: room)
  }

  /// Adds one word.
  mutating func append(hash: UInt64, start: Int, end: Int) {
    if count == hashes.count { grow() }
    hashes[count] = hash
    starts[count] = UInt32(truncatingIfNeeded: start)
    ends[count] = UInt32(truncatingIfNeeded: end)
    count += 1
  }

  /// Adds whole words of ASCII, and stops where one begins that is not, or at the end.
  mutating func readASCII(_ text: [UInt8], from index: Int) -> Int {
    var index = index
    while true {
      if hashes.count - count < cwords_room { grow() }
      index = read(text, from: index)
      guard index < text.count, hashes.count - count < cwords_room else {
        return index
      }
    }
  }

  /// The hashes, starts and ends; ends the list.
  mutating func finish() -> (hashes: [UInt64], starts: [UInt32], ends: [UInt32]) {
    let unused = hashes.count - count
    hashes.removeLast(unused)
    starts.removeLast(unused)
    ends.removeLast(unused)
    return (hashes, starts, ends)
  }

  private mutating func read(_ text: [UInt8], from index: Int) -> Int {
    hashes.withUnsafeMutableBufferPointer { hashes in
      starts.withUnsafeMutableBufferPointer { starts in
        ends.withUnsafeMutableBufferPointer { ends in
          var list = cwords_list(
            hashes: hashes.baseAddress, starts: starts.baseAddress, ends: ends.baseAddress,
            count: count, capacity: hashes.count)
          let reached = cwords_read(text, text.count, index, &list)
          count = list.count
          return reached
        }
      }
    }
  }

  private mutating func grow() {
    let more = max(hashes.count, cwords_room)
    hashes += repeatElement(0, count: more)
    starts += repeatElement(0, count: more)
    ends += repeatElement(0, count: more)
  }
}

/// Reads words scalar by scalar: what is not plain ASCII.
struct WordReader {
  /// The words that have ended.
  var words: WordList
  /// Whether a word has begun and not ended.
  private(set) var isOpen = false
  private var state = GramHash.start
  private var piece: UInt64 = 0
  private var pieceBits: UInt64 = 0
  private var start = 0
  private var end = 0

  init(words: WordList) {
    self.words = words
  }

  /// Adds what a scalar contributes.
  mutating func take(_ reading: TextFolding.Reading, at index: Int, length: Int) {
    switch reading {
    case .separator:
      endWord()
    case .nothing:
      if isOpen { end = index + length }
    case .letters(let bytes):
      add(bytes, at: index)
      end = index + length
    case .word(let bytes):
      endWord()
      add(bytes, at: index)
      end = index + length
      endWord()
    }
  }

  /// Ends the word that is open, if one is.
  mutating func endWord() {
    guard isOpen else { return }
    if pieceBits > 0 { state = GramHash.mixed(state ^ piece) }
    words.append(hash: state, start: start, end: end)
    (state, piece, pieceBits) = (GramHash.start, 0, 0)
    isOpen = false
  }

  /// Adds one to eight bytes, the first lowest.
  private mutating func add(_ bytes: UInt64, at index: Int) {
    if !isOpen {
      isOpen = true
      start = index
    }
    let bits = UInt64(64 - (bytes.leadingZeroBitCount & ~7))
    piece |= bytes << pieceBits
    guard pieceBits + bits >= 64 else {
      pieceBits += bits
      return
    }
    state = GramHash.mixed(state ^ piece)
    piece = pieceBits == 0 ? 0 : bytes >> (64 - pieceBits)
    pieceBits = pieceBits + bits - 64
  }
}
