// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The body of `add-checkpoint` (C2SP tlog-witness): a checkpoint and why it follows an older one.
package struct WitnessRequest: Hashable, Sendable {
  /// The most hashes of a proof.
  package static let maximumProofCount = 63
  /// The largest body, in bytes.
  package static let maximumByteCount = 64 << 10

  /// The size of the checkpoint that the proof begins with.
  package var older: UInt64
  /// The consistency proof, lowest hash first.
  package var proof: [Digest]
  /// The signed note.
  package var note: [UInt8]

  /// Puts a request together.
  package init(older: UInt64, proof: [Digest], note: [UInt8]) {
    self.older = older
    self.proof = proof
    self.note = note
  }

  /// The bytes that are sent.
  package var encoded: [UInt8] {
    let lines = ["old \(older)"] + proof.map { Base64.encode($0.bytes) } + [""]
    return Array(lines.map { $0 + "\n" }.joined().utf8) + note
  }

  /// Reads a body; nil for any other spelling than the one that is sent.
  ///
  /// The note is not looked into.
  package init?(parsing bytes: [UInt8]) {
    guard bytes.count <= Self.maximumByteCount else { return nil }
    var rest = bytes[...]
    func line() -> String? {
      guard let end = rest.firstIndex(of: 0x0a) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return String(validating: rest[..<end], as: UTF8.self)
    }
    guard let first = line(), first.hasPrefix("old "), let size = UInt64(first.dropFirst(4)),
      first.utf8.elementsEqual("old \(size)".utf8)
    else { return nil }
    var proof: [Digest] = []
    while let text = line() {
      if text.isEmpty {
        self.init(older: size, proof: proof, note: Array(rest))
        return
      }
      guard proof.count < Self.maximumProofCount,
        let hash = Base64.decode(text).flatMap({ Digest(bytes: $0) })
      else { return nil }
      proof.append(hash)
    }
    return nil
  }
}
