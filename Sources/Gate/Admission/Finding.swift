// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Primitives

/// What the first phase says of one document: the decision as if it were alone, and to which works
/// of its own owner it gives way if they are in the same corpus.
///
/// A function of the register's state, the question and the document, so findings may be made on
/// many machines, in any order, and be joined.
package struct Finding: Hashable, Sendable {
  /// The decision if none of the works that it yields to is in the corpus.
  package let decision: Decision
  /// The owner's own earlier works that it derives from and that may be used, closest first.
  package let yieldsTo: [CopyEvidence]

  /// Makes a finding.
  package init(_ decision: Decision, yieldsTo: [CopyEvidence] = []) {
    self.decision = decision
    self.yieldsTo = yieldsTo
  }

  /// The second phase: the decision in a corpus of these works.
  ///
  /// Of an owner's own near-duplicates in one corpus only the one registered first is used, so that
  /// a copy never earns twice.
  package func decision(in corpus: Set<Digest>) -> Decision {
    guard let evidence = yieldsTo.first(where: { corpus.contains($0.original) }) else {
      return decision
    }
    return Decision(
      path: decision.path, work: decision.work, byteCount: decision.byteCount,
      owner: decision.owner, verdict: .copy(evidence))
  }

  /// The same finding without the passages, which only who has the text can find again.
  package var withoutPassages: Finding {
    Finding(decision.withoutPassages, yieldsTo: yieldsTo.map(\.withoutPassages))
  }
}

// MARK: - JSON

extension Finding {
  /// The name of the member that a leaf does not have.
  private static let yields = "yieldsTo"

  /// The leaf of the decision, with what it yields to where there is something.
  package var json: JSON {
    guard !yieldsTo.isEmpty, var object = decision.json.object else { return decision.json }
    object[Self.yields] = .array(yieldsTo.map(\.json))
    return .object(object)
  }

  /// Reads a finding back, strictly: the value read gives the same JSON again.
  ///
  /// - Throws: `JSONFieldError` for anything that no finding of this version writes.
  package init(json: JSON) throws(JSONFieldError) {
    guard let object = json.object else { throw .notAnObject(subject: "a finding") }
    guard let list = object[Self.yields] else {
      self.init(try Decision(json: json))
      return
    }
    guard let values = list.array, !values.isEmpty else {
      throw .wrong(name: Self.yields, expected: "a list of evidence", subject: "a finding")
    }
    var evidence: [CopyEvidence] = []
    for value in values { evidence.append(try CopyEvidence(json: value)) }
    self.init(try Decision(json: .object(object.removing(Self.yields))), yieldsTo: evidence)
  }
}
