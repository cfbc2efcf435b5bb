// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Register

/// Where everything lies below a register's directory.
package struct RegisterLayout: Sendable {
  /// The directory itself.
  package let root: String

  /// A register at that directory.
  package init(root: String) { self.root = root }

  /// The register's name, operator and format version.
  package var configuration: String { root + "/cadastre.json" }
  /// The truth: C2SP tlog-tiles.
  package var log: String { root + "/log" }
  /// The projection of the log, made again by `cadastre rebuild`.
  package var projection: String { root + "/register.sqlite" }
  /// What commitments in the log open to.
  package var openings: String { root + "/openings.sqlite" }
  /// Operator's and contributors' keys, mode 0600.
  package var keys: String { root + "/keys" }
  /// One file of 8-gram hashes a work.
  package var fingerprints: String { root + "/fingerprints" }
  /// The index of all fingerprints, made again whenever it is missing; bound by nothing.
  package var index: String { root + "/\(Self.indexName)" }
  /// The folder of the index below the root.
  package static let indexName = "index"
  /// One directory an admission.
  package var admissions: String { root + "/admissions" }
  /// One directory a model.
  package var models: String { root + "/models" }
  /// One file a settlement.
  package var settlements: String { root + "/settlements" }

  /// The published status lists of grants.
  package var status: String { root + "/status" }

  /// A published status list; the path below the root is that of its address.
  package func statusList(_ list: StatusList) -> String {
    StatusEntry.address(base: root + "/", purpose: list.purpose, list: list.number)
  }

  /// One file a document that signals were read in, named by its digest.
  package var signals: String { root + "/signals" }

  /// The bytes of a document that signals were read in.
  package func signal(_ evidence: Digest) -> String { signals + "/\(evidence.hex)" }

  /// The fingerprint file of a work.
  package func fingerprint(_ work: Digest) -> String { fingerprints + "/\(work.hex).grams" }

  /// The directory of an admission.
  package func admission(_ manifest: Digest) -> String { admissions + "/\(manifest.hex)" }

  /// The manifest of an admission.
  package func manifest(_ manifest: Digest) -> String {
    admission(manifest) + "/manifest.json"
  }

  /// The whitelist of passages that counted for nobody in an admission.
  package func whitelist(_ manifest: Digest) -> String {
    admission(manifest) + "/whitelist.txt"
  }

  /// All decisions of an admission, one canonical JSON object a line.
  package func decisions(_ manifest: Digest) -> String {
    admission(manifest) + "/decisions.jsonl"
  }

  /// The directory of a model.
  package func model(_ model: ModelName) -> String { models + "/\(model.text)" }

  /// The state of a run at a checkpoint, kept so that a replay can begin there; removable.
  package func keptState(_ model: ModelName, segment: Int64) -> String {
    self.model(model) + "/checkpoints/\(segment).state"
  }

  /// Where on this machine a run's works lay; bound by nothing and nobody else's business.
  package func corpusNote(_ model: ModelName) -> String { self.model(model) + "/.corpus" }

  /// The statements of a settlement.
  package func statements(_ record: SettlementRecord) -> String {
    settlements + "/\(record.period)-\(record.number).json"
  }
}
