// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What a server answered, whatever its status.
package struct HTTPReply: Hashable, Sendable {
  /// One header line.
  package struct Header: Hashable, Sendable {
    /// The name in lower case.
    package var name: String
    /// The value without white space around it.
    package var value: String

    /// States a header line.
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The status code, such as 200.
  package var status: Int
  /// The header lines of the last answer, those of redirects left out.
  package var headers: [Header]
  /// The bytes, decompressed.
  package var body: [UInt8]

  /// The value of the first header of that name, which is given in lower case.
  package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
