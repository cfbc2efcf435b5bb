// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Register
package import Signing

/// A work as the projection has it.
package struct WorkRecord: Hashable, Sendable {
  /// The entry that registered it.
  package let position: Int
  /// The SHA-256 of its bytes.
  package let digest: Digest
  /// Who registered it: the one owner, or one of several.
  package let owner: DIDKey
  /// How many bytes it has.
  package let byteCount: Int64
  /// The commitment to its title.
  package let title: Digest
  /// The digest of its fingerprint.
  package let fingerprint: Digest
  /// The weight of owners that must agree to a use.
  package let quorum: Int64
  /// The model that generated it; nil for what people made.
  package let generator: Digest?
}

/// Which works are asked for; all conditions must hold.
package struct WorkFilter: Sendable {
  /// Whose works: those that the party owns alone or with others.
  package var owner: DIDKey?
  /// Only works whose title holds this text, whatever the case of its ASCII letters.
  package var title: String?
  /// Only works that a grant covers, or none.
  package var coverage: Coverage?

  /// Whether grants that stand cover a work.
  package enum Coverage: Hashable, Sendable {
    /// At least one grant that stands names the purpose, to whomever.
    case granted(Purpose)
    /// No grant that stands covers it for anything.
    case ungranted
  }

  /// Asks for everything.
  package init(owner: DIDKey? = nil, title: String? = nil, coverage: Coverage? = nil) {
    self.owner = owner
    self.title = title
    self.coverage = coverage
  }
}

/// The order of a list of works; equal ones follow the log.
package enum WorkOrder: String, Sendable, CaseIterable {
  case position
  case title
  case bytes
}

extension ProjectionReader {
  private static let columns =
    "w.position, w.digest, w.owner, w.bytes, w.title, w.fingerprint, w.quorum, w.generator"

  /// How many works are registered.
  package func workCount() throws -> Int { try total("works") }

  /// The work of that digest; nil where none is registered.
  package func work(_ digest: Digest) throws -> WorkRecord? {
    try works("WHERE w.digest = ?", [.digest(digest)]).first
  }

  /// The work of the entry at a position; nil where that entry is none.
  package func work(at position: Int) throws -> WorkRecord? {
    try works("WHERE w.position = ?", [.integer(Int64(position))]).first
  }

  /// Works whose digest begins so, by digest: at most that many.
  package func works(beginning prefix: DigestPrefix, limit: Int = 2) throws -> [WorkRecord] {
    try works(
      "WHERE w.digest BETWEEN ? AND ? ORDER BY w.digest LIMIT ?",
      [.digest(prefix.lower), .digest(prefix.upper), .integer(Int64(limit))])
  }

  /// A part of the works that are asked for.
  ///
  /// - Parameters:
  ///   - filter: Which works.
  ///   - order: In which order; by title come only works whose title is kept here.
  ///   - limit: How many at most.
  ///   - after: The position of the work after which to go on; nil from the first.
  ///   - moment: When a grant must stand, for filters that ask for grants.
  /// - Returns: The works, and where to go on.
  /// - Throws: `ProjectionError.noOpenings` where titles are asked for and none are kept.
  /// - Complexity: O(limit) with no filter or by owner. Coverage and titles are looked at work by
  ///   work until the part is full; by bytes or title the works of one owner are sorted.
  package func works(
    _ filter: WorkFilter = WorkFilter(), by order: WorkOrder = .position, limit: Int,
    after: Int? = nil, at moment: Timestamp
  ) throws -> ProjectionPage<WorkRecord> {
    var question = try question(filter, by: order, at: moment)
    if let after {
      let mark = SQLValue.integer(Int64(after))
      switch order {
      case .position:
        question.require("\(filter.owner == nil ? "w" : "s").position > ?", mark)
      case .bytes:
        question.require(
          "(w.bytes, w.position) > ((SELECT bytes FROM work WHERE position = ?), ?)", mark, mark)
      case .title:
        question.require(
          """
          (o.value, w.position) > ((SELECT p.value FROM work v JOIN openings.opening p
          ON p.commitment = v.title WHERE v.position = ?), ?)
          """, mark, mark)
      }
    }
    let key =
      switch order {
      case .position: filter.owner == nil ? "w.position" : "s.position"
      case .bytes: "w.bytes, w.position"
      case .title: "o.value, w.position"
      }
    let rows = try statements.rows(
      "SELECT \(Self.columns) \(question.sql) ORDER BY \(key) LIMIT \(limit + 1)",
      question.values)
    return ProjectionPage(try rows.map(record), limit: limit, position: \.position)
  }

