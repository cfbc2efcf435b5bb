// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A path of a rule (RFC 9309 section 2.2.2 and 2.2.3): octets, `*` for any run, `$` at the end.
package struct PathPattern: Hashable, Sendable {
  /// The octets in normal form, `*` for itself, without the `$`.
  let octets: [UInt8]
  /// Whether the path must end where the pattern ends.
  let isAnchored: Bool

  /// How specific the pattern is: its octets, special characters counted.
  package var octetCount: Int { octets.count + (isAnchored ? 1 : 0) }

  /// Reads a pattern.
  package init(_ text: some Sequence<UInt8>) {
    var raw = Array(text)
    isAnchored = raw.last == UInt8(ascii: "$")
    if isAnchored { raw.removeLast() }
    octets = Self.normal(raw, isPattern: true)
  }

  /// Whether a path begins as the pattern says, or is it, where it is anchored.
  package func matches(_ target: RuleTarget) -> Bool { matches(target.path) }

  /// Goes through both at once, and back to the last `*` where they part.
  ///
  /// - Complexity: O(*n* · *m*); both are bounded.
  func matches(_ path: [UInt8]) -> Bool {
    var (index, place) = (0, 0)
    var lastStar: (index: Int, place: Int)?
    while true {
      if index == octets.count {
        if !isAnchored || place == path.count { return true }
      } else if octets[index] == UInt8(ascii: "*") {
        lastStar = (index, place)
        index += 1
        continue
      } else if place < path.count, octets[index] == path[place] {
        index += 1
        place += 1
        continue
      }
      guard let star = lastStar, star.place < path.count else { return false }
      lastStar = (star.index, star.place + 1)
      index = star.index + 1
      place = star.place + 1
    }
  }

  /// The form in which octets are compared: unreserved characters as themselves, all that is outside
  /// ASCII or reserved for patterns as `%XX`, digits in upper case.
  static func normal(_ text: some Collection<UInt8>, isPattern: Bool) -> [UInt8] {
    let bytes = Array(text)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      var byte = bytes[index]
      var isEscaped = false
      if byte == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = ASCII.digit(bytes[index + 1]), let low = ASCII.digit(bytes[index + 2])
      {
        byte = high << 4 | low
        isEscaped = true
        index += 2
      }
      index += 1
      if isUnreserved(byte) {
        result.append(byte)
      } else if isEscaped || byte <= 0x20 || byte >= 0x7f
        || isLiteral(byte, isPattern: isPattern)
      {
        append(escaped: byte, to: &result)
      } else {
        result.append(byte)
      }
    }
    return result
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    ASCII.isLetter(byte) || ASCII.isDigit(byte) || "-._~".utf8.contains(byte)
  }

  /// A dollar sign within a pattern stands for itself, as every star of a path does.
  private static func isLiteral(_ byte: UInt8, isPattern: Bool) -> Bool {
    byte == UInt8(ascii: "$") || byte == UInt8(ascii: "*") && !isPattern
  }

  private static func append(escaped byte: UInt8, to result: inout [UInt8]) {
    let digits = Array("0123456789ABCDEF".utf8)
    result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
}
