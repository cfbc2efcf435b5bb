// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives

/// `party.registered`: a key takes part under a role.
///
/// Signed by that key.
package struct PartyRegistration: Sendable {
  /// What a party does here.
  package enum Role: String, Sendable {
    /// Keeps the register and signs its checkpoints; the first event of a log names it.
    case `operator`
    /// Owns works.
    case contributor
  }

  /// The role taken.
  package let role: Role
  /// The commitment to the party's name; for the operator, to the register's name.
  package let name: Digest
  /// The commitment to the party's territory (ISO 3166-1, two letters); nil where it stated none.
  package let territory: Digest?
  /// Where the operator publishes the register, ending in `/`; nil for others, or nowhere.
  package let address: String?

  /// The longest address.
  package static let maximumAddressLength = 1024

  /// Makes a registration.
  package init(role: Role, name: Digest, territory: Digest? = nil, address: String? = nil) {
    self.role = role
    self.name = name
    self.territory = territory
    self.address = address
  }

  /// Whether a text can be a register's address: `https://` or `http://`, printable ASCII, a last `/`.
  package static func isAddress(_ text: String) -> Bool {
    let scheme = ["https://", "http://"].first { text.hasPrefix($0) }
    guard let scheme, text.utf8.count <= maximumAddressLength, text.hasSuffix("/") else {
      return false
    }
    return text.utf8.count > scheme.utf8.count + 1
      && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
  }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "party.registered")
    role = try fields.parsed("role", as: "a known role", Role.init(rawValue:))
    name = try fields.parsed("name", as: "a SHA-256 digest", Digest.init(hex:))
    territory =
      fields.has("territory")
      ? try fields.parsed("territory", as: "a SHA-256 digest", Digest.init(hex:)) : nil
    address =
      role == .operator && fields.has("address")
      ? try fields.parsed("address", as: "an address such as https://register.example/") {
        Self.isAddress($0) ? $0 : nil
      } : nil
    try fields.finish()
  }

  var payload: JSON {
    var object: JSONObject = ["role": .string(role.rawValue), "name": .string(name.hex)]
    if let territory { object["territory"] = .string(territory.hex) }
    object["address"] = address.map { .string($0) }
    return .object(object)
  }
}
