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
    if let state { check(grant, in: state, question) }
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

  private mutating func check(_ grant: Grant, in state: RegisterState, _ question: Question) {
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
    checkOwners(of: grant, in: state, question)
  }

  /// A grant of one of several owners holds once those who agree with it reach the quorum.
  ///
  /// Of a grant for many works it is enough that it holds for some, and the others are counted.
  private mutating func checkOwners(
    of grant: Grant, in state: RegisterState, _ question: Question
  ) {
    let works: [RegisterState.Work] =
      switch grant.terms.subject {
      case .work(let digest): [state.works[digest]].compactMap { $0 }
      case .collection(let root):
        (state.collections[root]?.works ?? []).compactMap { state.works[$0] }
      case .allWorks: Array(state.works.values)
      case .model: []
      }
    let covered = works.filter { $0.weight(of: grant.issuer) > 0 }
    let shared = covered.filter { $0.quorum > $0.weight(of: grant.issuer) }
    guard !shared.isEmpty else { return }
    let weights = shared.map { state.weight(agreeingWith: grant, on: $0, question) }
    if covered.count == 1 {
      let (weight, quorum) = (weights[0], shared[0].quorum)
      let text =
        weight >= quorum
        ? "owners of \(weight) parts agree, and \(quorum) are needed"
        : "it does not hold yet: owners of \(weight) parts agree, and \(quorum) are needed"
      return note("owners", weight >= quorum, text)
    }
    let open = zip(shared, weights).count { $1 < $0.quorum }
    note(
      "owners", open < covered.count,
      "of \(covered.count) works it holds for \(covered.count - open)"
        + (open == 0 ? "" : "; of \(open) not enough owners agree yet"))
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

extension RegisterState {
  /// The weight of the owners of a work whose standing grants allow, at the same price, what is asked.
  ///
  /// What the question leaves open is taken from the grant: every purpose and everybody that it names.
  fileprivate func weight(
    agreeingWith grant: Grant, on work: Work, _ question: GrantCheck.Question
  ) -> Int64 {
    let terms = grant.terms
    let purposes = question.purpose.map { [$0] } ?? Array(terms.purposes)
    let standing = grants(covering: work).filter { voice in
      let other = voice.grant.terms
      let allows =
        question.grantee.map { other.allows($0) }
        ?? (other.grantee == .anyone || other.grantee == terms.grantee)
      return voice.revokedAt == nil && voice.suspendedAt == nil && allows
        && other.allows(in: question.territory) && other.isInForce(at: question.moment)
        && other.price == terms.price
    }
    return purposes.map { purpose in
      let voices = standing.filter { $0.grant.terms.purposes.contains(purpose) }
      return Set(voices.map(\.grant.issuer)).reduce(Int64(0)) { $0 + work.weight(of: $1) }
    }.min() ?? 0
  }
}
