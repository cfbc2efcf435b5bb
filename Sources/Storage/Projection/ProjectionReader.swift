// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Signing

/// Answers questions from the projection of one state of the log, without folding the log.
///
/// It takes no lock that keeps other readers away, writes nothing, and reads one state from its
/// first question to its last: a writer waits for it, so it is not for keeping. It is refused where
/// the projection does not stand for the state of the log that the caller verified.
package final class ProjectionReader {
  /// How much of the file is kept in memory at most, in mebibytes.
  package static let cacheMebibytes = 64

  /// The projection's file.
  package let path: String
  /// The state of the log it stands for.
  package let position: ProjectionPosition
  let statements: StatementCache
  let openings: String?
  private var parties: [Digest: DIDKey] = [:]

  /// How many parties it remembers, since checking a key takes longer than finding a row.
  private static let rememberedParties = 4096

  /// Opens the projection of a state of the log.
  ///
  /// - Parameters:
  ///   - path: The projection.
  ///   - position: The size and root that the log signed.
  ///   - openings: The file of openings, for titles; nil where none is kept.
  /// - Throws: `ProjectionError`, or `DatabaseError` where the disk fails.
  package init(path: String, at position: ProjectionPosition, openings: String? = nil) throws {
    self.path = path
    self.position = position
    self.openings = openings
    guard FileSystem.fileExists(path) else { throw ProjectionError.missing(path: path) }
    guard !Projection.foreignCompanions(of: path) else {
      throw ProjectionError.foreignFiles(path: path)
    }
    let recorded: ProjectionPosition?
    do throws(DatabaseError) {
      let database = try Database(path: path, mode: .readOnly)
      statements = StatementCache(database)
      try database.keepInMemory(mebibytes: Self.cacheMebibytes)
      if let openings { try statements.run("ATTACH ? AS openings", [.text(openings)]) }
      // From the first question to the end of the connection: one state of the projection.
      try database.execute("BEGIN")
      recorded = try ProjectionPosition.recorded(in: statements)
    } catch {
      if error.isCutOff, error.path == path { throw ProjectionError.cutOff(path: path) }
      throw error
    }
    guard let recorded else { throw ProjectionError.otherForm(path: path) }
    guard recorded.size == position.size else {
      throw ProjectionError.stale(path: path, recorded: recorded.size, log: position.size)
    }
    guard recorded == position else { throw ProjectionError.otherLog(path: path) }
  }

  // MARK: - Parties, models and admissions

  /// A party as it registered.
  package struct PartyRecord: Sendable {
    package let party: DIDKey
    package let name: Digest
    package let position: Int
  }

  /// A party; nil where it is not registered.
  package func party(_ party: DIDKey) throws -> PartyRecord? {
    let rows = try statements.rows(
      "SELECT name, position FROM party WHERE key = ?", [.party(party)])
    guard let row = rows.first else { return nil }
    guard let name = row[0].digest, let position = row[1].integer else {
      throw malformed("party")
    }
    return PartyRecord(party: party, name: name, position: Int(position))
  }

  /// Whether the log says that what a commitment opened to was erased.
  package func isErased(_ commitment: Digest) throws -> Bool {
    let query = "SELECT 1 FROM erasure WHERE commitment = ?"
    return try !statements.rows(query, [.digest(commitment)]).isEmpty
  }

  /// When the signer of an entry says that it was made.
  package func moment(ofEntry position: Int) throws -> Timestamp? {
    let query = "SELECT at FROM event WHERE position = ?"
    return try statements.rows(query, [.integer(Int64(position))]).first?[0].moment
  }

  /// The positions of entries whose leaf hash begins so, at most that many.
  ///
  /// - Complexity: O(*n*): there is no index of leaf hashes.
  package func entries(leafBeginning prefix: DigestPrefix, limit: Int = 2) throws -> [Int] {
    let query = "SELECT position FROM event WHERE leaf BETWEEN ? AND ? LIMIT ?"
    return try statements.rows(
      query, [.digest(prefix.lower), .digest(prefix.upper), .integer(Int64(limit))]
    ).compactMap { $0[0].integer.map { Int($0) } }
  }

  /// An admission, and the models that were trained on it.
  package struct AdmissionUse: Sendable {
    package let manifest: Digest
    package let purpose: String
    package let position: Int
    package let models: [ModelUse]
  }

  /// A model by its run, and the digest of its share register once it is released.
  package struct ModelUse: Sendable {
    package let name: String
    package let shares: Digest?
  }

  /// All admissions in log order, with their models.
  package func admissions() throws -> [AdmissionUse] {
    let query = "SELECT manifest, purpose, position FROM admission ORDER BY position"
    return try statements.rows(query).map { row in
      guard let manifest = row[0].digest, let purpose = row[1].text, let position = row[2].integer
      else { throw malformed("admission") }
      let models = try statements.rows(
        """
        SELECT run.model, model.shares FROM run LEFT JOIN model ON model.name = run.model
        WHERE run.manifest = ? ORDER BY run.position
        """, [row[0]])
      return AdmissionUse(
        manifest: manifest, purpose: purpose, position: Int(position),
        models: models.map { ModelUse(name: $0[0].text ?? "", shares: $0[1].digest) })
    }
  }

  /// The name of the released model of that identifier; nil where there is none.
  package func model(_ identifier: Digest) throws -> String? {
    let query = "SELECT name FROM model WHERE identifier = ? ORDER BY position LIMIT 1"
    return try statements.rows(query, [.digest(identifier)]).first?[0].text
  }

  /// How many works a collection declares; zero where there is none.
  package func workCount(ofCollection root: Digest) throws -> Int {
    let query = "SELECT works FROM collection WHERE root = ?"
    return Int(try statements.rows(query, [.digest(root)]).first?[0].integer ?? 0)
  }

  // MARK: - For the parts of this type

  /// The party of a column that holds a key; nil for all else.
  func decodeParty(_ value: SQLValue) -> DIDKey? {
    guard let key = value.digest else { return nil }
    if let known = parties[key] { return known }
    guard let party = PublicKey(bytes: key.bytes).map({ DIDKey($0) }) else { return nil }
    if parties.count >= Self.rememberedParties { parties = [:] }
    parties[key] = party
    return party
  }

  func malformed(_ table: String) -> ProjectionError { .malformedRow(path: path, table: table) }

  /// One of the totals that the projection keeps of itself.
  func total(_ column: String) throws -> Int {
    guard let value = try statements.rows("SELECT \(column) FROM projection").first?[0].integer
    else { throw malformed("projection") }
    return Int(value)
  }

  /// How far rows are counted that no total is kept of.
  package static let countLimit = 10_000

  /// Counts what a question gives; nil beyond the limit.
  func count(_ question: ProjectionQuestion) throws -> Int? {
    let rows = try statements.rows(
      "SELECT count(*) FROM (SELECT 1 \(question.sql) LIMIT \(Self.countLimit + 1))",
      question.values)
    let count = Int(rows.first?[0].integer ?? 0)
    return count <= Self.countLimit ? count : nil
  }
}

/// A question as SQL from `FROM` on, built from conditions that all must hold.
struct ProjectionQuestion {
  private let source: String
  private var conditions: [String] = []
  private(set) var values: [SQLValue] = []

  init(from source: String) { self.source = source }

  /// Adds a condition; each `?` in it takes one value.
  mutating func require(_ condition: String, _ values: SQLValue...) {
    conditions.append(condition)
    self.values += values
  }

  var sql: String {
    "FROM \(source)"
      + (conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND "))
  }
}
