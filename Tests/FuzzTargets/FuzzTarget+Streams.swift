// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Gate
import Glibc
import Primitives
import Register
import Signing

extension FuzzTarget {
  /// What a corpus in parts is made of: lines in, findings out, the files that they rest on.
  static let streams: [FuzzTarget] = [
    FuzzTarget("document-line") { bytes in
      let text = DocumentLine.text(of: bytes.span)
      let strict = try? JSON.parse(bytes)
      var expected = strict?["text"]?.string.map { Array($0.utf8) }
      if strict?["text"] == nil { expected = strict?["base64"]?.string.flatMap(Base64.decode) }
      if let text, text != expected { return "the quick reading of a line is not the strict one" }
      let path = strict?["path"]?.string.map { !$0.isEmpty && $0.utf8.count <= 4096 } ?? false
      if text == nil, expected != nil, path { return "a document was not seen in its line" }
      _ = DocumentLine.candidate(bytes.span)
      return nil
    },
    FuzzTarget("finding-line") { bytes in
      let json = try JSON.parse(bytes)
      return try FindingLine(json: json).json == json ? nil : "a finding is written otherwise"
    },
    FuzzTarget("snapshot") { bytes in
      let json = try JSON.parse(bytes)
      return try SnapshotDescription(json: json).json == json
        ? nil : "a snapshot's description is written otherwise"
    },
    FuzzTarget("snapshot-table") { bytes in
      try bytes.withUnsafeBytes { buffer in
        let table = try SnapshotTable(buffer)
        // The digest of every stretch that could be a record's.
        for start in stride(from: 0, to: max(0, bytes.count - 31), by: 8) {
          guard let work = Digest(bytes: bytes[start..<start + 32]) else { continue }
          _ = try? table.finding(
            on: Candidate(path: "x", byteCount: 1, content: .work(work, words: nil)))
        }
        return nil
      }
    },
    FuzzTarget("whitelist") { bytes in
      let list = try DeclaredWhitelist(bytes).list
      return try Whitelist(utf8: bytes + Array("\n%\n".utf8)) == list
        ? nil : "a separator at the end is another list"
    },
    FuzzTarget("gram-index") { bytes in
      let path = "/tmp/cadastre-fuzz-\(getpid()).index"
      guard let file = fopen(path, "w") else { return nil }
      // With checksums made here, or nearly every altered file would be stopped at the door.
      let whole = GramIndexFile.sealed(bytes)
      fwrite(whole, 1, whole.count, file)
      fclose(file)
      defer { unlink(path) }
      let index = GramIndex(try GramIndexFile(path: path))
      let text = Array("In the beginning God created the heaven and the earth. And the earth".utf8)
      _ = try index.resemblances(of: try Fingerprint(utf8: text))
      _ = try index.nearDuplicates()
      return nil
    },
    FuzzTarget("status-list") { bytes in
      guard let key = SecretKey(seed: [UInt8](repeating: 7, count: 32)) else { return nil }
      guard var document = try JSON.parse(bytes).object else { return nil }
      // Signed here, so that what follows the signature is read at all.
      document["proof"] = nil
      document["issuer"] = .string(DIDKey(key.publicKey).text)
      let signed = try DataIntegrity.sign(
        document: .object(document), key: key, created: Timestamp(secondsSinceEpoch: 0))
      let list = try StatusList(credential: signed, issuer: DIDKey(key.publicKey))
      let again = try list.credential(signedBy: key, at: Timestamp(secondsSinceEpoch: 0))
      return try StatusList(credential: again, issuer: DIDKey(key.publicKey)) == list
        ? nil : "a status list is written otherwise"
    },
  ]
}
