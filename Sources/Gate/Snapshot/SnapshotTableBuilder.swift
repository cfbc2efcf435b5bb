// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Signing

/// Collects findings on works and writes them as a ``SnapshotTable``.
///
/// Keeps 40 bytes a work, and each different owner and finding once.
package struct SnapshotTableBuilder {
  /// How much is handed over at once, in bytes.
  private static let pieceSize = 1 << 20

  private var records: [(work: Digest, owner: UInt32, finding: UInt32)] = []
  private var owners = Numbering()
  private var findings = Numbering()

  /// Starts without works.
  package init() {}

  /// How many works were added.
  package var count: Int { records.count }

  /// Adds the finding on a registered work, passages in words; works come in ascending order.
  package mutating func add(_ finding: Finding) {
    guard let work = finding.decision.work, let owner = finding.decision.owner else {
      preconditionFailure("a registered work has a digest and an owner")
    }
    precondition(records.last.map { $0.work < work } ?? true, "works come in ascending order")
    let bare = Finding(
      Decision(
        path: "", work: nil, byteCount: 0, owner: nil, verdict: finding.decision.verdict),
      yieldsTo: finding.yieldsTo)
    records.append(
      (
        work, owners.number(of: Array(owner.text.utf8)),
        findings.number(of: bare.json.canonicalBytes)
      ))
  }

  /// Writes the table in pieces.
  ///
  /// - Parameter write: Takes the pieces in order.
  /// - Throws: What `write` throws.
  package func finish(to write: ([UInt8]) throws -> Void) throws {
    var piece = ByteWriter()
    func handOver(atLeast size: Int = Self.pieceSize) throws {
      guard piece.bytes.count >= size else { return }
      try write(piece.bytes)
      piece = ByteWriter()
    }
    piece.write(SnapshotTable.magic)
    for count in [
      records.count, owners.ends.count, findings.ends.count, owners.texts.count,
      findings.texts.count,
    ] {
      piece.writeLittleEndian(UInt64(count))
    }
    for record in records {
      piece.write(record.work.bytes)
      piece.writeLittleEndian(record.owner)
      piece.writeLittleEndian(record.finding)
      try handOver()
    }
    for end in owners.ends + findings.ends {
      piece.writeLittleEndian(UInt64(end))
      try handOver()
    }
    piece.write(owners.texts)
    try handOver()
    piece.write(findings.texts)
    try handOver(atLeast: 1)
  }
}

/// Gives each text a number, in the order in which they come, and keeps it once.
private struct Numbering {
  private(set) var ends: [Int] = []
  private(set) var texts: [UInt8] = []
  private var numbers: [[UInt8]: UInt32] = [:]

  mutating func number(of text: [UInt8]) -> UInt32 {
    if let number = numbers[text] { return number }
    let number = UInt32(ends.count)
    numbers[text] = number
    texts += text
    ends.append(texts.count)
    return number
  }
}
