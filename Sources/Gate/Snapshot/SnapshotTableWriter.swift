// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives
import Signing

extension SnapshotTable {
  /// How much is handed over at once, in bytes.
  private static let pieceSize = 1 << 20

  /// Writes a table in pieces, in one pass over the works for the numbers and one for the records.
  ///
  /// - Parameters:
  ///   - works: The works of the register, sorted by digest.
  ///   - standing: Says how a work stands.
  ///   - write: Takes the pieces in order.
  /// - Throws: What `write` throws.
  package static func write(
    works: [Digest], standing: (Digest) -> Standing?, to write: ([UInt8]) throws -> Void
  ) throws {
    var owners = Numbering<DIDKey>()
    var verdicts = Numbering<Verdict>()
    var pieces = ByteWriter()
    var records: [(Digest, position: Int, owner: UInt32, verdict: UInt32)] = []
    records.reserveCapacity(works.count)
    for work in works {
      guard let standing = standing(work) else { continue }
      records.append(
        (work, standing.position, owners[standing.owner], verdicts[standing.verdict]))
    }
    let ownerTexts = owners.values.map { Array($0.text.utf8) }
    let verdictTexts = verdicts.values.map { verdict in
      Decision(path: "", work: nil, byteCount: 0, owner: nil, verdict: verdict).json.canonicalBytes
    }
    pieces.write(magic)
    for count in [
      records.count, ownerTexts.count, verdictTexts.count,
      ownerTexts.reduce(0) { $0 + $1.count }, verdictTexts.reduce(0) { $0 + $1.count },
    ] {
      pieces.writeLittleEndian(UInt64(count))
    }
    func handOver(atLeast size: Int) throws {
      guard pieces.bytes.count >= size else { return }
      try write(pieces.bytes)
      pieces = ByteWriter()
    }
    for (work, position, owner, verdict) in records {
      pieces.write(work.bytes)
      pieces.writeLittleEndian(UInt64(position))
      pieces.writeLittleEndian(owner)
      pieces.writeLittleEndian(verdict)
      try handOver(atLeast: pieceSize)
    }
    for texts in [ownerTexts, verdictTexts] {
      var end = 0
      for text in texts {
        end += text.count
        pieces.writeLittleEndian(UInt64(end))
        try handOver(atLeast: pieceSize)
      }
    }
    for text in ownerTexts + verdictTexts {
      pieces.write(text)
      try handOver(atLeast: pieceSize)
    }
    try handOver(atLeast: 1)
  }
}

/// Gives each value a number, in the order in which they come.
private struct Numbering<Value: Hashable> {
  private(set) var values: [Value] = []
  private var numbers: [Value: UInt32] = [:]

  subscript(value: Value) -> UInt32 {
    mutating get {
      if let number = numbers[value] { return number }
      let number = UInt32(values.count)
      numbers[value] = number
      values.append(value)
      return number
    }
  }
}
