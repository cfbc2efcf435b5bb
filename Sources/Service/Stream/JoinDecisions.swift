// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Gate
import Merkle
import Primitives
import Register
import Signing
import Storage

/// The second phase over findings that were made elsewhere: joins, derives again, and logs.
package enum JoinDecisions {
  /// The longest line of a finding, in bytes.
  static let longestFinding = 1 << 24

  /// Joins what streams wrote, and logs it as one admission.
  ///
  /// Nothing is signed on somebody's word: each finding on a work is derived again from the log and
  /// the fingerprints, as an audit will.
  ///
  /// - Parameters:
  ///   - paths: The files that `admit --stream` wrote, whole streams one after the other; `-` for
  ///     standard input.
  ///   - snapshot: What they were decided by.
  ///   - place: Where the documents lie, for `train`; may be empty.
  ///   - output: Where to put the manifest file.
  ///   - writer: The register, which must be at the snapshot's position of the log still.
  /// - Returns: The decisions and the manifest.
  /// - Throws: `ServiceError` naming the file and line that does not hold.
  package static func run(
    _ paths: [String], snapshot: AdmissionSnapshot, place: String, output: String?,
    in writer: RegisterWriter
  ) throws -> AdmitCorpus.Result {
    let description = snapshot.description
    try requireSameLog(description, in: writer)
    var findings: [Finding] = []
    for path in paths { findings += try read(path, of: description.digest) }
    guard !findings.isEmpty else {
      throw ServiceError.refused("there are no decisions in '\(paths.joined(separator: "', '"))'")
    }
    let moment = writer.now
    let gate = try AdmitCorpus.gate(
      in: writer, for: description.question, whitelist: snapshot.whitelist, at: moment)
    for finding in findings { try derive(finding, by: gate, in: writer) }
    return try AdmitCorpus.log(
      CorpusDecisions(findings), for: description.question, whitelist: snapshot.whitelist,
      place: place, at: moment, output: output, in: writer)
  }

  private static func requireSameLog(
    _ description: SnapshotDescription, in writer: RegisterWriter
  ) throws {
    guard let verifier = writer.configuration.verifier else {
      throw ConfigurationError.malformed(
        writer.layout.configuration, "its origin is no name of a log")
    }
    guard
      let checkpoint = try? Checkpoint(
        signed: Array(description.checkpoint.utf8), by: verifier),
      checkpoint.size == UInt64(description.treeSize)
    else {
      throw ServiceError.refused("the snapshot is of another register: name the register it is of")
    }
    guard description.treeSize == writer.state.size, checkpoint.root == writer.root else {
      throw ServiceError.refused(
        "the snapshot is of entry \(description.treeSize) and the register has"
          + " \(writer.state.size): make a new one with 'cadastre snapshot' and run the stream again"
      )
    }
  }

  /// Reads whole streams of findings.
  static func read(_ path: String, of snapshot: Digest) throws -> [Finding] {
    var reader =
      path == "-"
      ? LineReader(standardInputWithLongestLine: longestFinding)
      : try LineReader(path: path, longestLine: longestFinding)
    var findings: [Finding] = []
    var ended = 0
    while let block = try reader.next() {
      var start = 0
      var number = block.firstLine
      guard block.skipped == nil else {
        throw refusal(path, number, "it is longer than \(longestFinding) bytes")
      }
      while start < block.bytes.count {
        let end = block.endOfLine(from: start)
        guard end < block.bytes.count else { throw refusal(path, number, "it breaks off") }
        let line: FindingLine
        do {
          line = try FindingLine(json: try JSON.parse(Array(block.bytes[start..<end])))
        } catch {
          throw refusal(path, number, "\(error)")
        }
        switch line {
        case .finding(let finding, _): findings.append(finding)
        case .end(let documents, let named):
          guard documents == findings.count - ended else {
            throw refusal(
              path, number,
              "\(findings.count - ended) decisions stand before the end of a stream"
                + " of \(documents)")
          }
          guard named == snapshot else {
            throw refusal(path, number, "the stream was decided by another snapshot")
          }
          ended = findings.count
        }
        start = end + 1
        number += 1
      }
    }
    guard ended == findings.count else {
      throw ServiceError.refused(
        "'\(path)' breaks off: its last \(findings.count - ended) decisions have no end of a stream:"
          + " run the stream again")
    }
    return findings
  }

  private static func refusal(_ path: String, _ line: Int, _ reason: String) -> ServiceError {
    .refused(
      "line \(line) of '\(path)' is no decision of this snapshot: \(reason): run the stream again")
  }

  private static func derive(
    _ finding: Finding, by gate: Gate, in writer: RegisterWriter
  ) throws {
    let decision = finding.decision
    guard let work = decision.work else {
      // What nobody could read is refused; there is nothing that it could be derived from.
      guard case .unreadable = decision.verdict, finding.yieldsTo.isEmpty else {
        throw ServiceError.refused("the decision on '\(decision.path)' names no work")
      }
      return
    }
    let derived = try gate.finding(
      on: Candidate(
        path: decision.path, byteCount: decision.byteCount,
        content: .work(work, words: nil)))
    let size = writer.state.works[work].map { Int($0.registration.byteCount) }
    guard derived == finding.withoutPassages, size ?? decision.byteCount == decision.byteCount
    else {
      throw ServiceError.refused(
        "the decision on '\(decision.path)' derives otherwise from the register:"
          + " \(derived.decision.verdict.explanation): make a new snapshot and run the stream again"
      )
    }
  }
}
