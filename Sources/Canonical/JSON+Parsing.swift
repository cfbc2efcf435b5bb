// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension JSON {
  /// How deep arrays and objects may nest in a text that is read.
  package static let maximumDepth = 64

  /// Reads one JSON text, strictly by RFC 8259, duplicate names and invalid UTF-8 refused.
  ///
  /// - Throws: `JSONError`, naming the offset.
  /// - Complexity: O(*n* log *m*) for *n* bytes and objects of *m* members.
  package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSON {
    try read(bytes).value
  }

  /// Reads one JSON text from a string.
  package static func parse(_ text: String) throws(JSONError) -> JSON {
    try parse(Array(text.utf8))
  }

  /// Reads one JSON text as `parse` does, and says whether its bytes are the canonical ones.
  ///
  /// The same answer as comparing with `canonicalBytes`, without writing them.
  ///
  /// - Throws: `JSONError`, naming the offset.
  package static func read(
    _ bytes: [UInt8]
  ) throws(JSONError) -> (value: JSON, isCanonical: Bool) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
      var parser = JSONParser(bytes: buffer)
      let value = try parser.parseText()
      return (value, parser.isCanonical)
    }
  }
}

/// A recursive-descent reader over bytes that outlive it.
private struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var offset = 0
  /// Whether everything read so far is spelled as RFC 8785 spells it.
  var isCanonical = true
  /// Where the characters of the last string stand; nil where it had escapes.
  private var lastString: Range<Int>?

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func parseText() throws(JSONError) -> JSON {
    let value = try parseValue(depth: 0)
    skipWhitespace()
    guard offset == bytes.count else { throw .trailingBytes(offset: offset) }
    return value
  }

  private mutating func parseValue(depth: Int) throws(JSONError) -> JSON {
    guard depth <= JSON.maximumDepth else { throw .tooDeep(limit: JSON.maximumDepth) }
    skipWhitespace()
    switch try peek() {
    case UInt8(ascii: "{"): return try parseObject(depth: depth)
    case UInt8(ascii: "["): return try parseArray(depth: depth)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    default: return try parseNumber()
    }
  }

  private mutating func parseObject(depth: Int) throws(JSONError) -> JSON {
    offset += 1
    var members: [JSONObject.Member] = []
    var isAscending = true
    var lastKey: Range<Int>?
    skipWhitespace()
    if try peek() == UInt8(ascii: "}") {
      offset += 1
      return .object(JSONObject())
    }
    while true {
      skipWhitespace()
      guard try peek() == UInt8(ascii: "\"") else { throw unexpected() }
      let key = try parseString()
      if let last = members.last, !ascends(last.key, at: lastKey, key, at: lastString) {
        isAscending = false
      }
      lastKey = lastString
      skipWhitespace()
      try expect(UInt8(ascii: ":"))
      let value = try parseValue(depth: depth + 1)
      members.append(JSONObject.Member(key: key, value: value))
      skipWhitespace()
      if try peek() == UInt8(ascii: "}") { break }
      try expect(UInt8(ascii: ","))
    }
    offset += 1
    if !isAscending {
      isCanonical = false
      // Sorted first, so that a document of many names stays linear.
      members.sort { JSONObject.precedes($0.key, $1.key) }
      for (left, right) in zip(members, members.dropFirst())
      where left.key.utf8.elementsEqual(right.key.utf8) {
        throw .duplicateKey(left.key)
      }
    }
    return .object(JSONObject(ascending: members))
  }

  /// Whether a name comes before the next, told from the bytes where both stand there as they are.
  private func ascends(
    _ left: String, at leftPlace: Range<Int>?, _ right: String, at rightPlace: Range<Int>?
  ) -> Bool {
    guard let leftPlace, let rightPlace else { return JSONObject.precedes(left, right) }
    return JSONObject.precedes(
      UnsafeBufferPointer(rebasing: bytes[leftPlace]),
      UnsafeBufferPointer(rebasing: bytes[rightPlace]))
  }

  private mutating func parseArray(depth: Int) throws(JSONError) -> JSON {
    offset += 1
    var values: [JSON] = []
    skipWhitespace()
    if try peek() == UInt8(ascii: "]") {
      offset += 1
      return .array([])
    }
    while true {
      values.append(try parseValue(depth: depth + 1))
      skipWhitespace()
      if try peek() == UInt8(ascii: "]") { break }
      try expect(UInt8(ascii: ","))
    }
    offset += 1
    return .array(values)
  }

  private mutating func parseString() throws(JSONError) -> String {
    let start = offset
    offset += 1
    let first = offset
    var union: UInt8 = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      union |= byte
      offset += 1
    }
    // Most strings have no escape and are taken as they stand.
    if try peek() == UInt8(ascii: "\"") {
      let text = UnsafeBufferPointer(rebasing: bytes[first..<offset])
      lastString = first..<offset
      offset += 1
      // ASCII needs no validation, which is a generic call that looks its types up each time.
      if union < 0x80 { return String(decoding: text, as: UTF8.self) }
      guard let string = String(validating: text, as: UTF8.self) else {
        throw .invalidText(offset: start)
      }
      return string
    }
    lastString = nil
    return try parseEscapedString(from: start)
  }

  /// Goes on with a string in which the first escape, or a wrong byte, was met.
  private mutating func parseEscapedString(from start: Int) throws(JSONError) -> String {
    var text = Array(bytes[(start + 1)..<offset])
    while true {
      let byte = try peek()
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        let scalar = try parseEscape()
        text.append(contentsOf: Array(String(scalar).utf8))
      } else if byte < 0x20 {
        throw unexpected()
      } else {
        text.append(byte)
        offset += 1
      }
    }
    offset += 1
    guard let string = String(validating: text, as: UTF8.self) else {
      throw .invalidText(offset: start)
    }
    if !JSON.string(string).canonicalBytes.elementsEqual(bytes[start..<offset]) {
      isCanonical = false
    }
    return string
  }

  private mutating func parseEscape() throws(JSONError) -> Unicode.Scalar {
    let start = offset
    offset += 1
    let byte = try peek()
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw .unexpectedByte(byte, offset: offset - 1)
    }
    let first = try parseFourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xd800..<0xdc00).contains(first), offset + 1 < bytes.count,
      bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
    else { throw .invalidText(offset: start) }
    offset += 2
    let second = try parseFourDigits()
    guard (0xdc00..<0xe000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    else { throw .invalidText(offset: start) }
    return scalar
  }

  private mutating func parseFourDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = try peek()
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 128 else {
        throw unexpected()
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }

  private mutating func parseNumber() throws(JSONError) -> JSON {
    let start = offset
    if try peek() == UInt8(ascii: "-") { offset += 1 }
    let integerStart = offset
    let integerDigits = try parseDigits()
    guard integerDigits > 0 else { throw start == offset ? unexpected() : .unexpectedEnd }
    if integerDigits > 1, bytes[integerStart] == UInt8(ascii: "0") {
      throw .invalidNumber(offset: start)
    }
    var isInteger = true
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      isInteger = false
      offset += 1
      guard try parseDigits() > 0 else { throw .invalidNumber(offset: start) }
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      offset += 1
      if offset < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[offset]) {
        offset += 1
      }
      guard try parseDigits() > 0 else { throw .invalidNumber(offset: start) }
    }
    let text = String(
      decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
    if isInteger, let value = Int64(text), value.magnitude <= UInt64(JSON.largestExactInteger),
      !(value == 0 && text.utf8.first == UInt8(ascii: "-"))
    {
      return .integer(value)
    }
    guard let value = Double(text), value.isFinite else { throw .invalidNumber(offset: start) }
    if !ECMAScriptNumber.text(of: value).utf8.elementsEqual(text.utf8) { isCanonical = false }
    return .double(value)
  }

  private mutating func parseDigits() throws(JSONError) -> Int {
    let start = offset
    while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) {
      offset += 1
    }
    return offset - start
  }

  private mutating func parseWord(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
    for byte in word.utf8 { try expect(byte) }
    return value
  }

  private mutating func skipWhitespace() {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
      isCanonical = false
      offset += 1
    }
  }

  private func peek() throws(JSONError) -> UInt8 {
    guard offset < bytes.count else { throw .unexpectedEnd }
    return bytes[offset]
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard try peek() == byte else { throw unexpected() }
    offset += 1
  }

  private func unexpected() -> JSONError {
    offset < bytes.count
      ? .unexpectedByte(bytes[offset], offset: offset) : .unexpectedEnd
  }
}
