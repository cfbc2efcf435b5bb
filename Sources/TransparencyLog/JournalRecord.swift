// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
package import Primitives
package import Signing

/// How far a log has come: its size and root, without anybody's signature.
package struct LogState: Hashable, Sendable {
  /// The number of entries.
  package let size: UInt64
  /// The root of the tree of all entries.
  package let root: Digest

  /// States a size and a root.
  package init(size: UInt64, root: Digest) {
    self.size = size
    self.root = root
  }
}

/// One append, as the journal keeps it until its files are durable: where it began, where it ends, and
/// the entries between.
///
/// On the disk: the bytes of `content`; an Ed25519 signature of the log's key over the text `cadastre
/// log journal` with their SHA-256; and SHA-256 of that digest and the signature, which tells a record
/// that was cut off from one of another key. A replay makes the log sign a checkpoint, so only what
/// the log's own key put into the journal is replayed.
package struct JournalRecord: Hashable, Sendable {
  /// Why bytes are no record.
  package enum Fault: Error, Hashable, Sendable {
    /// Nothing was written there yet.
    case empty
    /// Cut off, garbled, or with sizes that contradict each other.
    case malformed
    /// Whole, but not by the key of this log.
    case notSigned
  }

  private static let magic: UInt64 = 0x6364_6a72_6e6c_3031  // cdjrnl01
  /// The bytes before the entries.
  package static let headByteCount = 8 + 8 + 2 * (8 + Digest.byteCount)
  private static let tailByteCount = Digest.byteCount + PublicKey.signatureByteCount

  /// The state that the append found.
  package let older: LogState
  /// The state that it makes.
  package let newer: LogState
  /// The entries that it adds, at least one.
  package let entries: [[UInt8]]

  /// States an append.
  ///
  /// - Precondition: the sizes differ by the number of entries, which is not 0, and no entry is
  ///   larger than `EntryBundle.maximumEntryByteCount`.
  package init(older: LogState, newer: LogState, entries: [[UInt8]]) {
    precondition(
      !entries.isEmpty && older.size + UInt64(entries.count) == newer.size,
      "a record's entries lead from its older size to its newer one")
    self.older = older
    self.newer = newer
    self.entries = entries
  }

  // MARK: - Writing

  /// The bytes that are signed: `cdjrnl01`, the length of the entries, older size and root, newer size
  /// and root, and the entries as C2SP tlog-tiles bundles them; integers big-endian, 64 bits.
  package var content: [UInt8] {
    var bytes: [UInt8] = []
    let bodyByteCount = entries.reduce(0) { $0 + 2 + $1.count }
    bytes.reserveCapacity(Self.headByteCount + bodyByteCount + Self.tailByteCount)
    var head = ByteWriter()
    head.writeBigEndian(Self.magic)
    head.writeBigEndian(UInt64(bodyByteCount))
    for state in [older, newer] {
      head.writeBigEndian(state.size)
      head.write(state.root.bytes)
    }
    bytes += head.bytes
    for entry in entries { EntryBundle.append(entry, to: &bytes) }
    return bytes
  }

  /// The whole record as it is written.
  package func encoded(signedBy signer: NoteSigner) -> [UInt8] {
    Self.seal(content, by: signer)
  }

  /// Adds signature and digest to content, whatever that is.
  package static func seal(_ content: [UInt8], by signer: NoteSigner) -> [UInt8] {
    let digest = SHA256.digest(content)
    let signature = signer.sign(note(of: digest)).signatures[0].bytes
    return content + signature + SHA256.digest(digest.bytes + signature).bytes
  }

  private static func note(of digest: Digest) -> String { "cadastre log journal\n\(digest.hex)\n" }

  // MARK: - Reading

  /// How many bytes the record has that begins with these; nil where none does.
  package static func byteCount(beginningWith head: [UInt8]) -> UInt64? {
    var reader = ByteReader(head)
    guard let magic: UInt64 = reader.readBigEndian(), magic == Self.magic,
      let body: UInt64 = reader.readBigEndian()
    else { return nil }
    let (count, overflows) = body.addingReportingOverflow(
      UInt64(headByteCount + tailByteCount))
    return overflows ? nil : count
  }

  /// Reads the record at the beginning of a file; what stands behind it is left from others.
  ///
  /// - Complexity: O(*n*) for the bytes of the record.
  package init(
    atBeginningOf bytes: [UInt8], signedBy verifier: NoteVerifier
  ) throws(Fault) {
    guard bytes.count >= Self.headByteCount else {
      throw bytes.contains { $0 != 0 } ? .malformed : .empty
    }
    var reader = ByteReader(bytes)
    guard let magic: UInt64 = reader.readBigEndian(), let body: UInt64 = reader.readBigEndian()
    else { throw .malformed }
    if magic == 0, body == 0 { throw .empty }
    let room = bytes.count - Self.headByteCount - Self.tailByteCount
    guard magic == Self.magic, room >= 0, body <= UInt64(room) else { throw .malformed }
    let end = Self.headByteCount + Int(body)
    let content = Array(bytes[..<end])
    let digest = SHA256.digest(content)
    let signature = Array(bytes[end..<end + PublicKey.signatureByteCount])
    let check = bytes[(end + PublicKey.signatureByteCount)..<(end + Self.tailByteCount)]
    guard check.elementsEqual(SHA256.digest(digest.bytes + signature).bytes) else {
      throw .malformed
    }
    guard
      verifier.publicKey.verify(
        signature: signature, message: Array(Self.note(of: digest).utf8))
    else { throw .notSigned }
    try self.init(content: content)
  }

  /// Reads what `content` wrote.
  package init(content: [UInt8]) throws(Fault) {
    var reader = ByteReader(content)
    func state() -> LogState? {
      guard let size: UInt64 = reader.readBigEndian(),
        let bytes = reader.read(count: Digest.byteCount), let root = Digest(bytes: Array(bytes))
      else { return nil }
      return LogState(size: size, root: root)
    }
    guard let magic: UInt64 = reader.readBigEndian(), magic == Self.magic,
      let body: UInt64 = reader.readBigEndian(), let older = state(), let newer = state(),
      body == UInt64(reader.remaining), newer.size > older.size,
      // Each entry has a length of two bytes: more of them do not fit, whatever the sizes say.
      newer.size - older.size <= body / 2
    else { throw .malformed }
    let rest = reader.read(count: reader.remaining).map(Array.init) ?? []
    guard let entries = EntryBundle.decode(rest, count: Int(newer.size - older.size)) else {
      throw .malformed
    }
    self.init(older: older, newer: newer, entries: entries)
  }
}
