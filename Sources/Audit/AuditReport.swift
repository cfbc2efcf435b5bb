// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical

/// What an audit looked at, and everything that does not hold.
package struct AuditReport: Sendable {
  /// One kind of check and how many times it was made.
  package struct Check: Hashable, Sendable {
    /// The part of the register.
    package let part: String
    /// What was compared.
    package let what: String
    /// How many of them.
    package let count: Int
  }

  /// One thing that does not hold.
  package struct Finding: Hashable, Sendable {
    /// The file, entry or model.
    package let subject: String
    /// What is wrong with it.
    package let problem: String
  }

  /// The checks made, in order.
  package private(set) var checks: [Check] = []
  /// What was found; empty where everything holds.
  package private(set) var findings: [Finding] = []

  /// Whether everything checked holds.
  package var holds: Bool { findings.isEmpty }

  /// Starts with nothing checked.
  package init() {}

  /// Notes that a check was made that many times.
  package mutating func checked(_ part: String, _ what: String, _ count: Int) {
    checks.append(Check(part: part, what: what, count: count))
  }

  /// Notes something that does not hold; the same thing found twice is one finding.
  package mutating func found(_ subject: String, _ problem: String) {
    let finding = Finding(subject: subject, problem: problem)
    if !findings.contains(finding) { findings.append(finding) }
  }

  /// Notes a problem unless the condition holds.
  package mutating func require(
    _ condition: Bool, _ subject: String, _ problem: @autoclosure () -> String
  ) {
    if !condition { found(subject, problem()) }
  }

  /// The report for programs.
  package var json: JSON {
    [
      "holds": .bool(holds),
      "checks": .array(
        checks.map {
          [
            "part": .string($0.part), "what": .string($0.what), "count": .integer(Int64($0.count)),
          ]
        }),
      "findings": .array(
        findings.map { ["subject": .string($0.subject), "problem": .string($0.problem)] }),
    ]
  }
}
