// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical

/// Reads the lines that nearly all documents are, at the speed of memory.
///
/// It gives a document only where the strict reader would give the same; whatever it does not
/// understand, it leaves to that one. Only whether the text is UTF-8 is left to who folds it.
struct DocumentLineScanner {
  /// More members than that are left to the strict reader: names are compared pair by pair.
  private static let mostMembers = 32

  private let bytes: UnsafeBufferPointer<UInt8>
  private var offset = 0
  private var keys: [Range<Int>] = []
  private var path: String?
  private var text: [UInt8]?

  /// The document in a line, or nil for the strict reader to decide.
  static func document(in line: borrowing Span<UInt8>) -> (path: String, text: [UInt8])? {
    line.withUnsafeBufferPointer { bytes in
      var scanner = DocumentLineScanner(bytes: bytes)
      guard scanner.scanObject(), let path = scanner.path, let text = scanner.text else {
        return nil
      }
      return (path, text)
    }
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private mutating func scanObject() -> Bool {
    guard take(UInt8(ascii: "{")) else { return false }
    repeat {
      guard scanMember() else { return false }
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { return false }
    skipWhiteSpace()
    return offset == bytes.count
  }

  private mutating func scanMember() -> Bool {
    skipWhiteSpace()
    guard let key = scanString(), key.isPlain, keys.count < Self.mostMembers else { return false }
    let name = UnsafeBufferPointer(rebasing: bytes[key.range])
    guard !keys.contains(where: { bytes[$0].elementsEqual(name) }) else { return false }
    keys.append(key.range)
    guard take(UInt8(ascii: ":")) else { return false }
    skipWhiteSpace()
    if name.elementsEqual("text".utf8) { return scanText() }
    let start = offset
    guard scanValue() else { return false }
    if name.elementsEqual("path".utf8) {
      path = Self.parse(bytes[start..<offset])?.string
      return path.map(DocumentLine.isUsable) ?? false
    }
    return true
  }

  private mutating func scanText() -> Bool {
    guard let string = scanString() else { return false }
    text = string.hasEscape ? unescaped(string.range) : Array(bytes[string.range])
    return text != nil
  }

  // MARK: - Values

  /// A string between its quotation marks, and what is in it.
  private struct Text {
    var range: Range<Int>
    var hasEscape: Bool
    var isASCII: Bool
    var isPlain: Bool { isASCII && !hasEscape }
  }

  /// Passes over a value that is ignored; false where it may be none.
  private mutating func scanValue() -> Bool {
    guard offset < bytes.count else { return false }
    let start = offset
    switch bytes[offset] {
    case UInt8(ascii: "\""):
      guard let string = scanString() else { return false }
      return string.isPlain || Self.parse(bytes[start..<offset]) != nil
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      return scanNested() && Self.parse(bytes[start..<offset], isMember: true) != nil
    default:
      while offset < bytes.count, !Self.endsWord(bytes[offset]) { offset += 1 }
      return Self.parse(bytes[start..<offset]) != nil
    }
  }

  /// Passes over brackets and what is in them, minding strings only.
  private mutating func scanNested() -> Bool {
    var depth = 0
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        offset += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        offset += 1
        if depth == 0 { return true }
      case UInt8(ascii: "\""):
        guard scanString() != nil else { return false }
      default: offset += 1
      }
    }
    return false
  }

  /// Passes over a string; nil where it does not end or holds a control character.
  private mutating func scanString() -> Text? {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { return nil }
    let start = offset + 1
    var index = start
    var hasEscape = false
    var high: UInt8 = 0
    while true {
      index = plainEnd(from: index, high: &high)
      guard index < bytes.count else { return nil }
      switch bytes[index] {
      case UInt8(ascii: "\""):
        offset = index + 1
        return Text(range: start..<index, hasEscape: hasEscape, isASCII: high < 0x80)
      case UInt8(ascii: "\\"):
        guard index + 1 < bytes.count else { return nil }
        hasEscape = true
        index += 2
      default: return nil
      }
    }
  }

