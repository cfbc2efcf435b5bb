// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A value of CBOR (RFC 8949), as far as assertions need it.
package indirect enum CBORValue: Hashable, Sendable {
  case integer(Int64)
  case bytes([UInt8])
  case text(String)
  case array([CBORValue])
  case map([String: CBORValue])
  case bool(Bool)
  /// Null, undefined, floating point and other simple values: nothing that terms use.
  case other

  /// The member of a map.
  package subscript(name: String) -> CBORValue? {
    if case .map(let members) = self { members[name] } else { nil }
  }

  /// The text, if this is text.
  package var text: String? {
    if case .text(let text) = self { text } else { nil }
  }
}

/// Reads one CBOR value strictly: no bytes behind it, no name twice, nothing nested too deep.
package struct CBORReader {
  private let bytes: ArraySlice<UInt8>
  private var offset: Int
  private var left = ReadingLimits.mostElements

  /// Reads all of the bytes.
  package static func read(_ bytes: ArraySlice<UInt8>) throws(ReadingError) -> CBORValue {
    var reader = CBORReader(bytes)
    let value = try reader.value(depth: 1)
    guard reader.offset == bytes.endIndex else { throw reader.failure }
    return value
  }

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    offset = bytes.startIndex
  }

  private var failure: ReadingError { .notCBOR(offset: offset - bytes.startIndex) }

  private mutating func byte() throws(ReadingError) -> UInt8 {
    guard offset < bytes.endIndex else { throw failure }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// The argument of a head; nil for an indefinite length.
  private mutating func argument(_ low: UInt8) throws(ReadingError) -> UInt64? {
    switch low {
    case 0..<24: return UInt64(low)
    case 24...27:
      var value: UInt64 = 0
      for _ in 0..<(1 << Int(low - 24)) { value = value << 8 | UInt64(try byte()) }
      return value
    case 31: return nil
    default: throw failure
    }
  }

  private mutating func value(depth: Int) throws(ReadingError) -> CBORValue {
    guard depth <= ReadingLimits.deepestBox else {
      throw .tooDeep(limit: ReadingLimits.deepestBox)
    }
    left -= 1
    guard left >= 0 else { throw .tooManyElements(limit: ReadingLimits.mostElements) }
    let head = try byte()
    let argument = try argument(head & 31)
    switch head >> 5 {
    case 0, 1:
      guard let argument, let value = Int64(exactly: argument) else { throw failure }
      return .integer(head >> 5 == 0 ? value : -1 - value)
    case 2: return .bytes(try string(argument, major: 2))
    case 3:
      let raw = try string(argument, major: 3)
      guard let text = String(validating: raw, as: UTF8.self) else { throw failure }
      return .text(text)
    case 4:
      var values: [CBORValue] = []
      try repeated(argument) { (reader: inout CBORReader) throws(ReadingError) in
        values.append(try reader.value(depth: depth + 1))
      }
      return .array(values)
    case 5:
      var members: [String: CBORValue] = [:]
      try repeated(argument) { (reader: inout CBORReader) throws(ReadingError) in
        let name = try reader.value(depth: depth + 1)
        let value = try reader.value(depth: depth + 1)
        // Terms have names that are text; other keys are passed over.
        guard let text = name.text else { return }
        guard members.updateValue(value, forKey: text) == nil else { throw reader.failure }
      }
      return .map(members)
    case 6:
      guard argument != nil else { throw failure }
      return try self.value(depth: depth + 1)
    default:
      guard let argument, head & 31 < 28 else { throw failure }
      if head & 31 < 24, argument == 20 || argument == 21 { return .bool(argument == 21) }
      return .other
    }
  }

  /// Reads that many values, or up to the break where no number is stated.
  private mutating func repeated(
    _ count: UInt64?, _ body: (inout CBORReader) throws(ReadingError) -> Void
  ) throws(ReadingError) {
    if let count {
      guard count <= UInt64(left) else {
        throw .tooManyElements(limit: ReadingLimits.mostElements)
      }
      for _ in 0..<count { try body(&self) }
      return
    }
    while offset < bytes.endIndex, bytes[offset] != 0xff { try body(&self) }
    guard try byte() == 0xff else { throw failure }
  }

  private mutating func string(_ count: UInt64?, major: UInt8) throws(ReadingError) -> [UInt8] {
    if let count { return try piece(count) }
    var result: [UInt8] = []
    while true {
      let head = try byte()
      if head == 0xff { return result }
      guard head >> 5 == major, let count = try argument(head & 31) else { throw failure }
      result += try piece(count)
    }
  }

  private mutating func piece(_ count: UInt64) throws(ReadingError) -> [UInt8] {
    guard count <= UInt64(bytes.endIndex - offset) else { throw failure }
    defer { offset += Int(count) }
    return Array(bytes[offset..<offset + Int(count)])
  }
}
