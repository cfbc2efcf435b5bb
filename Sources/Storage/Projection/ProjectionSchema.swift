// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The tables of the projection.
enum ProjectionSchema {
  /// The names of all tables.
  static let names = [
    "event", "party", "work", "ownership", "collection", "collection_work", "use_grant",
    "admission", "run", "target", "checkpoint", "model", "revenue", "settlement", "signal",
  ]

  /// What makes them; digests are hexadecimal text, so that they can be typed.
  static let tables = [
    """
    CREATE TABLE event (position INTEGER PRIMARY KEY, type TEXT NOT NULL, at TEXT NOT NULL,
      signer TEXT NOT NULL, leaf TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE party (did TEXT PRIMARY KEY, role TEXT NOT NULL, name TEXT NOT NULL,
      position INTEGER NOT NULL) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE work (digest TEXT PRIMARY KEY, owner TEXT NOT NULL, bytes INTEGER NOT NULL,
      title TEXT NOT NULL, fingerprint TEXT NOT NULL, quorum INTEGER NOT NULL, generator TEXT,
      position INTEGER NOT NULL) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE ownership (work TEXT NOT NULL, party TEXT NOT NULL, weight INTEGER NOT NULL,
      PRIMARY KEY (work, party)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE collection (root TEXT PRIMARY KEY, declarer TEXT NOT NULL, works INTEGER NOT NULL,
      position INTEGER NOT NULL) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE collection_work (root TEXT NOT NULL, work TEXT NOT NULL,
      PRIMARY KEY (root, work)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE use_grant (identifier TEXT PRIMARY KEY, issuer TEXT NOT NULL,
      subject_kind TEXT NOT NULL, subject TEXT, grantee TEXT, purposes TEXT NOT NULL,
      rate INTEGER NOT NULL, fee_minor_units INTEGER, fee_currency TEXT, territories TEXT,
      valid_from TEXT NOT NULL, valid_until TEXT, inherits INTEGER NOT NULL, status_list INTEGER,
      status_index INTEGER, position INTEGER NOT NULL, revoked_at INTEGER, suspended_at INTEGER)
      STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE admission (manifest TEXT PRIMARY KEY, decisions_root TEXT NOT NULL,
      purpose TEXT NOT NULL, grantee TEXT NOT NULL, admitted INTEGER NOT NULL,
      refused INTEGER NOT NULL, position INTEGER NOT NULL) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE run (model TEXT PRIMARY KEY, manifest TEXT NOT NULL, seed INTEGER NOT NULL,
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
      weights TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (model, segment))
      STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE model (name TEXT PRIMARY KEY, identifier TEXT NOT NULL, weights TEXT NOT NULL,
      shares TEXT NOT NULL, books TEXT NOT NULL, position INTEGER NOT NULL)
      STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE revenue (position INTEGER PRIMARY KEY, model TEXT NOT NULL,
      minor_units INTEGER NOT NULL, currency TEXT NOT NULL, period TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE settlement (position INTEGER NOT NULL, model TEXT NOT NULL,
      currency TEXT NOT NULL, period TEXT NOT NULL, number INTEGER NOT NULL,
      revenue INTEGER NOT NULL, owed INTEGER NOT NULL, retained INTEGER NOT NULL,
      statements TEXT NOT NULL, PRIMARY KEY (position, model, currency)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE signal (position INTEGER PRIMARY KEY, party TEXT NOT NULL, work TEXT,
      format TEXT NOT NULL, version TEXT NOT NULL, place TEXT NOT NULL, url TEXT,
      evidence TEXT NOT NULL, prohibited TEXT NOT NULL) STRICT
    """,
    "CREATE INDEX signal_work ON signal (work)",
    "CREATE INDEX signal_party ON signal (party)",
    "CREATE INDEX work_owner ON work (owner, position)",
    "CREATE INDEX ownership_party ON ownership (party)",
    "CREATE INDEX collection_work_work ON collection_work (work)",
    "CREATE INDEX grant_subject ON use_grant (subject)",
    "CREATE INDEX grant_issuer ON use_grant (issuer)",
  ]
}
