// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// Reads documents, one a line, builds an index of the library and prints one line of JSON with the
// seconds that fingerprints and look-ups take on one thread. Driven by `Benchmarks/peers/gate.py`:
//   gate-benchmark DOCUMENTS LIBRARY SCRATCH_DIRECTORY

import BenchmarkSupport
import Gate
import Glibc
import Primitives
import Storage

guard CommandLine.arguments.count == 4 else {
  fail("documents, the library and a directory are needed")
}
let bench = try GateBench(
  documents: CommandLine.arguments[1], library: CommandLine.arguments[2],
  directory: CommandLine.arguments[3])
print(try bench.json())

/// Documents and an index to look them up in.
struct GateBench {
  private let documents: [[UInt8]]
  private let index: GramIndex
  private let buildSeconds: Double
  private let indexBytes: Int
  private let libraryBytes: Int
  private let libraryWords: Int

  init(documents path: String, library: String, directory: String) throws {
    documents = readFile(path).split(separator: 10).map { Array($0) }
    guard !documents.isEmpty else { fail("\(path) holds no documents") }
    let folder = library + "/texts"
    let texts = try FileSystem.listDirectory(folder).sorted().map { readFile(folder + "/" + $0) }
    let prints = try texts.map { try Fingerprint(utf8: $0) }
    libraryBytes = texts.reduce(0) { $0 + $1.count }
    libraryWords = prints.reduce(0) { $0 + $1.wordCount }
    let target = directory + "/index"
    let began = seconds(CLOCK_PROCESS_CPUTIME_ID)
    var builder = try GramIndexBuilder(path: target)
    for (number, print) in prints.enumerated() {
      let digest = Digest(0, 0, 0, UInt64(number))
      try builder.add(print, of: IndexedWork(digest, fingerprint: digest))
    }
    try builder.finish()
    buildSeconds = seconds(CLOCK_PROCESS_CPUTIME_ID) - began
    index = GramIndex(try GramIndexFile(path: target))
    indexBytes = readFile(target).count
  }

  /// The measurements.
  func json() throws -> String {
    var checks = 0
    let words = try measure { checks += try WordSequence(utf8: $0).count }
    let prints = try measure { checks += try Fingerprint(utf8: $0).gramsInOrder.count }
    let sequences = try documents.map { try WordSequence(utf8: $0) }
    var place = 0
    let grams = try measure { _ in
      checks += Fingerprint(sequences[place % sequences.count]).gramsInOrder.count
      place += 1
    }
    var derived = 0
    let lookups = try measure { document in
      let matches = try index.resemblances(of: try Fingerprint(utf8: document))
      derived += matches.contains { DerivationRule.standard.reason(for: $0) != nil } ? 1 : 0
    }
    let bytes = documents.reduce(0) { $0 + $1.count }
    let fields: [(String, String)] = [
      ("documents", "\(documents.count)"), ("bytes", "\(bytes)"), ("words", "\(words)"),
      ("fingerprints", "\(prints)"), ("grams", "\(grams)"), ("lookups", "\(lookups)"),
      ("derived", "\(derived)"),
      ("checks", "\(checks)"), ("build", "\(buildSeconds)"), ("indexBytes", "\(indexBytes)"),
      ("libraryBytes", "\(libraryBytes)"), ("libraryWords", "\(libraryWords)"),
    ]
    return "{" + fields.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
  }

  /// The processor time of one pass over all documents; the first pass only warms up.
  private func measure(_ body: ([UInt8]) throws -> Void) throws -> Double {
    for document in documents { try body(document) }
    let began = seconds(CLOCK_PROCESS_CPUTIME_ID)
    for document in documents { try body(document) }
    return seconds(CLOCK_PROCESS_CPUTIME_ID) - began
  }
}
