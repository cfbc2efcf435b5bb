// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
package import Primitives
package import Register
package import Signing

/// A grant as the projection has it.
package struct GrantRecord: Hashable, Sendable {
  /// The entry that issued it.
  package let position: Int
  /// The SHA-256 of its credential.
  package let identifier: Digest
  /// Who granted.
  package let issuer: DIDKey
  /// What was granted.
  package let terms: GrantTerms
  /// The entry that revoked it; nil where none did.
  package let revokedAt: Int?
  /// The entry that suspended it; nil where none did, or it was resumed.
  package let suspendedAt: Int?

  /// What became of it.
  package func state(at moment: Timestamp) -> GrantState {
    if revokedAt != nil { return .revoked }
    if terms.validUntil.map({ $0 <= moment }) == true { return .expired }
    return suspendedAt == nil ? .standing : .suspended
  }
}

/// What became of a grant.
package enum GrantState: String, Sendable, CaseIterable {
  /// Neither revoked nor suspended nor at its end; it may begin later.
  case standing
  /// Its issuer took it back.
  case revoked
  /// Its issuer took it back until it is resumed; its time is not over.
  case suspended
  /// Its time is over, and it was not revoked.
  case expired
}

/// Which grants are asked for; all conditions must hold.
package struct GrantFilter: Sendable {
  /// Who granted.
  package var issuer: DIDKey?
  /// Only grants of its owners that cover this work: alone, in a collection or with all works.
  package var work: Digest?
  /// Only grants to this party, or to anyone.
  package var grantee: Grantee?
  /// Only grants that name this purpose.
  package var purpose: Purpose?
  /// Only grants of which this became.
  package var state: GrantState?

  /// Asks for everything.
  package init(
    issuer: DIDKey? = nil, work: Digest? = nil, grantee: Grantee? = nil, purpose: Purpose? = nil,
    state: GrantState? = nil
  ) {
    self.issuer = issuer
    self.work = work
    self.grantee = grantee
    self.purpose = purpose
    self.state = state
  }

  var conditionCount: Int {
    [issuer != nil, work != nil, grantee != nil, purpose != nil, state != nil].count { $0 }
  }

  /// Of the grant `g`, at a moment: that it stands.
  static let standing = "g.suspended_at IS NULL AND \(notOver)"
  /// Of the grant `g`, at a moment: that it was not revoked and its time is not over.
  static let notOver = "g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > ?)"
  /// Of the grant `g`: that it names a purpose.
  static let namesPurpose =
    "EXISTS (SELECT 1 FROM grant_purpose p WHERE p.purpose = ? AND p.position = g.position)"
}

extension ProjectionReader {
  private static let columns = """
    g.position, g.identifier, g.issuer, g.subject_kind, g.subject, g.grantee, g.purposes, g.rate,
    g.inherits, g.valid_from, g.valid_until, g.revoked_at, g.suspended_at, g.fee_minor_units,
    g.fee_currency, g.territories
    """

  /// How many grants were issued.
  package func grantCount() throws -> Int { try total("grants") }

  /// The grant of that identifier; nil where none was issued.
  package func grant(_ identifier: Digest) throws -> GrantRecord? {
    try grants("WHERE g.identifier = ?", [.digest(identifier)]).first
  }

  /// The grant of the entry at a position; nil where that entry is none.
  package func grant(at position: Int) throws -> GrantRecord? {
    try grants("WHERE g.position = ?", [.integer(Int64(position))]).first
  }

  /// Grants whose identifier begins so, by identifier: at most that many.
  package func grants(beginning prefix: DigestPrefix, limit: Int = 2) throws -> [GrantRecord] {
    try grants(
      "WHERE g.identifier BETWEEN ? AND ? ORDER BY g.identifier LIMIT ?",
      [.digest(prefix.lower), .digest(prefix.upper), .integer(Int64(limit))])
  }

  /// A part of the grants that are asked for, in log order.
  ///
  /// - Parameters:
  ///   - filter: Which grants.
  ///   - limit: How many at most.
  ///   - after: The position of the grant after which to go on; nil from the first.
  ///   - moment: When a grant must stand or have expired, for filters that ask for it.
  /// - Returns: The grants, and where to go on.
  /// - Throws: `DatabaseError`, or `ProjectionError` for a row that no register writes.
  /// - Complexity: O(limit) with at most one condition, and with none that few grants fulfil among
  ///   those that fulfil the one with the narrowest index.
  package func grants(
    _ filter: GrantFilter = GrantFilter(), limit: Int, after: Int? = nil, at moment: Timestamp
  ) throws -> ProjectionPage<GrantRecord> {
    var question = try question(filter, at: moment)
    if let after {
      question.require(
        "\(drives(.purpose, filter) ? "p" : "g").position > ?", .integer(Int64(after)))
    }
    let key = drives(.purpose, filter) ? "p.position" : "g.position"
    let rows = try statements.rows(
      "SELECT \(Self.columns) \(question.sql) ORDER BY \(key) LIMIT \(limit + 1)",
      question.values)
    return ProjectionPage(try rows.map(record), limit: limit, position: \.position)
  }