  /// How many works are asked for; nil where that is more than `countLimit` and no total is kept, or
  /// where works would have to be looked at one by one.
  package func count(_ filter: WorkFilter, at moment: Timestamp) throws -> Int? {
    guard filter.title == nil, filter.coverage == nil else { return nil }
    if filter.owner == nil { return try workCount() }
    return try count(try question(filter, by: .position, at: moment))
  }

  private func question(
    _ filter: WorkFilter, by order: WorkOrder, at moment: Timestamp
  ) throws -> ProjectionQuestion {
    let needsTitles = filter.title != nil || order == .title
    if needsTitles, openings == nil {
      throw ProjectionError.noOpenings
    }
    var source = "work w NOT INDEXED"
    switch (filter.owner, order) {
    case (.some, _): source = "ownership s CROSS JOIN work w ON w.position = s.position"
    case (nil, .bytes): source = "work w INDEXED BY work_bytes"
    case (nil, .title):
      source =
        "openings.opening o CROSS JOIN work w INDEXED BY work_title ON w.title = o.commitment"
    case (nil, .position): break
    }
    if needsTitles, filter.owner != nil || order != .title {
      source += " CROSS JOIN openings.opening o ON o.commitment = w.title"
    }
    var question = ProjectionQuestion(from: source)
    if let owner = filter.owner { question.require("s.party = ?", .party(owner)) }
    if let title = filter.title {
      question.require("instr(lower(o.value), lower(?)) > 0", .text(title))
    }
    switch filter.coverage {
    case .granted(let purpose):
      question.require(
        "EXISTS (\(Self.covering) AND \(GrantFilter.standing) AND \(GrantFilter.namesPurpose))",
        .moment(moment), .text(purpose.rawValue))
    case .ungranted:
      question.require(
        "NOT EXISTS (\(Self.covering) AND \(GrantFilter.standing))", .moment(moment))
    case nil: break
    }
    return question
  }

  /// The grants `g` of its owners whose subject takes in the work `w`.
  static let covering = "SELECT 1 FROM use_grant g WHERE \(covers)"

  /// That the grant `g` is of an owner of the work `w` and its subject takes that work in.
  static let covers = """
    g.position IN (
      SELECT position FROM use_grant INDEXED BY grant_subject
      WHERE subject = w.digest AND subject_kind = 'work'
      UNION ALL SELECT c.position FROM collection_work l
      CROSS JOIN use_grant c INDEXED BY grant_subject ON c.subject = l.root
      WHERE l.work = w.digest AND c.subject_kind = 'collection'
      UNION ALL SELECT position FROM use_grant INDEXED BY grant_all
      WHERE issuer = w.owner AND subject IS NULL
      UNION ALL SELECT a.position FROM ownership o INDEXED BY ownership_shared
      CROSS JOIN use_grant a INDEXED BY grant_all ON a.issuer = o.party
      WHERE o.position = w.position AND o.weight IS NOT NULL AND a.subject IS NULL)
    AND (g.issuer = w.owner
      OR EXISTS (SELECT 1 FROM ownership o WHERE o.party = g.issuer AND o.position = w.position))
    """

  /// The owners of a work that is owned together, in the order of their keys; none of one that has
  /// one owner.
  package func owners(of work: WorkRecord) throws -> [Ownership.Owner] {
    let rows = try statements.rows(
      """
      SELECT party, weight FROM ownership INDEXED BY ownership_shared
      WHERE position = ? AND weight IS NOT NULL
      """, [.integer(Int64(work.position))])
    return try rows.map { row in
      guard let party = row[0].party, let weight = row[1].integer else {
        throw malformed("ownership")
      }
      return Ownership.Owner(party: party, weight: weight)
    }.sorted { $0.party < $1.party }
  }

  private func works(_ condition: String, _ values: [SQLValue]) throws -> [WorkRecord] {
    try statements.rows("SELECT \(Self.columns) FROM work w \(condition)", values).map(record)
  }

  private func record(_ row: [SQLValue]) throws -> WorkRecord {
    guard let position = row[0].integer, let digest = row[1].digest, let owner = row[2].party,
      let bytes = row[3].integer, let title = row[4].digest, let fingerprint = row[5].digest,
      let quorum = row[6].integer, row[7] == .null || row[7].digest != nil
    else { throw malformed("work") }
    return WorkRecord(
      position: Int(position), digest: digest, owner: owner, byteCount: bytes, title: title,
      fingerprint: fingerprint, quorum: quorum, generator: row[7].digest)
  }
}
