// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// One header line of a request or an answer.
package struct HTTPHeader: Hashable, Sendable {
  /// The name; in lower case in requests.
  package var name: String
  /// The value.
  package var value: String

  /// States a header line.
  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
