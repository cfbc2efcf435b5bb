// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The URL or path that rules of robots.txt, tdmrep.json and licences are matched against.
package struct RuleTarget: Sendable {
  /// The path and query in the normal form of RFC 9309 section 2.2.2.
  let path: [UInt8]
  /// Whether a URL was given at all.
  let isGiven: Bool
  /// Whether it is short enough to be matched.
  var isReadable: Bool { path.count <= ReadingLimits.longestPath }
  var byteCount: Int { path.count }

  /// Takes a URL or a path; nil is the root.
  package init(_ url: String?) {
    isGiven = url != nil
    var rest = Array((url ?? "/").utf8)[...]
    if let scheme = Self.endOfScheme(rest) {
      rest = rest[scheme...]
      let slash = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
      rest = slash.map { rest[$0...] } ?? []
    }
    if let fragment = rest.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<fragment] }
    if rest.first != UInt8(ascii: "/") { rest = [UInt8(ascii: "/")] + rest }
    path = PathPattern.normal(rest, isPattern: false)
  }

  private static func endOfScheme(_ text: ArraySlice<UInt8>) -> Int? {
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex,
      text[text.startIndex..<colon].allSatisfy({ ASCII.isLetter($0) || ASCII.isDigit($0) }),
      text[colon...].starts(with: Array("://".utf8))
    else { return nil }
    return colon + 3
  }
}

/// Questions about single bytes of text.
enum ASCII {
  static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  static func lowercase(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// The text without blanks at either end.
  static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first, isBlank(first) { text = text.dropFirst() }
    while let last = text.last, isBlank(last) { text = text.dropLast() }
    return text
  }

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
  }

  static func lowercased(_ bytes: some Sequence<UInt8>) -> String { text(bytes.map(lowercase)) }

  /// The lines of a text, ended by CR, LF or both, with their numbers from 1.
  static func lines(_ bytes: [UInt8]) -> [(number: Int, text: ArraySlice<UInt8>)] {
    var lines: [(Int, ArraySlice<UInt8>)] = []
    // A byte order mark is no part of the first line.
    var start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    var index = start
    while index < bytes.count {
      if bytes[index] == 0x0a || bytes[index] == 0x0d {
        lines.append((lines.count + 1, bytes[start..<index]))
        if bytes[index] == 0x0d, index + 1 < bytes.count, bytes[index + 1] == 0x0a { index += 1 }
        start = index + 1
      }
      index += 1
    }
    if start < bytes.count { lines.append((lines.count + 1, bytes[start...])) }
    return lines
  }
}
