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
    /// What kind of thing it is, for programs.
    package let code: Code
    /// The file, entry or model.
    package let subject: String
    /// What is wrong with it.
    package let problem: String
  }

  /// One thing that an auditor should know and that is not wrong by itself.
  package struct Note: Hashable, Sendable {
    /// What it is about.
    package let subject: String
    /// What there is to know.
    package let text: String
  }

  /// How many findings of one kind are listed; the others are counted.
  package static let maximumListed = 1000

  /// The checks made, in order.
  package private(set) var checks: [Check] = []
  /// What was found; empty where everything holds.
  package private(set) var findings: [Finding] = []
  /// What an auditor should know besides.
  package private(set) var notes: [Note] = []
  /// How many findings of a kind there are beyond those listed.
  package private(set) var omitted: [Code: Int] = [:]
  /// The kind of what is found where nobody says otherwise: that of the part being checked.
  var code = Code.logDamaged
  private var known: Set<Finding> = []
  private var listed: [Code: Int] = [:]

  /// Whether everything checked holds.
  package var holds: Bool { findings.isEmpty }

  /// How many things do not hold, those that are not listed among them.
  package var findingCount: Int { findings.count + omitted.values.reduce(0, +) }

  /// Starts with nothing checked.
  package init() {}

  /// Notes that a check was made that many times.
  package mutating func checked(_ part: String, _ what: String, _ count: Int) {
    checks.append(Check(part: part, what: what, count: count))
  }

  /// Notes something that does not hold; the same thing found twice is one finding.
  package mutating func found(_ subject: String, _ problem: String, as code: Code? = nil) {
    let finding = Finding(code: code ?? self.code, subject: subject, problem: problem)
    guard listed[finding.code, default: 0] < Self.maximumListed else {
      omitted[finding.code, default: 0] += 1
      return
    }
    guard known.insert(finding).inserted else { return }
    listed[finding.code, default: 0] += 1
    findings.append(finding)
  }

  /// Notes a problem unless the condition holds.
  package mutating func require(
    _ condition: Bool, _ subject: String, _ problem: @autoclosure () -> String
  ) {
    if !condition { found(subject, problem()) }
  }

  /// Notes what an auditor should know.
  package mutating func note(_ subject: String, _ text: String) {
    guard notes.count < Self.maximumListed else { return }
    notes.append(Note(subject: subject, text: text))
  }

  /// The report for programs.
  package var json: JSON {
    var object: JSONObject = [
      "holds": .bool(holds),
      "checks": .array(
        checks.map {
          [
            "part": .string($0.part), "what": .string($0.what), "count": .integer(Int64($0.count)),
          ]
        }),
      "findings": .array(
        findings.map {
          [
            "code": .string($0.code.rawValue), "subject": .string($0.subject),
            "problem": .string($0.problem),
          ]
        }),
      "notes": .array(
        notes.map { ["subject": .string($0.subject), "note": .string($0.text)] }),
    ]
    if !omitted.isEmpty {
      object["omitted"] = .object(
        JSONObject(omitted.map { ($0.key.rawValue, .integer(Int64($0.value))) }))
    }
    return .object(object)
  }
}
