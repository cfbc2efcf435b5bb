// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical

/// What a document says in one field, and on what ground.
package enum Answer: Hashable, Sendable {
  /// The register binds it.
  case register(String)
  /// The operator says so.
  case statement(String)
  /// The field does not apply; why.
  case notApplicable(String)
  /// Neither the register nor the operator says; what is missing.
  case notKnown(String)

  /// What the operator stated, else that it is not known.
  package static func stated(_ text: String?, else missing: String) -> Answer {
    text.map(Answer.statement) ?? .notKnown(missing)
  }

  /// The words of the answer.
  package var text: String {
    switch self {
    case .register(let text), .statement(let text): text
    case .notApplicable(let reason): "Not applicable: \(reason)"
    case .notKnown(let missing): "Not known: \(missing)"
    }
  }

  /// The ground of the answer as programs read it.
  package var basis: String {
    switch self {
    case .register: "register"
    case .statement: "operator statement"
    case .notApplicable: "not applicable"
    case .notKnown: "not known"
    }
  }

  var json: JSON { ["answer": .string(text), "basis": .string(basis)] }
}
