// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Gate
import Primitives
import Register
import Signing
import Storage

/// Decides which documents of a corpus may be used, and logs the decisions under one Merkle root.
package enum AdmitCorpus {
  /// The decisions on a corpus, and the manifest of what was admitted.
  package struct Result: Sendable {
    /// All decisions, in the order of the paths.
    package let decisions: [Decision]
    /// What was admitted.
    package let manifest: Manifest
    /// Where `admission.decided` stands in the log.
    package let position: Int
    /// The number of the line that each decision without a work was made on, by its path.
    package let unreadableLines: [String: Int]
  }

  /// Decides on every document of a corpus.
  ///
  /// - Parameters:
  ///   - corpus: The documents.
  ///   - question: What is asked of each document.
  ///   - whitelist: The whitelist that the question names.
  ///   - output: Where to put the manifest file that `train` reads; nil for nowhere.
  ///   - threads: How many threads read and decide; the result is the same for any number.
  ///   - writer: The register.
  /// - Returns: The decisions and the manifest.
  /// - Throws: `ServiceError` where the corpus is missing or empty; a document that cannot be read is
  ///   a refused candidate, not an error.
  package static func run(
    _ corpus: CorpusInput, for question: AdmissionQuestion, whitelist: DeclaredWhitelist? = nil,
    output: String?, threads: Int = 1, in writer: RegisterWriter
  ) throws -> Result {
    let moment = writer.now
    let gate = try gate(in: writer, for: question, whitelist: whitelist, at: moment)
    let findings = try FindingStream.findings(on: corpus, by: gate, threads: threads)
    return try log(
      CorpusDecisions(findings.lazy.map(\.finding)), for: question, whitelist: whitelist,
      place: corpus.place, at: moment, output: output, unreadableLines: findings.unreadableLines,
      in: writer)
  }

  /// The gate of a register as it stands now.
  static func gate(
    in writer: RegisterWriter, for question: AdmissionQuestion, whitelist: DeclaredWhitelist?,
    at moment: Timestamp
  ) throws -> Gate {
    precondition(question.whitelist == whitelist?.digest, "the question names its whitelist")
    return try RegisterGate.make(
      writer.layout, writer.state, for: question, whitelist: whitelist, at: moment)
  }

  /// The second phase: logs the decisions on a corpus under one root, with their files.
  static func log(
    _ decisions: CorpusDecisions, for question: AdmissionQuestion, whitelist: DeclaredWhitelist?,
    place: String, at moment: Timestamp, output: String?, unreadableLines: [String: Int] = [:],
    in writer: RegisterWriter
  ) throws -> Result {
    let layout = writer.layout
    let manifest = decisions.manifest(for: question, treeSize: writer.state.size)
    let record = decisions.record(of: manifest, whitelist: whitelist?.digest)
    let digest = record.manifest
    let position = try writer.append([.admissionDecided(record)], at: moment) {
      if let output { try ManifestFile(corpus: place, manifest: manifest).write(to: output) }
      try FileSystem.createDirectory(layout.admission(digest))
      try DurableFile.write(decisions.fileBytes, to: layout.decisions(digest))
      if let whitelist { try DurableFile.write(whitelist.bytes, to: layout.whitelist(digest)) }
      try DurableFile.write(Array(manifest.json.prettyText.utf8), to: layout.manifest(digest))
    }.lowerBound
    return Result(
      decisions: decisions.decisions, manifest: manifest, position: position,
      unreadableLines: unreadableLines)
  }
}

extension [FindingStream.Numbered] {
  /// The numbers of the lines that could not be read, by the paths of their decisions.
  var unreadableLines: [String: Int] {
    var lines: [String: Int] = [:]
    for numbered in self where numbered.finding.decision.work == nil {
      lines[numbered.finding.decision.path] = numbered.line
    }
    return lines
  }
}