  /// How many grants are asked for; nil where that is more than `countLimit` and no total is kept,
  /// or where grants would have to be looked at one by one.
  package func count(_ filter: GrantFilter, at moment: Timestamp) throws -> Int? {
    if filter.conditionCount == 0 { return try grantCount() }
    guard filter.conditionCount == 1, filter.grantee != .anyone,
      filter.state == nil || filter.state == .revoked
    else { return nil }
    return try count(try question(filter, at: moment))
  }

  /// By which index a list of grants is found: the first of these that the filter asks for.
  private enum Driver: CaseIterable {
    case work, issuer, grantee, revoked, suspended, expired, purpose
  }

  private func drives(_ driver: Driver, _ filter: GrantFilter) -> Bool {
    let first = Driver.allCases.first { candidate in
      switch candidate {
      case .work: filter.work != nil
      case .issuer: filter.issuer != nil
      case .grantee: if case .party? = filter.grantee { true } else { false }
      case .revoked: filter.state == .revoked
      case .suspended: filter.state == .suspended
      case .expired: filter.state == .expired
      case .purpose: filter.purpose != nil
      }
    }
    return first == driver
  }

  private func source(_ filter: GrantFilter) -> String {
    if drives(.work, filter) { return "work w CROSS JOIN use_grant g" }
    if drives(.issuer, filter) { return "use_grant g INDEXED BY grant_issuer" }
    if drives(.grantee, filter) { return "use_grant g INDEXED BY grant_grantee" }
    if drives(.revoked, filter) { return "use_grant g INDEXED BY grant_revoked" }
    if drives(.suspended, filter) { return "use_grant g INDEXED BY grant_suspended" }
    if drives(.expired, filter) { return "use_grant g INDEXED BY grant_ending" }
    if drives(.purpose, filter) {
      return "grant_purpose p CROSS JOIN use_grant g ON g.position = p.position"
    }
    return "use_grant g NOT INDEXED"
  }

  private func question(
    _ filter: GrantFilter, at moment: Timestamp
  ) throws -> ProjectionQuestion {
    var question = ProjectionQuestion(from: source(filter))
    if let work = filter.work {
      question.require("w.digest = ?", .digest(work))
      question.require(Self.covers)
    }
    if let issuer = filter.issuer { question.require("g.issuer = ?", .party(issuer)) }
    switch filter.grantee {
    case .party(let party): question.require("g.grantee = ?", .party(party))
    case .anyone: question.require("g.grantee IS NULL")
    case nil: break
    }
    switch filter.state {
    case .standing: question.require(GrantFilter.standing, .moment(moment))
    case .revoked: question.require("g.revoked_at IS NOT NULL")
    case .suspended:
      question.require("g.suspended_at IS NOT NULL AND \(GrantFilter.notOver)", .moment(moment))
    case .expired:
      question.require(
        "g.revoked_at IS NULL AND g.valid_until IS NOT NULL AND g.valid_until <= ?",
        .moment(moment))
    case nil: break
    }
    if let purpose = filter.purpose {
      question.require(
        drives(.purpose, filter) ? "p.purpose = ?" : GrantFilter.namesPurpose,
        .text(purpose.rawValue))
    }
    return question
  }

  private func grants(_ condition: String, _ values: [SQLValue]) throws -> [GrantRecord] {
    try statements.rows("SELECT \(Self.columns) FROM use_grant g \(condition)", values).map(record)
  }

  private func record(_ row: [SQLValue]) throws -> GrantRecord {
    guard let position = row[0].integer, let identifier = row[1].digest,
      let issuer = row[2].party, let subject = subject(of: row[3], row[4]),
      let purposes = row[6].text, let rate = row[7].integer.flatMap(Rate.init(partsPerMillion:)),
      let inherit = row[8].integer, let from = row[9].moment
    else { throw malformed("use_grant") }
    let known = purposes.split(separator: " ").compactMap { Purpose(rawValue: String($0)) }
    let party = row[5].party
    guard !known.isEmpty, row[5] == .null || party != nil else { throw malformed("use_grant") }
    return GrantRecord(
      position: Int(position), identifier: identifier, issuer: issuer,
      terms: GrantTerms(
        subject: subject, grantee: party.map { .party($0) } ?? .anyone, purposes: known,
        rate: rate, minimumFee: try fee(row[13], row[14]),
        territories: try territories(row[15]), validFrom: from, validUntil: row[10].moment,
        derivativesInherit: inherit != 0),
      revokedAt: row[11].integer.map { Int($0) }, suspendedAt: row[12].integer.map { Int($0) })
  }

  private func fee(_ units: SQLValue, _ code: SQLValue) throws -> Amount? {
    if units == .null, code == .null { return nil }
    guard let units = units.integer, let currency = code.text.flatMap(Currency.init(code:)) else {
      throw malformed("use_grant")
    }
    return Amount(minorUnits: units, currency: currency)
  }

  private func territories(_ codes: SQLValue) throws -> [Territory] {
    if codes == .null { return [] }
    let words = codes.text?.split(separator: " ") ?? []
    let known = words.compactMap { Territory(String($0)) }
    guard !known.isEmpty, known.count == words.count else { throw malformed("use_grant") }
    return known
  }

  private func subject(of kind: SQLValue, _ digest: SQLValue) -> GrantSubject? {
    switch kind.text {
    case "all": digest == .null ? .allWorks : nil
    case "work": digest.digest.map { .work($0) }
    case "collection": digest.digest.map { .collection($0) }
    case "model": digest.digest.map { .model($0) }
    default: nil
    }
  }
}
