// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Gate
import Kernels
import Primitives
import Signing
package import Storage

/// The first phase over a whole input: a finding for each document, in the order of the input.
///
/// Documents are read and decided on several threads; the result is the same for any number.
package enum FindingStream {
  /// A finding and where its document stood: the number of its line, from 1.
  package struct Numbered: Sendable {
    /// The finding.
    package let finding: Finding
    /// The number of the line.
    package let line: Int
  }

  /// The findings on all documents of an input.
  ///
  /// - Throws: `StorageError` where the input cannot be read, `ServiceError` where it holds nothing,
  ///   what the source throws. A document that cannot be read is a refused one, not an error.
  package static func findings(
    on input: CorpusInput, by source: some AdmissionSource, threads: Int
  ) throws -> [Numbered] {
    var all: [Numbered] = []
    switch input {
    case .directory(let directory):
      var paths = try paths(of: directory).makeIterator()
      try OrderedWork.run(
        threads: threads, next: { paths.next() },
        work: { try source.finding(on: candidate(directory, $0)) },
        give: { all.append(Numbered(finding: $0, line: all.count + 1)) })
    case .lines(let path):
      var reader = try LineReader(path: path, longestLine: DocumentLine.longest)
      try decide(&reader, by: source, threads: threads, make: { $0 }, give: { all += $0 })
    case .standardInput:
      var reader = LineReader(standardInputWithLongestLine: DocumentLine.longest)
      try decide(&reader, by: source, threads: threads, make: { $0 }, give: { all += $0 })
    }
    guard !all.isEmpty else { throw ServiceError.refused("the corpus holds no documents") }
    return all
  }

  /// Writes a line for each line read, and one for the end.
  ///
  /// - Parameters:
  ///   - reader: The documents.
  ///   - snapshot: What they are decided by.
  ///   - threads: How many threads decide.
  ///   - write: Takes whole lines, in order.
  /// - Returns: How many documents there were.
  /// - Throws: What reading, the snapshot or `write` throws.
  @discardableResult
  package static func write(
    _ reader: inout LineReader, by snapshot: AdmissionSnapshot, threads: Int,
    to write: ([UInt8]) throws -> Void
  ) throws -> Int {
    var documents = 0
    try decide(&reader, by: snapshot, threads: threads) { findings in
      var bytes: [UInt8] = []
      for numbered in findings {
        let isRead = numbered.finding.decision.work != nil
        let line = FindingLine.finding(numbered.finding, line: isRead ? nil : numbered.line)
        bytes += line.json.canonicalBytes
        bytes.append(UInt8(ascii: "\n"))
      }
      return (bytes, findings.count)
    } give: { bytes, count in
      documents += count
      try write(bytes)
    }
    let end = FindingLine.end(documents: documents, snapshot: snapshot.description.digest)
    try write(end.json.canonicalBytes + [UInt8(ascii: "\n")])
    return documents
  }

  private static func decide<Output>(
    _ reader: inout LineReader, by source: some AdmissionSource, threads: Int,
    make: ([Numbered]) -> Output, give: (Output) throws -> Void
  ) throws {
    try OrderedWork.run(
      threads: threads, next: { try reader.next() },
      work: { make(try findings(in: $0, by: source)) }, give: give)
  }

  /// The findings on the lines of one block.
  private static func findings(
    in block: LineBlock, by source: some AdmissionSource
  ) throws -> [Numbered] {
    if let line = block.skipped {
      let candidate = DocumentLine.unreadable(
        line.digest, byteCount: line.byteCount, reason: .tooLong(limit: DocumentLine.longest))
      return [Numbered(finding: try source.finding(on: candidate), line: block.firstLine)]
    }
    var findings: [Numbered] = []
    let bytes = block.bytes.span
    var start = 0
    while start < bytes.count {
      let end = block.endOfLine(from: start)
      let candidate = DocumentLine.candidate(bytes.extracting(start..<end))
      findings.append(
        Numbered(
          finding: try source.finding(on: candidate), line: block.firstLine + findings.count))
      start = end + 1
    }
    return findings
  }

  // MARK: - Files

  private static func paths(of directory: String) throws -> [String] {
    guard FileSystem.directoryExists(directory) else {
      throw ServiceError.refused(
        "the corpus '\(directory)' is no directory: give one that holds texts, a file of lines"
          + " whose name ends in .jsonl, or - for standard input")
    }
    let paths = try FileSystem.visibleFilesBelow(directory)
    guard !paths.isEmpty else {
      throw ServiceError.refused("the corpus '\(directory)' holds no files")
    }
    return paths
  }

  private static func candidate(_ directory: String, _ path: String) -> Candidate {
    do {
      let bytes = try FileSystem.readFile(directory + "/" + path, limit: AddWorks.largestWork)
      do {
        let words = try WordSequence(utf8: bytes)
        return Candidate(
          path: path, byteCount: bytes.count,
          content: .work(SHA256.digest(bytes), words: words))
      } catch {
        return Candidate(path: path, byteCount: bytes.count, content: .unreadable("\(error)"))
      }
    } catch {
      // The path of the error names this machine; the decision is public.
      return Candidate(
        path: path, byteCount: 0, content: .unreadable("\(DocumentLineError.notRead)"))
    }
  }
}
