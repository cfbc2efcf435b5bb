// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Signing
import TestSupport

@testable import Gate

/// Compares a text with every work, one after the other: what an index must agree with.
struct NaiveIndex {
  private var works: [(work: Digest, print: Fingerprint)] = []

  mutating func add(_ print: Fingerprint, of work: Digest) {
    works.append((work, print))
  }

  func resemblances(
    of submission: Fingerprint, words: WordSequence? = nil, leavingOut whitelist: Whitelist = .none,
    among isAsked: (Digest) -> Bool = { _ in true }
  ) -> [Resemblance] {
    let text = ComparedText(submission, words: words, leavingOut: whitelist)
    return works.filter { isAsked($0.work) }.compactMap { work, print in
      text.compare(
        with: ComparedText.Registered(
          work: work, wordCount: print.wordCount, sequence: print.sequence),
        grams: print.grams.span, shortGrams: print.shortGrams.span)
    }.sorted {
      $0.sharedGrams != $1.sharedGrams ? $0.sharedGrams > $1.sharedGrams : $0.work < $1.work
    }
  }

  func resemblances(of words: WordSequence) -> [Resemblance] {
    resemblances(of: Fingerprint(words), words: words)
  }
}

extension GramIndex {
  /// An index in files without a name, of fingerprint files.
  static func temporary(
    _ works: [IndexedWork], load: (Digest) throws -> [UInt8]
  ) throws -> GramIndex {
    let directory = try TemporaryDirectory()
    return try GramIndex.empty.extended(
      to: works, in: directory.path, isKept: false, load: load)
  }

  /// An index of fingerprints, whose works go by their numbers.
  static func temporary(_ prints: [Fingerprint]) throws -> GramIndex {
    let files = prints.map(\.encoded)
    return try temporary(
      files.enumerated().map { IndexedWork(identifier($0), fingerprint: SHA256.digest($1)) },
      load: { files[Int($0.word3)] })
  }

  func resemblances(of words: WordSequence) throws -> [Resemblance] {
    try resemblances(of: Fingerprint(words), words: words)
  }
}
