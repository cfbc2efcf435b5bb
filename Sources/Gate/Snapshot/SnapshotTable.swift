// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Signing

/// The finding on every registered work, for one question and one state of a register, on disk.
///
/// What a work resembles is known as soon as it is registered: a document with the bytes of a work
/// gets the finding that was made on the work when the table was written. Passages stand in it as
/// ranges of words and become ranges of bytes where the text is there, so that neither grams nor an
/// index of them have to leave the register.
///
/// `cdsw0001`, then little-endian numbers: the counts of works, owners and findings and the sizes of
/// the last two parts, 64 bits each. Then a record a work, sorted by digest: digest, number of the
/// owner and of the finding (32 bits each). Then where each owner and each finding ends, 64 bits
/// each, and their bytes: `did:key` texts, and canonical JSON as it stands in a stream, without
/// path, work and owner. Nothing follows.
///
/// Every number is checked when it is used, so that a table that was tampered with gives an error,
/// never what is not in it. Looking up is a binary search; only what is touched is read.
package struct SnapshotTable: @unchecked Sendable {
  static let magic = Array("cdsw0001".utf8)
  static let headerSize = 48
  static let recordSize = 40

  // Never written to, so sharing the pointer between threads is sound.
  private let bytes: UnsafeRawBufferPointer
  /// How many works are in it.
  package let count: Int
  private let owners: TextTable
  private let findings: TextTable
  private let knownOwners = BoundedCache<DIDKey>(limit: Self.mostKnown)
  private let knownFindings = BoundedCache<Finding>(limit: Self.mostKnown)

  /// How many owners and findings are kept as read.
  static let mostKnown = 4096

  /// Reads the header of a table and checks that its parts have room.
  ///
  /// - Parameter bytes: The whole file; must stay as long as the table is used.
  /// - Throws: ``SnapshotError`` for bytes that are no table.
  package init(_ bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
    guard bytes.count >= Self.headerSize, bytes.prefix(8).elementsEqual(Self.magic) else {
      throw .damagedTable(reason: "it does not begin like one")
    }
    let numbers = (1...5).map { bytes.number(at: 8 * $0) }
    // Below 2⁴⁰ nothing that follows can overflow; a number that memory cannot hold reads as negative.
    guard numbers.allSatisfy({ 0 <= $0 && $0 < 1 << 40 }) else {
      throw .damagedTable(reason: "its counts are impossible")
    }
    let ownersStart = Self.headerSize + numbers[0] * Self.recordSize
    let findingsStart = ownersStart + 8 * numbers[1]
    let ownerBytes = findingsStart + 8 * numbers[2]
    let findingBytes = ownerBytes + numbers[3]
    guard findingBytes + numbers[4] == bytes.count else {
      throw .damagedTable(reason: "its size is not that of its parts")
    }
    self.bytes = bytes
    count = numbers[0]
    owners = TextTable(
      ends: UnsafeRawBufferPointer(rebasing: bytes[ownersStart..<findingsStart]),
      texts: UnsafeRawBufferPointer(rebasing: bytes[ownerBytes..<findingBytes]))
    findings = TextTable(
      ends: UnsafeRawBufferPointer(rebasing: bytes[findingsStart..<ownerBytes]),
      texts: UnsafeRawBufferPointer(rebasing: bytes[findingBytes...]))
  }

  /// The finding on a candidate, as the gate that the table was made by would have it.
  ///
  /// - Complexity: O(log n) in the number of works.
  package func finding(on candidate: Candidate) throws(SnapshotError) -> Finding {
    guard case .work(let work, let words) = candidate.content, let record = record(of: work)
    else { return Finding(onUnregistered: candidate) }
    func number(at offset: Int) -> Int {
      Int(bytes.loadUnaligned(fromByteOffset: record + offset, as: UInt32.self).littleEndian)
    }
    let (owner, stored) = (owner(number(at: 32)), stored(number(at: 36)))
    guard let owner else {
      throw .damagedTable(reason: "the owner of the work \(work.short) is none")
    }
    guard let finding = stored?.withPassages(in: words) else {
      throw .damagedTable(reason: "the finding on the work \(work.short) is none")
    }
    return Finding(
      Decision(
        path: candidate.path, work: work, byteCount: candidate.byteCount, owner: owner,
        verdict: finding.decision.verdict),
      yieldsTo: finding.yieldsTo)
  }

  private func owner(_ number: Int) -> DIDKey? {
    knownOwners.value(of: number) {
      owners[number].flatMap { DIDKey(String(decoding: $0, as: UTF8.self)) }
    }
  }

  private func stored(_ number: Int) -> Finding? {
    knownFindings.value(of: number) {
      guard let text = findings[number], let json = try? JSON.parse(Array(text)),
        let finding = try? Finding(json: json), finding.decision.work == nil
      else { return nil }
      return finding
    }
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

extension Finding {
  /// The same finding with the ranges of words made ranges of bytes, or without passages where
  /// there is no text; nil where a range is not in the text.
  fileprivate func withPassages(in words: WordSequence?) -> Finding? {
    guard let words else { return withoutPassages }
    func placed(_ evidence: CopyEvidence) -> CopyEvidence? {
      var passages: [Range<Int>] = []
      for range in evidence.passages {
        guard !range.isEmpty, range.upperBound <= words.count else { return nil }
        passages.append(words.bytes(ofWords: range))
      }
      return evidence.with(passages: passages)
    }
    var yields: [CopyEvidence] = []
    for evidence in yieldsTo {
      guard let evidence = placed(evidence) else { return nil }
      yields.append(evidence)
    }
    guard case .copy(let evidence) = decision.verdict else {
      return Finding(decision, yieldsTo: yields)
    }
    guard let evidence = placed(evidence) else { return nil }
    return Finding(
      Decision(
        path: decision.path, work: decision.work, byteCount: decision.byteCount,
        owner: decision.owner, verdict: .copy(evidence)),
      yieldsTo: yields)
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
}

extension SnapshotError: CustomStringConvertible {
  package var description: String {
    let remedy = ": make a new one with 'cadastre snapshot'"
    return switch self {
    case .damagedTable(let reason): "the snapshot's table of works is damaged: \(reason)" + remedy
    case .damagedDescription(let reason):
      "the snapshot's description is damaged: \(reason)" + remedy
    case .otherFile(let name):
      "the snapshot's file '\(name)' is not the one it was made with" + remedy
    }
  }
}
