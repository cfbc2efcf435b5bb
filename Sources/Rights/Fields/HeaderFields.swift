// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The fields of an HTTP answer as `curl --include` or `--dump-header` writes them.
package struct HeaderFields: Sendable {
  /// The fields in order: the name in lower case, the value without blanks around it, the line.
  package private(set) var fields: [(name: String, value: [UInt8], line: Int)] = []

  /// Reads a block; of several answers in a row, after redirections, the last one.
  package init(parsing bytes: [UInt8]) {
    for (number, text) in ASCII.lines(bytes) {
      if text.starts(with: Array("HTTP/".utf8)) {
        fields = []
        continue
      }
      if let first = text.first, ASCII.isBlank(first), !fields.isEmpty {
        // An old way to break a long line (RFC 9112 section 5.2).
        fields[fields.count - 1].value += [0x20] + ASCII.trimmed(text)
        continue
      }
      guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let name = ASCII.lowercased(ASCII.trimmed(text[..<colon]))
      fields.append((name, Array(ASCII.trimmed(text[(colon + 1)...])), number))
    }
  }

  /// All fields of a name.
  package func all(_ name: String) -> [(value: [UInt8], line: Int)] {
    fields.filter { $0.name == name }.map { ($0.value, $0.line) }
  }

  /// The fields of a name as one list (RFC 9110 section 5.3).
  package func joined(_ name: String) -> (value: [UInt8], line: Int)? {
    let all = all(name)
    guard let first = all.first else { return nil }
    return (Array(all.map(\.value).joined(separator: Array(", ".utf8))), first.line)
  }
}
