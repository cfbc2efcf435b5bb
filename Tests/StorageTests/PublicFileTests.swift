// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Storage
import Testing

@Suite struct PublicFileTests {
  private static let digest = String(repeating: "0a", count: 32)

  @Test(arguments: [
    "cadastre.json", "policy", "status/revocation/0", "status/suspension/12",
    "fingerprints/\(digest).grams", "signals/\(digest)", "admissions/\(digest)/manifest.json",
    "admissions/\(digest)/decisions.jsonl", "admissions/\(digest)/whitelist.txt",
    "models/poems-1m/model.safetensors", "models/poems-1m/books/books.json",
    "models/poems-1m/books/displacements/01.bin", "models/poems-1m/checkpoints/3.state",
    "settlements/2026-Q4-1.json", "settlements/2026-1.json",
  ]) func `What an auditor needs is public`(_ path: String) {
    #expect(PublicFile.isPublic(path))
  }

  @Test(arguments: [
    "", "/", "keys", "keys/operator.json", "openings.sqlite", "openings.sqlite-wal",
    "register.sqlite", "log.lock", "log", "log/checkpoint", "witnessed/checkpoint.lock",
    "cadastre.json/", "/cadastre.json", "./cadastre.json", "../cadastre.json", "CADASTRE.JSON",
    "status/revocation", "status/other/0", "status/revocation/00", "status/revocation/-1",
    "status/revocation/../../keys/operator.json", "fingerprints/\(digest)",
    "fingerprints/\(digest.uppercased()).grams", "fingerprints/../keys/operator.json",
    "signals/\(digest.dropLast())", "signals/..", "admissions/\(digest)/.hidden",
    "admissions/\(digest)/other.json", "models/poems-1m/.corpus", "models/poems-1m/.state",
    "models/poems-1m/", "models/poems-1m", "models/../keys/operator.json",
    "models/poems-1m/../../keys/operator.json", "models/poems-1m/books/other.json",
    "models/poems-1m/books/displacements/../books.json", "models/poems-1m/checkpoints/a.state",
    "models/poems-1m/checkpoints/.state", "settlements/2026-Q5-1.json", "settlements/x-1.json",
    "settlements/2026-Q4-.json", "settlements/2026-Q4-1", "\u{0}", "policy\u{0}", "policy\n",
  ]) func `Everything else is not`(_ path: String) {
    #expect(!PublicFile.isPublic(path))
  }
}
