// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Finds which registered works a text shares passages with; exact, and held in memory.
///
/// An open-addressing table from gram to the works that have it: twelve bytes a slot at most half
/// full, and sixteen for each gram of each work. Adding and asking are linear in the text. For more
/// works than memory holds there is ``GramIndexFile``.
package struct FingerprintIndex: Sendable {
  private struct Posting {
    var work: Int32
    var next: Int32
  }

  private struct Entry {
    var registered: ComparedText.Registered
    var owner: Digest
    var grams: [UInt64]
    var shortGrams: [UInt64]
  }

  /// Which grams count.
  package let counting: GramCounting
  private var entries: [Entry] = []
  private var keys: [UInt64]
  /// The last posting of each slot's gram; -1 where the slot is free.
  private var heads: [Int32]
  private var postings: [Posting] = []
  private var usedSlots = 0

  /// Starts without works.
  package init(counting: GramCounting = .all) {
    self.counting = counting
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
  ///   - owner: Who owns it, where ``GramCounting/commonOwners`` is asked; works are then added in
  ///     the order of their registration.
  package mutating func add(
    _ fingerprint: Fingerprint, of work: Digest, owner: Digest = Digest(0, 0, 0, 0)
  ) {
    let number = Int32(entries.count)
    let (grams, shortGrams) = (fingerprint.grams, fingerprint.shortGrams)
    entries.append(
      Entry(
        registered: ComparedText.Registered(
          ordinal: UInt32(number), work: work, wordCount: fingerprint.wordCount,
          sequence: fingerprint.sequence, countedGrams: grams.count,
          countedShortGrams: shortGrams.count),
        owner: owner, grams: grams, shortGrams: shortGrams))
    for gram in grams { add(gram, of: number) }
    // Runs of five words find no candidates; who has them is asked only for common grams.
    if counting.commonOwners != nil { for gram in shortGrams { add(gram, of: number) } }
    if grams != [fingerprint.sequence] { add(fingerprint.sequence, of: number) }
    guard counting != .all else { return }
    entries[Int(number)].registered.countedGrams = counted(grams, UInt32(number))
    entries[Int(number)].registered.countedShortGrams = counted(shortGrams, UInt32(number))
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
    var text = ComparedText(
      submission, words: words, excludedFrom: counting == .all ? nil : { excludedFrom($0) })
    var isCandidate = Array(repeating: false, count: entries.count)
    var candidates: [Int] = []
    for gram in submission.gramsInOrder + [submission.sequence] {
      forEachWork(with: gram) { number in
        guard !isCandidate[number] else { return }
        isCandidate[number] = true
        candidates.append(number)
      }
    }
    var matches: [Resemblance] = []
    // In the order of the works, without looking at those that share nothing.
    for number in candidates.sorted() {
      let entry = entries[number]
      let match = text.compare(
        with: entry.registered, grams: entry.grams.span, shortGrams: entry.shortGrams.span)
      if let match { matches.append(match) }
    }
    return Resemblances(matches, text)
  }

  /// Every registered work that shares at least one gram with the text, with the passages.
  package func resemblances(of words: WordSequence) -> Resemblances {
    resemblances(of: Fingerprint(words), words: words)
  }

  /// From which work on the gram does not count.
  private func excludedFrom(_ gram: UInt64) -> UInt32 {
    if counting.whitelist.contains(gram) { return 0 }
    guard let needed = counting.commonOwners else { return GramCounting.never }
    var works: [Int] = []
    forEachWork(with: gram) { works.append($0) }
    var owners: Set<Digest> = []
    for work in works.reversed() {
      owners.insert(entries[work].owner)
      if owners.count == needed { return UInt32(work) + 1 }
    }
    return GramCounting.never
  }

  private func counted(_ grams: [UInt64], _ number: UInt32) -> Int {
    grams.count { excludedFrom($0) > number }
  }
}

extension Resemblances {
  /// Orders the matches of a text: the most shared grams first, then by identifier.
  init(_ matches: [Resemblance], _ text: ComparedText) {
    self.init(
      matches: matches.sorted {
        $0.sharedGrams != $1.sharedGrams ? $0.sharedGrams > $1.sharedGrams : $0.work < $1.work
      }, coveredGrams: text.coveredGrams)
  }
}

// MARK: - The table

extension FingerprintIndex {
  private mutating func add(_ gram: UInt64, of number: Int32) {
    if 2 * (usedSlots + 1) > keys.count { grow() }
    let slot = slot(of: gram)
    if heads[slot] < 0 {
      keys[slot] = gram
      usedSlots += 1
    }
    postings.append(Posting(work: number, next: heads[slot]))
    heads[slot] = Int32(postings.count - 1)
  }

  /// The works that have the gram, the last added first.
  private func forEachWork(with gram: UInt64, _ body: (Int) -> Void) {
    var posting = heads[slot(of: gram)]
    while posting >= 0 {
      body(Int(postings[Int(posting)].work))
      posting = postings[Int(posting)].next
    }
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
