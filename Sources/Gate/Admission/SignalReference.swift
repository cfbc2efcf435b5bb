// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Register

/// The signal that holds a work: where it stands in the log, in which vocabulary, from where.
package struct SignalReference: Hashable, Sendable {
  /// The entry of the log.
  package let position: Int
  /// The vocabulary.
  package let format: SignalFormat
  /// The documents it was read in.
  package let place: String

  /// Refers to a signal of the register.
  package init(_ signal: RegisterState.Signal) {
    position = signal.position
    format = signal.observation.format
    place = signal.observation.place
  }

  init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the signal of a decision")
    position = Int(try fields.integer("position"))
    format = try fields.parsed("format", as: "a known format", SignalFormat.init(rawValue:))
    place = try fields.string("place")
    try fields.finish()
  }

  var json: JSON {
    [
      "position": .integer(Int64(position)), "format": .string(format.rawValue),
      "place": .string(place),
    ]
  }

  var explanation: String {
    "held: entry \(position) prohibits it since the grant (\(format.rawValue) in \(place)):"
      + " the owner grants again, or revokes"
  }
}
