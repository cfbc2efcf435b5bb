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

  /// Makes a registration.
  package init(role: Role, name: Digest, territory: Digest? = nil) {
    self.role = role
    self.name = name
    self.territory = territory
  }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "party.registered")
    role = try fields.parsed("role", as: "a known role", Role.init(rawValue:))
    name = try fields.parsed("name", as: "a SHA-256 digest", Digest.init(hex:))
    territory =
      fields.has("territory")
      ? try fields.parsed("territory", as: "a SHA-256 digest", Digest.init(hex:)) : nil
    try fields.finish()
  }

  var payload: JSON {
    var object: JSONObject = ["role": .string(role.rawValue), "name": .string(name.hex)]
    if let territory { object["territory"] = .string(territory.hex) }
    return .object(object)
  }
}
