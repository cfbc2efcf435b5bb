// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Gate
import Merkle
import Primitives
import Register
import Signing
import Storage

extension RegisterAudit {
  /// Derives every decision of an admission again from the log before it and the fingerprints.
  mutating func audit(_ record: AdmissionRecord, before: RegisterState, at moment: Timestamp) {
    let path = layout.decisions(record.manifest)
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.readFile(path, limit: 1 << 34)
    } catch {
      report.found(relative(path), "\(error)")
      return
    }
    // Empty lines count, so that the file is what was written, byte for byte.
    let leaves = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .dropLast().map(Array.init)
    let root = SHA256Tree().root(of: leaves.map { SHA256Tree().leaf($0) })
    guard root == record.decisionsRoot, bytes.last.map({ $0 == UInt8(ascii: "\n") }) ?? true else {
      report.found(relative(path), "its decisions are not those under the logged Merkle root")
      return
    }
    do {
      let whitelist = try record.whitelist.map { digest in
        let file = layout.whitelist(record.manifest)
        let list = try DeclaredWhitelist(
          try FileSystem.readFile(file, limit: DeclaredWhitelist.largestFile))
        report.require(list.digest == digest, relative(file), "it is not the whitelist of the log")
        return list
      }
      let gate = Gate(
        state: before, purpose: record.purpose, grantee: record.grantee, at: moment,
        in: record.territory, leavingOut: whitelist?.list ?? .none,
        index: try index(of: before), fingerprints: { [layout] in try Self.fingerprint($0, layout) }
      )
      let decisions = try leaves.map { try Decision(json: try JSON.parse($0)) }
      let corpus = Set(decisions.compactMap(\.work))
      for claimed in decisions {
        let content: Candidate.Content =
          claimed.work.map { .work($0, words: nil) } ?? .unreadable(claimed.verdict.explanation)
        let derived = try gate.decide(
          Candidate(path: claimed.path, byteCount: claimed.byteCount, content: content),
          in: corpus)
        report.require(
          derived == claimed.withoutPassages, relative(path),
          "the decision on '\(claimed.path)' derives otherwise: \(derived.verdict.explanation)")
        counts.decisions += 1
      }
      report.require(
        CorpusDecisions.areOrdered(decisions), relative(path),
        "its decisions are not in the order of their paths")
      let manifest = Manifest(
        decisions: decisions, decisionsRoot: root, purpose: record.purpose,
        grantee: record.grantee, territory: record.territory, treeSize: before.size)
      report.require(
        manifest.digest == record.manifest
          && Int64(decisions.count { $0.verdict.isAdmitted }) == record.admitted
          && Int64(decisions.count { !$0.verdict.isAdmitted }) == record.refused,
        "entry \(before.size)", "its manifest or counts do not follow from its decisions")
      let file = try FileSystem.readFile(layout.manifest(record.manifest), limit: 1 << 34)
      report.require(
        file == Array(manifest.json.prettyText.utf8), relative(layout.manifest(record.manifest)),
        "its bytes are not those that the log binds")
    } catch {
      report.found(relative(path), "\(error)")
    }
  }

  /// The audit's own index of the works before an admission, from their fingerprints.
  ///
  /// What was indexed for one admission serves those after it. The index of the register is not
  /// read: who may write it could have left works out.
  private mutating func index(of before: RegisterState) throws -> GramIndex {
    guard index.workCount < before.works.count else { return index }
    let scratch = try ScratchDirectory()
    index = try index.extended(
      to: before.indexedWorks, in: scratch.path, isKept: false,
      load: { [layout] in try Self.fingerprint($0, layout) })
    return index
  }

  private static func fingerprint(_ work: Digest, _ layout: RegisterLayout) throws -> [UInt8] {
    try FileSystem.readFile(layout.fingerprint(work), limit: 1 << 34)
  }
}
