// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What a request asks for: the origin form of RFC 9112 section 3.2.1, decoded and harmless.
///
/// Read from the bytes of the request line, before anybody else decodes them. A path that could mean
/// two things is refused: with a part `.` or `..`, an encoded slash, a backslash, a control character
/// or bytes that are no UTF-8. So the path of a file below a directory stays below it.
package struct HTTPTarget: Hashable, Sendable {
  /// The longest target, in bytes.
  package static let maximumByteCount = 4096

  /// The decoded path without the slash at its start; empty for `/`.
  package let path: String
  /// What stands behind the first `?`, as it came; nil where there is none.
  package let query: String?

  /// Reads a target; nil where it is not one that is answered.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.maximumByteCount, text.utf8.first == 0x2f,
      text.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
    else { return nil }
    let parts = text.dropFirst().split(
      separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = parts.first.flatMap({ Self.decode($0) }) else { return nil }
    self.path = path
    query = parts.count == 2 ? String(parts[1]) : nil
  }

  /// The parts of the path between its slashes; none for `/`.
  package var parts: [Substring] {
    path.isEmpty ? [] : path.split(separator: "/", omittingEmptySubsequences: false)
  }

  private static func decode(_ text: Substring) -> String? {
    var parts: [String] = []
    for part in text.split(separator: "/", omittingEmptySubsequences: false) {
      guard let bytes = percentDecoded(part), let name = String(validating: bytes, as: UTF8.self),
        name != ".", name != "..",
        bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && $0 != 0x2f && $0 != 0x5c })
      else { return nil }
      parts.append(name)
    }
    // Nothing but the end may be empty: `a//b` and `a/b` would be two names of one thing.
    guard parts.dropLast().allSatisfy({ !$0.isEmpty }) else { return nil }
    return parts.joined(separator: "/")
  }

  private static func percentDecoded(_ text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == 0x25 else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexValue),
        let low = rest.popFirst().flatMap(hexValue)
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
