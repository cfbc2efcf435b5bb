// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Finds which registered works a text shares passages with.
///
/// An open-addressing table from gram to the works that have it: twelve bytes a slot at most half
/// full, and eight for each work that has the gram. Adding and asking are linear in the text.
package struct FingerprintIndex: Sendable {
  /// How many passages of a match are kept for a reader, longest first.
  package static let passagesShown = 5

  private struct Posting {
    var work: Int32
    var next: Int32
  }

  private struct Entry {
    var work: Digest
    var gramCount: Int
    var sequence: UInt64
  }

  private var entries: [Entry] = []
  private var keys: [UInt64]
  /// The first posting of each slot's gram; -1 where the slot is free.
  private var heads: [Int32]
  private var postings: [Posting] = []
  private var usedSlots = 0

  /// Starts without works.
  package init() {
    keys = Array(repeating: 0, count: 1024)
    heads = Array(repeating: -1, count: 1024)
  }

  /// How many works were added.
  package var workCount: Int { entries.count }

  /// Adds a work; the same identifier may be added once only.
  ///
  /// - Parameters:
  ///   - fingerprint: The work's grams.
  ///   - work: The SHA-256 of its bytes, or another identifier of the caller.
  package mutating func add(_ fingerprint: Fingerprint, of work: Digest) {
    let number = Int32(entries.count)
    let grams = fingerprint.grams
    entries.append(Entry(work: work, gramCount: grams.count, sequence: fingerprint.sequence))
    for gram in grams {
      if 2 * (usedSlots + 1) > keys.count { grow() }
      let slot = slot(of: gram)
      if heads[slot] < 0 {
        keys[slot] = gram
        usedSlots += 1
      }
      postings.append(Posting(work: number, next: heads[slot]))
      heads[slot] = Int32(postings.count - 1)
    }
  }

  /// Every registered work that shares at least one gram with a text, the closest first.
  ///
  /// Passages can only be shown where the text is there. Counts and lengths do not need it, so
  /// every decision can be derived again from fingerprints alone.
  ///
  /// - Parameters:
  ///   - submission: The text's fingerprint.
  ///   - words: The text the fingerprint was made from, if passages are wanted.
  /// - Returns: The matches, and how much of the submission any registered work has.
  package func resemblances(
    of submission: Fingerprint, words: WordSequence? = nil
  ) -> Resemblances {
    precondition(
      words.map { $0.count == submission.wordCount } ?? true,
      "passages are shown in the text that the fingerprint was made from")
    var shared = [Int](repeating: 0, count: entries.count)
    var covered = 0
    let grams = submission.grams
    for gram in grams {
      var posting = heads[slot(of: gram)]
      if posting >= 0 { covered += 1 }
      while posting >= 0 {
        shared[Int(postings[Int(posting)].work)] += 1
        posting = postings[Int(posting)].next
      }
    }
    let runs = covered > 0 ? runs(in: submission) : []
    var matches: [Resemblance] = []
    for (number, entry) in entries.enumerated() where shared[number] > 0 {
      matches.append(
        Resemblance(
          work: entry.work, sharedGrams: shared[number], submittedGrams: grams.count,
          registeredGrams: entry.gramCount, isSameText: entry.sequence == submission.sequence,
          longestPassageWords: runs[number].longestWordCount(in: submission),
          passages: words.map { runs[number].longest(Self.passagesShown, in: $0) } ?? []))
    }
    matches.sort {
      $0.sharedGrams != $1.sharedGrams ? $0.sharedGrams > $1.sharedGrams : $0.work < $1.work
    }
    return Resemblances(
      matches: matches, submittedGrams: grams.count, coveredGrams: covered)
  }

  /// Every registered work that shares at least one gram with the text, with the passages.
  package func resemblances(of words: WordSequence) -> Resemblances {
    resemblances(of: Fingerprint(words), words: words)
  }

  /// The stretches that a text shares with each work, in the works' order.
  private func runs(in submission: Fingerprint) -> [PassageRuns] {
    var runs = Array(repeating: PassageRuns(), count: entries.count)
    for (position, gram) in submission.gramsInOrder.enumerated() {
      var posting = heads[slot(of: gram)]
      while posting >= 0 {
        runs[Int(postings[Int(posting)].work)].add(position)
        posting = postings[Int(posting)].next
      }
    }
    return runs
  }

  /// The slot that holds the gram, or the free one where it belongs.
  ///
  /// Chosen by the gram's highest bits, so that ascending grams walk through memory in order.
  private func slot(of gram: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: gram >> UInt64(64 - mask.nonzeroBitCount))
    while heads[slot] >= 0, keys[slot] != gram { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let (oldKeys, oldHeads) = (keys, heads)
    keys = Array(repeating: 0, count: oldKeys.count * 2)
    heads = Array(repeating: -1, count: oldKeys.count * 2)
    for (old, head) in oldHeads.enumerated() where head >= 0 {
      let slot = slot(of: oldKeys[old])
      keys[slot] = oldKeys[old]
      heads[slot] = head
    }
  }
}

/// Collects the stretches of a text in which every gram matches.
private struct PassageRuns {
  private var runs: [Range<Int>] = []

  /// Notes a matching gram; positions come in ascending order.
  mutating func add(_ position: Int) {
    if let last = runs.last, position <= last.upperBound {
      runs[runs.count - 1] = last.lowerBound..<position + 1
    } else {
      runs.append(position..<position + 1)
    }
  }

  /// The words of the longest stretch; zero without any.
  func longestWordCount(in text: Fingerprint) -> Int {
    guard let longest = runs.lazy.map(\.count).max() else { return 0 }
    return min(longest + GramHash.length - 1, text.wordCount)
  }

  /// The longest stretches as passages, longest first, then in the order of the text.
  func longest(_ count: Int, in words: WordSequence) -> [Passage] {
    let ordered = runs.sorted {
      $0.count != $1.count ? $0.count > $1.count : $0.lowerBound < $1.lowerBound
    }
    return ordered.prefix(count).map { run in
      let end = min(run.upperBound + GramHash.length - 1, words.count)
      return Passage(
        bytes: words.bytes(ofWords: run.lowerBound..<end), wordCount: end - run.lowerBound)
    }
  }
}
