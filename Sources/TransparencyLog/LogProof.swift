// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Merkle
package import Primitives
package import Signing

/// The proof that an entry is in a log, as one text that can be checked without the log.
///
/// C2SP tlog-proof: the entry's place, the hashes from its leaf to the root, and the signed
/// checkpoint as the log and its witnesses published it. What is proven is that the log signed a
/// tree with this entry in it; what the entry says is for its own signature to answer for.
package struct LogProof: Hashable, Sendable {
  /// The first line of every proof.
  package static let header = "c2sp.org/tlog-proof@v1"
  /// What the names of such files end in.
  package static let suffix = ".tlog-proof"
  /// The largest proof that is read, in bytes: the largest note and the largest entry in Base64.
  package static let maximumByteCount = 1_100_000
  /// The most hashes that are read: a tree has fewer than 2⁶⁴ entries.
  package static let maximumPathLength = 64

  /// Further data that nothing in the proof vouches for; this project puts the entry here.
  package var extra: [UInt8]?
  /// The place of the entry in the log, from 0.
  package var index: UInt64
  /// The sibling hashes, the leaf's own first.
  package var path: [Digest]
  /// The signed checkpoint, byte for byte, cosignatures included.
  package var checkpoint: [UInt8]

  /// Puts a proof together; nothing is checked before `verify`.
  package init(extra: [UInt8]?, index: UInt64, path: [Digest], checkpoint: [UInt8]) {
    self.extra = extra
    self.index = index
    self.path = path
    self.checkpoint = checkpoint
  }

  /// The bytes of the file.
  package var encoded: [UInt8] {
    var lines = [Self.header]
    if let extra { lines.append("extra " + Base64.encode(extra)) }
    lines.append("index \(index)")
    lines += path.map { Base64.encode($0.bytes) }
    return Array((lines.joined(separator: "\n") + "\n\n").utf8) + checkpoint
  }

  /// Reads a proof; nothing is verified yet.
  ///
  /// - Throws: `LogProofError.malformed` with the line at fault, counted from 1, or `.tooLarge`.
  package init(parsing bytes: [UInt8]) throws(LogProofError) {
    guard bytes.count <= Self.maximumByteCount else { throw .tooLarge(byteCount: bytes.count) }
    var rest = bytes[...]
    var number = 0
    /// The next line without its newline.
    func line() throws(LogProofError) -> String {
      number += 1
      guard let end = rest.firstIndex(of: 0x0a),
        let text = String(validating: rest[..<end], as: UTF8.self)
      else { throw .malformed(line: number) }
      rest = rest[(end + 1)...]
      return text
    }
    guard try line().utf8.elementsEqual(Self.header.utf8) else { throw .malformed(line: number) }
    var text = try line()
    if text.hasPrefix("extra ") {
      guard let data = Base64.decode(String(text.dropFirst(6))) else {
        throw .malformed(line: number)
      }
      extra = data
      text = try line()
    }
    guard text.hasPrefix("index "), let index = UInt64(text.dropFirst(6)),
      text.utf8.elementsEqual("index \(index)".utf8)
    else { throw .malformed(line: number) }
    self.index = index
    path = []
    while true {
      let text = try line()
      if text.isEmpty { break }
      guard path.count < Self.maximumPathLength, let bytes = Base64.decode(text),
        let hash = Digest(bytes: bytes)
      else { throw .malformed(line: number) }
      path.append(hash)
    }
    guard !rest.isEmpty else { throw .malformed(line: number + 1) }
    checkpoint = Array(rest)
  }

  /// Checks that the log signed a tree that has this entry at this place.
  ///
  /// The signature must be that of the log's own name and key; no other key's counts for it.
  ///
  /// - Parameters:
  ///   - entry: The bytes of the entry, from wherever: they are hashed here.
  ///   - verifier: The log's key, from a source that the reader trusts.
  /// - Returns: The checkpoint that vouches for the entry.
  /// - Throws: `LogProofError`.
  package func verify(
    entry: [UInt8], by verifier: NoteVerifier
  ) throws(LogProofError) -> Checkpoint {
    let signed: Checkpoint
    do throws(NoteError) {
      signed = try Checkpoint(signed: checkpoint, by: verifier)
    } catch {
      throw .checkpoint(error)
    }
    let hasher = SHA256Tree()
    let proof = InclusionProof(index: index, size: signed.size, path: path)
    switch proof.verify(leafHash: hasher.leaf(entry), root: signed.root, hasher: hasher) {
    case .valid: return signed
    case .invalid(let fault): throw .inclusion(fault)
    }
  }
}

/// Why a proof shows nothing.
package enum LogProofError: Error, Hashable, Sendable {
  /// The file is larger than any proof.
  case tooLarge(byteCount: Int)
  /// A line, counted from 1, is not what the format asks for there.
  case malformed(line: Int)
  /// The checkpoint is not one that the log signed.
  case checkpoint(NoteError)
  /// The hashes do not lead from the entry to the signed root.
  case inclusion(ProofFault)
}

extension LogProofError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooLarge(let byteCount):
      "a file of \(byteCount) bytes is no proof: one has at most \(LogProof.maximumByteCount)"
    case .malformed(let line):
      "line \(line) is not what a proof has there: ask for the file again (\(LogProof.header))"
    case .checkpoint(let error): "the checkpoint in the proof is not accepted: \(error)"
    case .inclusion(let fault): "the entry is not shown to be in the log: \(fault)"
    }
  }
}
