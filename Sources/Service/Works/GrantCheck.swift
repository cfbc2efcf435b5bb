// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives
package import Register
package import Signing

/// Says of one credential whether it may be relied on, and why, check by check.
///
/// What became of a grant is learned from the register's log, or from status lists by who has no
/// register. Where neither is there the credential may not be relied on.
package struct GrantCheck: Sendable {
  /// One check and how it ended.
  package struct Line: Sendable {
    /// What was checked.
    package let name: String
    /// Whether it holds.
    package let holds: Bool
    /// What was found.
    package let text: String
  }

  /// What somebody wants to do under the grant; what is nil is not asked.
  package struct Question: Sendable {
    package var purpose: Purpose?
    package var grantee: DIDKey?
    package var territory: Territory?
    package var moment: Timestamp

    /// Asks at a moment.
    package init(
      purpose: Purpose? = nil, grantee: DIDKey? = nil, territory: Territory? = nil,
      moment: Timestamp
    ) {
      self.purpose = purpose
      self.grantee = grantee
      self.territory = territory
      self.moment = moment
    }
  }

  /// The grant; nil where the document is none.
  package private(set) var grant: Grant?
  /// All checks, in order.
  package private(set) var lines: [Line] = []

  /// Whether every check holds.
  package var isValid: Bool { !lines.isEmpty && lines.allSatisfy(\.holds) }

  /// Checks a document.
  ///
  /// - Parameters:
  ///   - document: The bytes of the credential.
  ///   - question: The use.
  ///   - state: The register, where there is one.
  ///   - lists: The bytes of status lists, with where each came from.
  ///   - keeper: Who signs the status lists; the register's operator where there is one.
  package init(
    _ document: [UInt8], question: Question, state: RegisterState?,
    lists: [(source: String, bytes: [UInt8])], operator keeper: DIDKey?
  ) {
    let grant: Grant
    do {
      grant = try Grant(credential: try JSON.parse(document))
    } catch {
      note("credential", false, "\(error)")
      return
    }
    self.grant = grant
    note("credential", true, "a use grant, signed by \(grant.issuer)")
    check(grant.terms, question)
    if let state { check(grant, in: state) }
    check(grant, lists: lists, operator: keeper ?? state?.operator, hasRegister: state != nil)
  }

  private mutating func note(_ name: String, _ holds: Bool, _ text: String) {
    lines.append(Line(name: name, holds: holds, text: text))
  }

  private mutating func check(_ terms: GrantTerms, _ question: Question) {
    if let purpose = question.purpose {
      let named = terms.purposes.map(\.rawValue).joined(separator: ", ")
      note("purpose", terms.purposes.contains(purpose), "it names \(named)")
    }
    if let grantee = question.grantee {
      let text =
        switch terms.grantee {
        case .anyone: "it allows anyone"
        case .party(let party): "it allows \(party)"
        }
      note("grantee", terms.allows(grantee), text)
    }
    if question.territory != nil || !terms.territories.isEmpty {
      let text =
        terms.territories.isEmpty
        ? "it holds everywhere"
        : "it holds in " + terms.territories.map(\.code).joined(separator: ", ")
      note("territory", terms.allows(in: question.territory), text)
    }
    let until = terms.validUntil.map { " until \($0)" } ?? ""
    note("time", terms.isInForce(at: question.moment), "it holds from \(terms.validFrom)\(until)")
  }

  private mutating func check(_ grant: Grant, in state: RegisterState) {
    guard let issued = state.grant(grant.identifier) else {
      note("register", false, "it is not in the log: log it with 'cadastre grant --import'")
      return
    }
    if let position = issued.revokedAt {
      note(
        "register", false, "in the log at entry \(issued.position), revoked at entry \(position)")
    } else if let position = issued.suspendedAt {
      note(
        "register", false, "in the log at entry \(issued.position), suspended at entry \(position)")
    } else {
      note("register", true, "in the log at entry \(issued.position), standing")
    }
    if case .work(let digest) = grant.terms.subject, let work = state.works[digest] {
      let weight = work.weight(of: grant.issuer)
      if work.quorum > weight {
        note(
          "owners", true,
          "one voice of \(weight) parts; the work may be used once \(work.quorum) parts agree")
      }
    }
  }

  private mutating func check(
    _ grant: Grant, lists: [(source: String, bytes: [UInt8])], operator keeper: DIDKey?,
    hasRegister: Bool
  ) {
    guard let status = grant.status else {
      if !hasRegister {
        note("status", false, "it names no status list, and there is no register to ask")
      }
      return
    }
    var seen: Set<StatusEntry.Purpose> = []
    for (source, bytes) in lists {
      guard let keeper else {
        note("status", false, "nobody says who signs '\(source)': give --operator DID")
        return
      }
      do {
        let list = try StatusList(credential: try JSON.parse(bytes), issuer: keeper)
        guard list.base == status.base, list.number == status.list else {
          note("status", false, "'\(source)' is \(list.address), another list than it names")
          continue
        }
        seen.insert(list.purpose)
        let what = list.purpose == .revocation ? "revoked" : "suspended"
        let isSet = list[status.index]
        note(
          "status", !isSet,
          "place \(status.index) of \(list.address): \(isSet ? what : "not " + what)")
      } catch {
        note("status", false, "'\(source)': \(error)")
      }
    }
    guard !hasRegister else { return }
    for purpose in StatusEntry.Purpose.allCases where !seen.contains(purpose) {
      let address = StatusEntry.address(base: status.base, purpose: purpose, list: status.list)
      note("status", false, "\(address) was not given: fetch it and give --status-list FILE")
    }
  }
}
