// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Merkle
package import Primitives
package import Register
import Signing

/// The second phase of the gate: all decisions on one corpus, in their order, under one root.
///
/// A function of the findings as a multiset: in which order and by how many machines they were made
/// makes no difference.
package struct CorpusDecisions: Sendable {
  /// The decisions, by path and then by leaf.
  package let decisions: [Decision]
  /// The canonical leaves, in the same order.
  package let leaves: [[UInt8]]
  /// The Merkle root over the leaves.
  package let root: Digest

  /// Resolves what depends on the whole corpus, and puts the decisions in order.
  package init(_ findings: some Sequence<Finding>) {
    var corpus: Set<Digest> = []
    var all: [Finding] = []
    for finding in findings {
      all.append(finding)
      if let work = finding.decision.work { corpus.insert(work) }
    }
    let pairs = all.map { finding in
      let decision = finding.decision(in: corpus)
      return (decision: decision, leaf: decision.json.canonicalBytes)
    }
    self.init(ordered: pairs.sorted { Self.precedes($0, $1) })
  }

  private init(ordered pairs: [(decision: Decision, leaf: [UInt8])]) {
    decisions = pairs.map(\.decision)
    leaves = pairs.map(\.leaf)
    root = SHA256Tree().root(of: leaves.map { SHA256Tree().leaf($0) })
  }

  /// The decisions file: each leaf and a line feed.
  package var fileBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(leaves.reduce(0) { $0 + $1.count + 1 })
    for leaf in leaves {
      bytes += leaf
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  /// How many were admitted.
  package var admittedCount: Int { decisions.count { $0.verdict.isAdmitted } }

  /// The manifest of what was admitted.
  package func manifest(for question: AdmissionQuestion, treeSize: Int) -> Manifest {
    Manifest(
      decisions: decisions, decisionsRoot: root, purpose: question.purpose,
      grantee: question.grantee, territory: question.territory, treeSize: treeSize)
  }

  /// What is logged of it.
  package func record(of manifest: Manifest, whitelist: Digest? = nil) -> AdmissionRecord {
    AdmissionRecord(
      manifest: manifest.digest, decisionsRoot: root, purpose: manifest.purpose,
      grantee: manifest.grantee, territory: manifest.territory, whitelist: whitelist,
      treeSize: Int64(manifest.treeSize), admitted: Int64(admittedCount),
      refused: Int64(decisions.count - admittedCount))
  }

  /// Whether decisions stand in the order that this type gives them.
  package static func areOrdered(_ decisions: [Decision]) -> Bool {
    zip(decisions, decisions.dropFirst()).allSatisfy { left, right in
      if left.path.utf8.elementsEqual(right.path.utf8) {
        !precedes(
          (right, right.json.canonicalBytes), (left, left.json.canonicalBytes))
      } else {
        left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
      }
    }
  }

  private static func precedes(
    _ left: (decision: Decision, leaf: [UInt8]), _ right: (decision: Decision, leaf: [UInt8])
  ) -> Bool {
    left.decision.path.utf8.elementsEqual(right.decision.path.utf8)
      ? left.leaf.lexicographicallyPrecedes(right.leaf)
      : left.decision.path.utf8.lexicographicallyPrecedes(right.decision.path.utf8)
  }
}
