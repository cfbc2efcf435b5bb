// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives

/// A submitted text made ready to be compared with registered works one by one, exactly.
///
/// Both indexes find candidates in their own way and leave the comparison to this type, so that a
/// decision does not depend on how a work was found.
struct ComparedText {
  /// How many passages of a match are kept for a reader, longest first.
  static let passagesShown = 5

  /// What a registered work brings along beside its grams.
  struct Registered {
    /// Its place in the order of registration.
    var ordinal: UInt32
    var work: Digest
    var wordCount: Int
    var sequence: UInt64
    /// The distinct grams that count.
    var countedGrams: Int
    /// The distinct runs of five words that count.
    var countedShortGrams: Int
  }

  private let print: Fingerprint
  private let words: WordSequence?
  private let long: ComparedGrams
  private let short: ComparedGrams
  /// Whether each distinct gram was found in a work so far.
  private var isCovered: [Bool]

  /// Prepares a text.
  ///
  /// - Parameters:
  ///   - print: The text's fingerprint.
  ///   - words: The text, if passages are wanted.
  ///   - excludedFrom: From which work on a gram does not count, `GramCounting.never` for none; nil
  ///     where every gram counts.
  init(
    _ print: Fingerprint, words: WordSequence?, excludedFrom: ((UInt64) -> UInt32)?
  ) {
    precondition(
      words.map { $0.count == print.wordCount } ?? true,
      "passages are shown in the text that the fingerprint was made from")
    self.print = print
    self.words = words
    long = ComparedGrams(print.gramsInOrder, excludedFrom: excludedFrom)
    short = ComparedGrams(print.shortGramsInOrder, excludedFrom: excludedFrom)
    isCovered = Array(repeating: false, count: long.grams.count)
  }

  /// Those that a work had so far.
  var coveredGrams: Int { isCovered.count { $0 } }

  /// Compares with one work; nil where the two have nothing in common that counts.
  mutating func compare(
    with other: Registered, grams: borrowing Span<UInt64>, shortGrams: borrowing Span<UInt64>
  ) -> Resemblance? {
    let isSameText = other.sequence == print.sequence && other.wordCount == print.wordCount
    let shared = long.shared(with: grams, from: other.ordinal)
    let shortResemblance = compareShort(with: other, shortGrams: shortGrams)
    guard isSameText || shared.count > 0 || shortResemblance.sharedGrams > 0 else { return nil }
    for index in isCovered.indices where shared.marks[index] && shared.counts(index) {
      isCovered[index] = true
    }
    let stretches = shared.stretches()
    let longest = stretches.lazy.map(\.counted).max() ?? 0
    return Resemblance(
      work: other.work, sharedGrams: shared.count, submittedGrams: shared.ofText,
      registeredGrams: other.countedGrams, short: shortResemblance, isSameText: isSameText,
      longestPassageWords: longest == 0
        ? 0 : min(longest + GramHash.length - 1, print.wordCount),
      passages: words.map { passages(stretches, in: $0) } ?? [])
  }

  private func compareShort(
    with other: Registered, shortGrams: borrowing Span<UInt64>
  ) -> ShortResemblance {
    guard !short.grams.isEmpty, shortGrams.count > 0 else { return .none }
    let shared = short.shared(with: shortGrams, from: other.ordinal)
    guard shared.count > 0 else { return .none }
    return ShortResemblance(
      sharedGrams: shared.count, submittedGrams: shared.ofText,
      registeredGrams: other.countedShortGrams,
      stretches: shared.stretches().count { $0.counted > 0 })
  }

  /// The longest stretches as passages, longest first, then in the order of the text.
  private func passages(
    _ stretches: [ComparedGrams.Stretch], in words: WordSequence
  ) -> [Passage] {
    let ordered = stretches.filter { $0.counted > 0 }.sorted {
      $0.counted != $1.counted
        ? $0.counted > $1.counted : $0.positions.lowerBound < $1.positions.lowerBound
    }
    return ordered.prefix(Self.passagesShown).map { stretch in
      let end = min(stretch.positions.upperBound + GramHash.length - 1, words.count)
      return Passage(
        bytes: words.bytes(ofWords: stretch.positions.lowerBound..<end),
        wordCount: end - stretch.positions.lowerBound)
    }
  }
}

/// The grams of one kind of a submitted text.
struct ComparedGrams {
  /// Consecutive grams that another text has too.
  struct Stretch {
    /// Where they begin in the text.
    var positions: Range<Int>
    /// How many of them count.
    var counted: Int
  }

  /// Which grams a text shares with a work.
  struct Shared {
    fileprivate let text: ComparedGrams
    /// The work's place in the order of registration.
    let ordinal: UInt32
    /// One for each distinct gram of the text.
    let marks: [Bool]
    /// The distinct shared grams that count.
    let count: Int
    /// The distinct grams of the text that count for this work.
    let ofText: Int

    /// Whether the gram counts for this work.
    func counts(_ index: Int) -> Bool {
      text.excludedFrom.isEmpty || text.excludedFrom[index] > ordinal
    }

    /// The shared stretches in the order of the text; grams that do not count join and are not
    /// counted.
    func stretches() -> [Stretch] {
      guard marks.contains(true) else { return [] }
      var stretches: [Stretch] = []
      for (position, rank) in text.ranks.enumerated() where marks[Int(rank)] {
        let counted = counts(Int(rank)) ? 1 : 0
        if let last = stretches.last, last.positions.upperBound == position {
          stretches[stretches.count - 1] = Stretch(
            positions: last.positions.lowerBound..<position + 1, counted: last.counted + counted)
        } else {
          stretches.append(Stretch(positions: position..<position + 1, counted: counted))
        }
      }
      return stretches
    }
  }

  /// The distinct grams in ascending order.
  let grams: [UInt64]
  /// For each position of the text, which distinct gram begins there.
  private let ranks: [UInt32]
  /// For each distinct gram, from which work on it does not count; empty where all count.
  private let excludedFrom: [UInt32]

  init(_ inOrder: [UInt64], excludedFrom exclusion: ((UInt64) -> UInt32)?) {
    let grams = GramSorting.distinct(inOrder)
    self.grams = grams
    ranks = inOrder.map { UInt32(GramSearch.lowerBound(of: $0, in: grams.span)) }
    let excludedFrom = exclusion.map { exclusion in grams.map(exclusion) } ?? []
    let isNeeded = excludedFrom.contains { $0 != GramCounting.never }
    self.excludedFrom = isNeeded ? excludedFrom : []
  }

  /// Compares with the grams of a work.
  func shared(with others: borrowing Span<UInt64>, from ordinal: UInt32) -> Shared {
    var marks = Array(repeating: false, count: grams.count)
    GramSearch.mark(grams.span, in: others, &marks)
    var (count, ofText) = (0, 0)
    for index in grams.indices where excludedFrom.isEmpty || excludedFrom[index] > ordinal {
      ofText += 1
      if marks[index] { count += 1 }
    }
    return Shared(text: self, ordinal: ordinal, marks: marks, count: count, ofText: ofText)
  }
}
