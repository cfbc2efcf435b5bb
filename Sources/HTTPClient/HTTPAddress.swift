// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The beginning that addresses of several files share, such as `https://example.org/register/`.
package struct HTTPAddress: Hashable, Sendable {
  /// The largest address, in bytes.
  package static let maximumByteCount = 2048

  /// The address with one slash at its end.
  package let base: String

  /// Takes an address without query; nil where it is not `http` or `https` or would not be fetched.
  package init?(_ text: String) {
    guard Self.isFetched(text), !text.contains("?"), !text.contains("#") else { return nil }
    var text = text
    while text.hasSuffix("/") { text.removeLast() }
    guard Self.isFetched(text) else { return nil }
    base = text + "/"
  }

  /// The address of a file below, whose path has `/` between its parts and no part `..`.
  ///
  /// Bytes outside the unreserved characters of RFC 3986 are percent-encoded.
  package func file(_ path: String) -> String {
    var text = base
    for byte in path.utf8 {
      switch byte {
      case 0x2f, 0x2d, 0x2e, 0x5f, 0x7e, 0x30...0x39, 0x41...0x5a, 0x61...0x7a:
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        text += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
      }
    }
    return text
  }

  /// Whether a text is an `http` or `https` address with a host, in visible ASCII.
  package static func isFetched(_ text: String) -> Bool {
    guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }) else {
      return false
    }
    let rest = text.dropFirst(scheme.count)
    return !rest.isEmpty && rest.first != "/" && text.utf8.count <= maximumByteCount
      && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
  }
}