  /// The first quotation mark, backslash or control character from an offset on.
  private func plainEnd(from start: Int, high: inout UInt8) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    let raw = UnsafeRawBufferPointer(bytes)
    var index = start
    var seen: UInt64 = 0
    while index + 8 <= raw.count {
      let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      let quote = word ^ (ones &* 0x22)
      let slash = word ^ (ones &* 0x5c)
      // A byte's top bit is set where the byte is zero, or below 0x20: exact but for borrows that
      // follow a hit, and the first hit is looked for byte by byte.
      let marks = ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)
      let controls = (word &- ones &* 0x20) & ~word
      if (marks | controls) & tops != 0 { break }
      seen |= word
      index += 8
    }
    if seen & tops != 0 { high |= 0x80 }
    while index < raw.count {
      let byte = raw[index]
      if byte == 0x22 || byte == 0x5c || byte < 0x20 { break }
      high |= byte
      index += 1
    }
    return index
  }

  // MARK: - Escapes

  /// The bytes that a string stands for; nil where an escape is none.
  private func unescaped(_ range: Range<Int>) -> [UInt8]? {
    var isValid = true
    let text = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      var index = range.lowerBound
      var high: UInt8 = 0
      while index < range.upperBound {
        let end = min(plainEnd(from: index, high: &high), range.upperBound)
        let run = UnsafeBufferPointer(rebasing: bytes[index..<end])
        _ = UnsafeMutableBufferPointer(rebasing: buffer[count..<count + run.count])
          .update(fromContentsOf: run)
        count += run.count
        index = end
        guard index < range.upperBound else { break }
        guard let (scalar, length) = escape(at: index) else {
          isValid = false
          break
        }
        // No escape is shorter than the scalar that it stands for.
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
          buffer[count] = byte
          count += 1
        }
        index += length
      }
    }
    return isValid ? text : nil
  }

  /// The scalar of an escape and how many bytes it takes.
  private func escape(at index: Int) -> (Unicode.Scalar, length: Int)? {
    guard index + 1 < bytes.count else { return nil }
    switch bytes[index + 1] {
    case UInt8(ascii: "\""): return ("\"", 2)
    case UInt8(ascii: "\\"): return ("\\", 2)
    case UInt8(ascii: "/"): return ("/", 2)
    case UInt8(ascii: "b"): return ("\u{8}", 2)
    case UInt8(ascii: "f"): return ("\u{c}", 2)
    case UInt8(ascii: "n"): return ("\n", 2)
    case UInt8(ascii: "r"): return ("\r", 2)
    case UInt8(ascii: "t"): return ("\t", 2)
    case UInt8(ascii: "u"): break
    default: return nil
    }
    guard let first = digits(at: index + 2) else { return nil }
    if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
    guard first < 0xdc00, index + 7 < bytes.count, bytes[index + 6] == UInt8(ascii: "\\"),
      bytes[index + 7] == UInt8(ascii: "u"), let second = digits(at: index + 8),
      (0xdc00..<0xe000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    else { return nil }
    return (scalar, 12)
  }

  private func digits(at index: Int) -> UInt32? {
    guard index + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for byte in bytes[index..<index + 4] {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  // MARK: - Characters

  private mutating func take(_ byte: UInt8) -> Bool {
    skipWhiteSpace()
    guard offset < bytes.count, bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  private mutating func skipWhiteSpace() {
    while offset < bytes.count, Self.isWhiteSpace(bytes[offset]) { offset += 1 }
  }

  private static func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    isWhiteSpace(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}")
  }

  /// A value by the strict reader, as deep as a member of the line's object where it is one.
  private static func parse(
    _ slice: Slice<UnsafeBufferPointer<UInt8>>, isMember: Bool = false
  ) -> JSON? {
    let text = Array(slice)
    guard isMember else { return try? JSON.parse(text) }
    return try? JSON.parse([UInt8(ascii: "[")] + text + [UInt8(ascii: "]")])
  }
}
