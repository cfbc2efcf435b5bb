// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The name of a model within its register, which is also its folder's name.
package struct ModelName: Hashable, Sendable, Comparable {
  /// Lowercase letters, digits, dots and hyphens.
  package let text: String

  /// The longest name.
  package static let maximumLength = 64

  /// Accepts 1 to 64 of `a–z 0–9 . -`, starting with a letter or digit; nil for all else.
  ///
  /// Nothing else can be a name, so a name can never leave the folder of models.
  package init?(_ text: String) {
    let allowed = text.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
    }
    guard allowed, let first = text.utf8.first, first != UInt8(ascii: "-"),
      first != UInt8(ascii: "."), text.utf8.count <= Self.maximumLength
    else { return nil }
    self.text = text
  }

  package static func < (left: ModelName, right: ModelName) -> Bool { left.text < right.text }
}

extension ModelName: CustomStringConvertible {
  package var description: String { text }
}
