// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of bytes into pieces of valid UTF-8 as soon as they are complete.
///
/// Bytes that no longer can become a character are replaced by U+FFFD, as `String(decoding:as:)`
/// does: the pieces together are that string.
package struct TextStream: Sendable {
  private var pending: [UInt8] = []

  package init() {}

  /// Takes bytes and returns the text that they complete, perhaps none.
  package mutating func take(_ bytes: [UInt8]) -> String {
    pending += bytes
    var complete = pending.count
    // Only the last three bytes can be the beginning of a character that is not whole yet.
    for start in max(0, pending.count - 3)..<max(0, pending.count) {
      let length = Self.characterLength(pending[start])
      let rest = pending[(start + 1)...]
      if start + length > pending.count, rest.allSatisfy({ $0 & 0xC0 == 0x80 }) {
        complete = start
        break
      }
    }
    let text = String(decoding: pending[..<complete], as: UTF8.self)
    pending.removeFirst(complete)
    return text
  }

  /// The text of what was left incomplete.
  package mutating func end() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes the character has that begins so; 1 where none does.
  private static func characterLength(_ lead: UInt8) -> Int {
    switch lead {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
  }
}
