// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A territory by its two capital letters (ISO 3166-1 alpha-2).
///
/// Only the form is checked: the list itself changes too often to be ours.
package struct Territory: Hashable, Sendable {
  /// The two letters.
  package let code: String

  /// Reads a code; nil where it has another form.
  package init?(_ code: String) {
    guard code.utf8.count == 2, code.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
      return nil
    }
    self.code = code
  }
}

extension Territory: Comparable {
  package static func < (left: Territory, right: Territory) -> Bool { left.code < right.code }
}

extension Territory: CustomStringConvertible {
  package var description: String { code }
}
