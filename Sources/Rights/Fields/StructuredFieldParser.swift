// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Reads Structured Fields by the algorithms of RFC 9651 section 4.2; all of a field or nothing.
package struct StructuredFieldParser {
  let bytes: [UInt8]
  var offset = 0

  /// Starts at the first byte.
  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads a dictionary.
  package static func dictionary(
    _ bytes: [UInt8]
  ) throws(StructuredFieldError) -> StructuredDictionary {
    var parser = StructuredFieldParser(bytes)
    var dictionary = StructuredDictionary()
    parser.skipSpaces()
    while !parser.isAtEnd {
      let name = try parser.key()
      if parser.take(UInt8(ascii: "=")) {
        dictionary.set(name, to: try parser.member())
      } else {
        let parameters = try parser.parameters()
        dictionary.set(
          name, to: .item(StructuredItem(value: .bool(true), parameters: parameters)))
      }
      try parser.nextMember()
    }
    return dictionary
  }

  /// Reads a list.
  package static func list(_ bytes: [UInt8]) throws(StructuredFieldError) -> [StructuredMember] {
    var parser = StructuredFieldParser(bytes)
    var members: [StructuredMember] = []
    parser.skipSpaces()
    while !parser.isAtEnd {
      members.append(try parser.member())
      try parser.nextMember()
    }
    return members
  }

  /// Reads a single item.
  package static func item(_ bytes: [UInt8]) throws(StructuredFieldError) -> StructuredItem {
    var parser = StructuredFieldParser(bytes)
    parser.skipSpaces()
    let item = try parser.item()
    parser.skipSpaces()
    guard parser.isAtEnd else { throw parser.failure }
    return item
  }

  // MARK: - Parts

  var isAtEnd: Bool { offset == bytes.count }
  var failure: StructuredFieldError { StructuredFieldError(offset: offset) }
  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    offset += 1
    return true
  }

  private mutating func skipSpaces() { while take(0x20) {} }

  private mutating func skipBlanks() {
    while let byte = peek, ASCII.isBlank(byte) { offset += 1 }
  }

  /// The comma between members, which may not be the last thing.
  private mutating func nextMember() throws(StructuredFieldError) {
    skipBlanks()
    if isAtEnd { return }
    guard take(UInt8(ascii: ",")) else { throw failure }
    skipBlanks()
    if isAtEnd { throw failure }
  }

  private mutating func member() throws(StructuredFieldError) -> StructuredMember {
    guard take(UInt8(ascii: "(")) else { return .item(try item()) }
    var items: [StructuredItem] = []
    while true {
      skipSpaces()
      if take(UInt8(ascii: ")")) { return .list(items, parameters: try parameters()) }
      items.append(try item())
      guard peek == 0x20 || peek == UInt8(ascii: ")") else { throw failure }
    }
  }

  private mutating func item() throws(StructuredFieldError) -> StructuredItem {
    let value = try bareItem()
    return StructuredItem(value: value, parameters: try parameters())
  }

  private mutating func parameters() throws(StructuredFieldError) -> [Parameter] {
    var parameters: [Parameter] = []
    while take(UInt8(ascii: ";")) {
      skipSpaces()
      let name = try key()
      let value = take(UInt8(ascii: "=")) ? try bareItem() : .bool(true)
      if let place = parameters.firstIndex(where: { $0.name == name }) {
        parameters[place] = Parameter(name: name, value: value)
      } else {
        parameters.append(Parameter(name: name, value: value))
      }
    }
    return parameters
  }

  private mutating func key() throws(StructuredFieldError) -> String {
    let start = offset
    guard let first = peek, isLowercase(first) || first == UInt8(ascii: "*") else { throw failure }
    while let byte = peek, isLowercase(byte) || ASCII.isDigit(byte) || "_-.*".utf8.contains(byte) {
      offset += 1
    }
    return ASCII.text(bytes[start..<offset])
  }

  private func isLowercase(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  private mutating func bareItem() throws(StructuredFieldError) -> BareItem {
    guard let first = peek else { throw failure }
    switch first {
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "*"): return token()
    case UInt8(ascii: ":"): return .bytes(try byteSequence())
    case UInt8(ascii: "?"):
      offset += 1
      if take(UInt8(ascii: "1")) { return .bool(true) }
      if take(UInt8(ascii: "0")) { return .bool(false) }
      throw failure
    case UInt8(ascii: "@"):
      offset += 1
      guard case .integer(let seconds) = try number() else { throw failure }
      return .date(seconds)
    case UInt8(ascii: "%"): return .display(try displayString())
    default:
      guard ASCII.isLetter(first) else { throw failure }
      return token()
    }
  }

  private mutating func token() -> BareItem {
    let start = offset
    while let byte = peek,
      ASCII.isLetter(byte) || ASCII.isDigit(byte) || "!#$%&'*+-.^_`|~:/".utf8.contains(byte)
    {
      offset += 1
    }
    return .token(ASCII.text(bytes[start..<offset]))
  }

  /// An integer of at most 15 digits, or a decimal of at most 12 and 3.
  private mutating func number() throws(StructuredFieldError) -> BareItem {
    let isNegative = take(UInt8(ascii: "-"))
    var (value, digits): (Int64, Int) = (0, 0)
    while let byte = peek, ASCII.isDigit(byte) {
      digits += 1
      guard digits <= 15 else { throw failure }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
      offset += 1
    }
    guard digits > 0 else { throw failure }
    guard take(UInt8(ascii: ".")) else { return .integer(isNegative ? -value : value) }
    guard digits <= 12 else { throw failure }
    var places = 0
    while let byte = peek, ASCII.isDigit(byte) {
      places += 1
      guard places <= 3 else { throw failure }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
      offset += 1
    }
    guard places > 0 else { throw failure }
    for _ in places..<3 { value *= 10 }
    return .decimal(isNegative ? -value : value)
  }
}
