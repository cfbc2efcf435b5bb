// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Signing

/// The tables of the projection.
///
/// Digests and keys are blobs of 32 bytes, which take half the room of hexadecimal text; moments are
/// seconds since 1970; `position` is the place of an event in the log. What grows with the log has
/// its position as its key, so that new rows go to the end of the file.
enum ProjectionSchema {
  /// What makes the tables.
  static let tables = [
    // What the rest stands for: the log of that size and root; one row.
    """
    CREATE TABLE projection (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL,
      root BLOB NOT NULL, works INTEGER NOT NULL, grants INTEGER NOT NULL, schema BLOB NOT NULL,
      sqlite INTEGER NOT NULL) STRICT
    """,
    """
    CREATE TABLE event (position INTEGER PRIMARY KEY, type TEXT NOT NULL, at INTEGER NOT NULL,
      signer BLOB NOT NULL, leaf BLOB NOT NULL) STRICT
    """,
    """
    CREATE TABLE party (position INTEGER PRIMARY KEY, key BLOB NOT NULL, did TEXT NOT NULL,
      role TEXT NOT NULL, name BLOB NOT NULL) STRICT
    """,
    """
    CREATE TABLE work (position INTEGER PRIMARY KEY, digest BLOB NOT NULL, owner BLOB NOT NULL,
      bytes INTEGER NOT NULL, title BLOB NOT NULL, fingerprint BLOB NOT NULL,
      quorum INTEGER NOT NULL, generator BLOB) STRICT
    """,
    // Every owner of every work, by the entry of the work; no weight where there is one owner.
    """
    CREATE TABLE ownership (party BLOB NOT NULL, position INTEGER NOT NULL, weight INTEGER,
      PRIMARY KEY (party, position)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE collection (root BLOB PRIMARY KEY, declarer BLOB NOT NULL, works INTEGER NOT NULL,
      position INTEGER NOT NULL) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE collection_work (root BLOB NOT NULL, work BLOB NOT NULL,
      PRIMARY KEY (root, work)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE use_grant (position INTEGER PRIMARY KEY, identifier BLOB NOT NULL,
      issuer BLOB NOT NULL, subject_kind TEXT NOT NULL, subject BLOB, grantee BLOB,
      purposes TEXT NOT NULL, rate INTEGER NOT NULL, fee_minor_units INTEGER, fee_currency TEXT,
      territories TEXT, valid_from INTEGER NOT NULL, valid_until INTEGER,
      inherits INTEGER NOT NULL, status_list INTEGER, status_index INTEGER, revoked_at INTEGER,
      suspended_at INTEGER) STRICT
    """,
    """
    CREATE TABLE grant_purpose (purpose TEXT NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY (purpose, position)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE admission (position INTEGER PRIMARY KEY, manifest BLOB NOT NULL,
      decisions_root BLOB NOT NULL, purpose TEXT NOT NULL, grantee BLOB NOT NULL,
      admitted INTEGER NOT NULL, refused INTEGER NOT NULL) STRICT
    """,
    """
    CREATE TABLE run (model TEXT PRIMARY KEY, manifest BLOB NOT NULL, seed INTEGER NOT NULL,
      software TEXT NOT NULL, kernels TEXT NOT NULL, position INTEGER NOT NULL,
      finished_at INTEGER) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE target (model TEXT NOT NULL, name TEXT NOT NULL, weight INTEGER NOT NULL,
      commons_line INTEGER NOT NULL, initial_loss INTEGER, final_loss INTEGER, credited INTEGER,
      decay INTEGER, residual INTEGER, PRIMARY KEY (model, name)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE checkpoint (model TEXT NOT NULL, segment INTEGER NOT NULL, step INTEGER NOT NULL,
      weights BLOB NOT NULL, state BLOB NOT NULL, PRIMARY KEY (model, segment))
      STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE model (name TEXT PRIMARY KEY, identifier BLOB NOT NULL, weights BLOB,
      shares BLOB, books BLOB, position INTEGER NOT NULL) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE revenue (position INTEGER PRIMARY KEY, model TEXT NOT NULL,
      minor_units INTEGER NOT NULL, currency TEXT NOT NULL, period TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE settlement (position INTEGER NOT NULL, model TEXT NOT NULL,
      currency TEXT NOT NULL, period TEXT NOT NULL, number INTEGER NOT NULL,
      revenue INTEGER NOT NULL, owed INTEGER NOT NULL, retained INTEGER NOT NULL,
      statements BLOB NOT NULL, PRIMARY KEY (position, model, currency)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE signal (position INTEGER PRIMARY KEY, party BLOB NOT NULL, work BLOB,
      format TEXT NOT NULL, version TEXT NOT NULL, place TEXT NOT NULL, url TEXT,
      evidence TEXT NOT NULL, prohibited TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE erasure (commitment BLOB PRIMARY KEY, position INTEGER NOT NULL)
      STRICT, WITHOUT ROWID
    """,
  ]

  /// What makes the indices; one on a table with an integer key ends with that key, so that each
  /// gives its rows in the order of the log.
  static let indices = [
    "CREATE UNIQUE INDEX party_key ON party (key)",
    "CREATE UNIQUE INDEX work_digest ON work (digest)",
    "CREATE INDEX work_bytes ON work (bytes)",
    "CREATE INDEX work_title ON work (title)",
    "CREATE INDEX ownership_shared ON ownership (position) WHERE weight IS NOT NULL",
    "CREATE INDEX collection_work_work ON collection_work (work)",
    "CREATE UNIQUE INDEX grant_identifier ON use_grant (identifier)",
    "CREATE INDEX grant_issuer ON use_grant (issuer)",
    "CREATE INDEX grant_subject ON use_grant (subject) WHERE subject IS NOT NULL",
    "CREATE INDEX grant_all ON use_grant (issuer) WHERE subject IS NULL",
    "CREATE INDEX grant_grantee ON use_grant (grantee) WHERE grantee IS NOT NULL",
    "CREATE INDEX grant_revoked ON use_grant (position) WHERE revoked_at IS NOT NULL",
    "CREATE INDEX grant_suspended ON use_grant (position) WHERE suspended_at IS NOT NULL",
    "CREATE INDEX grant_ending ON use_grant (position) WHERE valid_until IS NOT NULL",
    "CREATE INDEX run_manifest ON run (manifest)",
    "CREATE INDEX signal_work ON signal (work) WHERE work IS NOT NULL",
    "CREATE INDEX signal_party ON signal (party)",
  ]

  /// The digest of all this: a projection made by another version shows by it.
  static let identifier = SHA256.digest((tables + indices).joined(separator: ";"))
}
