// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A request that came whole.
package struct HTTPRequest: Hashable, Sendable {
  /// The method in capitals, such as `GET`.
  package var method: String
  /// What is asked for.
  package var target: HTTPTarget
  /// The header lines, names in lower case.
  package var headers: [HTTPHeader]
  /// The body; at most the listener's limit.
  package var body: [UInt8]

  /// Puts a request together, as the listener and tests do.
  package init(
    method: String, target: HTTPTarget, headers: [HTTPHeader] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }

  /// The value of the first header of that name, which is given in lower case.
  package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// Whether the client has that version already (RFC 9110 section 13.1.2, weakly compared).
  package func has(entityTag: String) -> Bool {
    func opaque(_ tag: some StringProtocol) -> String {
      let text = tag.drop { $0 == " " }
      return String(text.hasPrefix("W/") ? text.dropFirst(2) : text[...])
    }
    let tags = headers.filter { $0.name == "if-none-match" }.flatMap {
      $0.value.split(separator: ",").map { tag in
        String(opaque(tag).reversed().drop { $0 == " " }.reversed())
      }
    }
    return tags.contains { $0 == "*" || $0 == opaque(entityTag) }
  }
}
