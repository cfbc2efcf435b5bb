// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives
import Signing

/// What one state of a register says of each of its works for one question, as bytes on disk.
///
/// `cdsw0001`, then little-endian numbers: the counts of works, owners and verdicts and the sizes of
/// the last two parts, 64 bits each. Then a record a work, sorted by digest: digest, position in the
/// log (64 bits), number of the owner and of the verdict (32 bits each). Then where each owner and
/// each verdict ends, 64 bits each, and their bytes: `did:key` texts, and canonical JSON as it
/// stands in a leaf. Nothing follows.
///
/// Every number is checked when it is used, so that a table that was tampered with gives an error,
/// never what is not in it. Looking up is a binary search; only what is touched is read.
package struct SnapshotTable: @unchecked Sendable {
  static let magic = Array("cdsw0001".utf8)
  static let headerSize = 48
  static let recordSize = 48

  // Never written to, so sharing the pointer between threads is sound.
  private let bytes: UnsafeRawBufferPointer
  /// How many works are in it.
  package let count: Int
  private let owners: TextTable
  private let verdicts: TextTable

  /// Reads the header of a table and checks that its parts have room.
  ///
  /// - Parameter bytes: The whole file; must stay as long as the table is used.
  /// - Throws: ``SnapshotError`` for bytes that are no table.
  package init(_ bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
    guard bytes.count >= Self.headerSize, bytes.prefix(8).elementsEqual(Self.magic) else {
      throw .damagedTable(reason: "it does not begin like one")
    }
    let numbers = (1...5).map { bytes.number(at: 8 * $0) }
    // Below 2⁴⁰ nothing that follows can overflow.
    guard numbers.allSatisfy({ $0 < 1 << 40 }) else {
      throw .damagedTable(reason: "its counts are impossible")
    }
    let ownersStart = Self.headerSize + numbers[0] * Self.recordSize
    let verdictsStart = ownersStart + 8 * numbers[1]
    let ownerBytes = verdictsStart + 8 * numbers[2]
    let verdictBytes = ownerBytes + numbers[3]
    guard verdictBytes + numbers[4] == bytes.count else {
      throw .damagedTable(reason: "its size is not that of its parts")
    }
    self.bytes = bytes
    count = numbers[0]
    owners = TextTable(
      ends: UnsafeRawBufferPointer(rebasing: bytes[ownersStart..<verdictsStart]),
      texts: UnsafeRawBufferPointer(rebasing: bytes[ownerBytes..<verdictBytes]))
    verdicts = TextTable(
      ends: UnsafeRawBufferPointer(rebasing: bytes[verdictsStart..<ownerBytes]),
      texts: UnsafeRawBufferPointer(rebasing: bytes[verdictBytes...]))
  }

  /// What the table says of a work; nil where it is not in it.
  ///
  /// - Complexity: O(log n) in the number of works.
  package func standing(of work: Digest) throws(SnapshotError) -> Standing? {
    guard let record = record(of: work) else { return nil }
    let position = bytes.number(at: record + 32)
    let owner = Int(bytes.loadUnaligned(fromByteOffset: record + 40, as: UInt32.self).littleEndian)
    let verdict = Int(
      bytes.loadUnaligned(fromByteOffset: record + 44, as: UInt32.self).littleEndian)
    guard position >= 0,
      let did = owners[owner].flatMap({ DIDKey(String(decoding: $0, as: UTF8.self)) })
    else { throw .damagedTable(reason: "the owner of the work \(work.short) is none") }
    guard let text = verdicts[verdict], let json = try? JSON.parse(Array(text)),
      let decision = try? Decision(json: json), decision.work == nil
    else { throw .damagedTable(reason: "the verdict on the work \(work.short) is none") }
    return Standing(owner: did, position: position, verdict: decision.verdict)
  }

  /// Where the record of a work begins.
  private func record(of work: Digest) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      let record = Self.headerSize + middle * Self.recordSize
      let found = bytes.digest(at: record)
      if found == work { return record }
      if found < work { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}

/// Texts one after the other, found by number.
private struct TextTable {
  let ends: UnsafeRawBufferPointer
  let texts: UnsafeRawBufferPointer

  subscript(number: Int) -> Slice<UnsafeRawBufferPointer>? {
    guard number >= 0, number < ends.count / 8 else { return nil }
    let start = number == 0 ? 0 : ends.number(at: 8 * (number - 1))
    let end = ends.number(at: 8 * number)
    guard 0 <= start, start <= end, end <= texts.count else { return nil }
    return texts[start..<end]
  }
}

extension UnsafeRawBufferPointer {
  /// A little-endian 64-bit number; negative where it is beyond what memory can hold.
  fileprivate func number(at offset: Int) -> Int {
    precondition(offset >= 0 && offset + 8 <= count, "a number lies inside the table")
    return Int(
      truncatingIfNeeded: loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
  }

  /// A digest as its bytes.
  fileprivate func digest(at offset: Int) -> Digest {
    precondition(offset >= 0 && offset + 32 <= count, "a digest lies inside the table")
    func word(_ index: Int) -> UInt64 {
      UInt64(bigEndian: loadUnaligned(fromByteOffset: offset + 8 * index, as: UInt64.self))
    }
    return Digest(word(0), word(1), word(2), word(3))
  }
}

/// Why a snapshot is not used.
package enum SnapshotError: Error, Hashable, Sendable {
  /// The table of works is not one of this version, or was altered.
  case damagedTable(reason: String)
  /// The description of the snapshot is none of this version.
  case damagedDescription(reason: String)
  /// A file of the snapshot is not the one that its description names.
  case otherFile(name: String)
  /// A copy can be looked for by a text only, and there was none.
  case noText(Digest)
}

extension SnapshotError: CustomStringConvertible {
  package var description: String {
    let remedy = ": make a new one with 'cadastre snapshot'"
    return switch self {
    case .damagedTable(let reason): "the snapshot's table of works is damaged: \(reason)" + remedy
    case .damagedDescription(let reason):
      "the snapshot's description is damaged: \(reason)" + remedy
    case .noText(let work): "the text of the work \(work.short) is missing: give it to the stream"
    case .otherFile(let name):
      "the snapshot's file '\(name)' is not the one it was made with" + remedy
    }
  }
}
