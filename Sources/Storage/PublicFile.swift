// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
package import Primitives
package import Register

/// A file of a register, other than its log, that anyone may have and an auditor needs.
package struct PublicFile: Hashable, Sendable {
  /// The path below the register's directory.
  package let path: String
  /// The SHA-256 of its bytes where the log binds it; nil where an auditor derives the content.
  package let digest: Digest?

  /// Names a file.
  package init(path: String, digest: Digest? = nil) {
    self.path = path
    self.digest = digest
  }
}

extension PublicFile {
  /// Every public file that the events of a log ask for, in the order of their paths.
  ///
  /// Paths that a log names and `isPublic` does not take are left out: what a stranger's log says
  /// must not lead out of the places where public files lie. States kept for replays are not among
  /// them; the log binds them, but an operator need not keep them.
  package static func all(of state: RegisterState) -> [PublicFile] {
    let layout = RegisterLayout(root: "")
    func file(_ path: String, _ digest: Digest? = nil) -> PublicFile {
      PublicFile(path: String(path.dropFirst()), digest: digest)
    }
    var files = [file(layout.configuration)]
    for list in state.statusLists() { files.append(file(layout.statusList(list))) }
    for (work, registered) in state.works {
      files.append(file(layout.fingerprint(work), registered.registration.fingerprint))
    }
    for evidence in state.signals.flatMap(\.observation.evidence) {
      files.append(file(layout.signal(evidence.digest), evidence.digest))
    }
    for (manifest, admission) in state.admissions {
      files += [file(layout.manifest(manifest)), file(layout.decisions(manifest))]
      if admission.record.whitelist != nil { files.append(file(layout.whitelist(manifest))) }
    }
    for (model, run) in state.runs {
      var contents = run.release?.files ?? [:]
      if let finish = run.finish, contents.isEmpty {
        contents = ["books/books.json": finish.books, "shares.json": finish.shares]
        if let survey = finish.survey { contents["books/survey.json"] = survey }
      }
      for (path, digest) in contents {
        files.append(file("\(layout.model(model))/\(path)", digest))
      }
    }
    for settlement in state.settlements {
      files.append(file(layout.statements(settlement.record), settlement.record.statements))
    }
    return Set(files).filter { isPublic($0.path) }.sorted { $0.path < $1.path }
  }

  /// Whether a path below a register's directory is that of a public file other than the log's.
  ///
  /// Everything is private but what is listed here: keys, openings and the projection are not, nor
  /// is any name that begins with a dot.
  package static func isPublic(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first else { return false }
    let rest = Array(parts.dropFirst())
    switch (first, rest.count) {
    case ("cadastre.json", 0), ("policy", 0): return true
    case ("status", 2):
      return StatusEntry.Purpose(rawValue: rest[0]) != nil && isNumber(rest[1])
    case ("fingerprints", 1):
      return rest[0].hasSuffix(".grams") && isDigest(String(rest[0].dropLast(6)))
    case ("signals", 1): return isDigest(rest[0])
    case ("admissions", 2):
      return isDigest(rest[0])
        && ["manifest.json", "decisions.jsonl", "whitelist.txt"].contains(rest[1])
    case ("models", 2...): return ModelName(rest[0]) != nil && isOfModel(Array(rest.dropFirst()))
    case ("settlements", 1):
      guard rest[0].hasSuffix(".json"), let dash = rest[0].lastIndex(of: "-") else { return false }
      return Period(String(rest[0][..<dash])) != nil
        && isNumber(String(rest[0][dash...].dropFirst().dropLast(5)))
    default: return false
    }
  }

  private static let modelFiles: Set<String> = [
    "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "run.json",
    "shares.json", "books/books.json", "books/course.json", "books/survey.json", "books/spans.sa",
    "books/displacements/index.json",
  ]

  private static func isOfModel(_ parts: [String]) -> Bool {
    if modelFiles.contains(parts.joined(separator: "/")) { return true }
    if parts.count == 2, parts[0] == "checkpoints" {
      return parts[1].hasSuffix(".state") && isNumber(String(parts[1].dropLast(6)))
    }
    return parts.count == 3 && parts[0] == "books" && parts[1] == "displacements"
      && parts[2].hasSuffix(".bin") && parts[2].dropLast(4).utf8.count >= 2
      && parts[2].dropLast(4).utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func isDigest(_ text: String) -> Bool { Digest(hex: text)?.hex == text }

  private static func isNumber(_ text: String) -> Bool {
    Int(text).map { "\($0)" == text && $0 >= 0 } ?? false
  }
}

extension RegisterLayout {
  /// Which witnesses must cosign the log's checkpoints (C2SP tlog-policy); there may be none.
  package var policy: String { root + "/policy" }
  /// The newest checkpoint that met the quorum; outside of the log, whose writer knows nothing of it.
  package var witnessedCheckpoint: String { root + "/witnessed/checkpoint" }
}
