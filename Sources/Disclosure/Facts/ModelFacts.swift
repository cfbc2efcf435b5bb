// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
package import Register

/// A released model, its run and its books, as the log binds them.
package struct ModelFacts: Sendable {
  /// What the run committed to before its first step.
  package let start: RunStart
  /// What it ended with.
  package let finish: RunFinish
  /// The files released.
  package let release: ModelRelease
  /// Where the run was started.
  package let started: LogEntry
  /// Where its end was logged.
  package let finished: LogEntry
  /// Where the model was released.
  package let released: LogEntry
  /// How many weights it has.
  package let parameterCount: Int
  /// How many tokens it knows.
  package let vocabularySize: Int
  /// How many tokens it reads at once.
  package let contextLength: Int
  /// How many tokens the run has seen, repetitions counted.
  package let tokensSeen: Int
  /// The share of each owner in units of 10⁻¹², largest first.
  package let shares: [Share]

  /// One owner's part of the model.
  package struct Share: Hashable, Sendable {
    /// Who holds it.
    package let owner: PartyFacts
    /// Units of 10⁻¹².
    package let units: Int64

    /// Describes a part.
    package init(owner: PartyFacts, units: Int64) {
      self.owner = owner
      self.units = units
    }
  }

  /// Describes a model.
  package init(
    start: RunStart, finish: RunFinish, release: ModelRelease, started: LogEntry,
    finished: LogEntry, released: LogEntry, parameterCount: Int, vocabularySize: Int,
    contextLength: Int, tokensSeen: Int, shares: [Share]
  ) {
    self.start = start
    self.finish = finish
    self.release = release
    self.started = started
    self.finished = finished
    self.released = released
    self.parameterCount = parameterCount
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.tokensSeen = tokensSeen
    self.shares = shares.sorted { ($1.units, $0.owner.did) < ($0.units, $1.owner.did) }
  }

  /// The model's name.
  package var name: String { start.model.text }

  /// The model's identifier as a URI.
  package var uri: String { "urn:sha256:\(release.identifier.hex)" }

  /// The part at the end of works that was held out, in parts per million.
  package var heldOutPartsPerMillion: Int64? {
    start.configuration["valuation"]?["heldOutPartsPerMillion"]?.integer
  }

  /// The configuration as flat pairs, in canonical order, such as `training.steps` and `120`.
  package var parameters: [(name: String, value: String)] {
    var pairs: [(String, String)] = []
    Self.flatten(start.configuration, "", into: &pairs)
    return pairs
  }

  private static func flatten(
    _ json: JSON, _ name: String, into pairs: inout [(String, String)]
  ) {
    switch json {
    case .object(let object):
      for member in object.members {
        flatten(member.value, name.isEmpty ? member.key : name + "." + member.key, into: &pairs)
      }
    case .string(let text): pairs.append((name, text))
    default: pairs.append((name, json.canonicalText))
    }
  }

  /// Piconats a byte as nats a byte, with four decimals, halves away from zero.
  package static func nats(_ piconats: Int64) -> String {
    let step: UInt64 = 100_000_000
    let rounded = (piconats.magnitude + step / 2) / step
    let digits = String(rounded)
    let padded = String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
    let sign = piconats < 0 && rounded > 0 ? "-" : ""
    return sign + padded.dropLast(4) + "." + padded.suffix(4)
  }
}
