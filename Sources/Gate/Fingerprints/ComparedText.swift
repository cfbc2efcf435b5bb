// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives

/// A submitted text made ready to be compared with registered works one by one, exactly.
///
/// How a work was found makes no difference to the comparison.
struct ComparedText {
  /// How many passages of a match are kept for a reader, longest first.
  static let passagesShown = 5

  /// What a registered work brings along beside its grams.
  struct Registered {
    var work: Digest
    var wordCount: Int
    var sequence: UInt64
  }

  private let print: Fingerprint
  private let words: WordSequence?
  private let long: ComparedGrams
  private let short: ComparedGrams
  private let whitelist: Whitelist

  /// Prepares a text.
  ///
  /// - Parameters:
  ///   - print: The text's fingerprint.
  ///   - words: The text, if passages are wanted.
  ///   - whitelist: Passages that count for nobody.
  init(_ print: Fingerprint, words: WordSequence?, leavingOut whitelist: Whitelist) {
    precondition(
      words.map { $0.count == print.wordCount } ?? true,
      "passages are shown in the text that the fingerprint was made from")
    self.print = print
    self.words = words
    self.whitelist = whitelist
    long = ComparedGrams(print.gramsInOrder, leavingOut: whitelist)
    short = ComparedGrams(print.shortGramsInOrder, leavingOut: whitelist)
  }

  /// Compares with one work; nil where the two have nothing in common that counts.
  func compare(
    with other: Registered, grams: borrowing Span<UInt64>, shortGrams: borrowing Span<UInt64>
  ) -> Resemblance? {
    let isSameText = other.sequence == print.sequence && other.wordCount == print.wordCount
    let shared = long.shared(with: grams)
    guard isSameText || shared.count > 0 else { return nil }
    let shortResemblance = compareShort(with: shortGrams)
    let stretches = long.stretches(shared)
    let longest = stretches.lazy.map(\.counted).max() ?? 0
    return Resemblance(
      work: other.work, sharedGrams: shared.count, submittedGrams: long.countedGrams,
      registeredGrams: grams.count - whitelist.count(of: grams), short: shortResemblance,
      isSameText: isSameText,
      longestPassageWords: longest == 0
        ? 0 : min(longest + GramHash.length - 1, print.wordCount),
      passages: words.map { passages(stretches, in: $0) } ?? [])
  }

  private func compareShort(with shortGrams: borrowing Span<UInt64>) -> ShortResemblance {
    guard !short.grams.isEmpty, shortGrams.count > 0 else { return .none }
    let shared = short.shared(with: shortGrams)
    guard shared.count > 0 else { return .none }
    return ShortResemblance(
      sharedGrams: shared.count, submittedGrams: short.countedGrams,
      registeredGrams: shortGrams.count - whitelist.count(of: shortGrams),
      stretches: short.stretches(shared).count { $0.counted > 0 })
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
    /// The places of the shared distinct grams, ascending.
    let places: [UInt32]
    /// Those of them that count.
    let count: Int
  }

  /// The distinct grams in ascending order.
  let grams: [UInt64]
  /// For each position of the text, the place of the gram that begins there.
  private let places: [UInt32]
  /// The positions of the text ordered by gram, and where each gram's begin.
  private let positions: [UInt32]
  private let firsts: [UInt32]
  /// For each distinct gram, whether it does not count; empty where all count.
  private let isLeftOut: [Bool]
  /// The distinct grams that count.
  let countedGrams: Int

  init(_ inOrder: [UInt64], leavingOut whitelist: Whitelist) {
    let grams = GramSorting.distinct(inOrder)
    let places = inOrder.map { UInt32(GramSearch.lowerBound(of: $0, in: grams.span)) }
    var firsts = [UInt32](repeating: 0, count: grams.count + 1)
    for place in places { firsts[Int(place) + 1] += 1 }
    for place in grams.indices { firsts[place + 1] += firsts[place] }
    var next = firsts
    var positions = [UInt32](repeating: 0, count: places.count)
    for (position, place) in places.enumerated() {
      positions[Int(next[Int(place)])] = UInt32(position)
      next[Int(place)] += 1
    }
    let isLeftOut = whitelist == .none ? [] : grams.map { whitelist.contains($0) }
    let leftOut = isLeftOut.count { $0 }
    self.grams = grams
    self.places = places
    self.positions = positions
    self.firsts = firsts
    self.isLeftOut = leftOut == 0 ? [] : isLeftOut
    countedGrams = grams.count - leftOut
  }

  /// Whether a distinct gram counts.
  private func counts(_ place: UInt32) -> Bool { isLeftOut.isEmpty || !isLeftOut[Int(place)] }

  /// Compares with the grams of a work.
  func shared(with others: borrowing Span<UInt64>) -> Shared {
    let places = GramSearch.shared(grams.span, with: others)
    return Shared(
      places: places, count: isLeftOut.isEmpty ? places.count : places.count { counts($0) })
  }

  /// The shared stretches in the order of the text; grams that do not count join and are not counted.
  func stretches(_ shared: Shared) -> [Stretch] {
    var stretches: [Stretch] = []
    func add(_ position: Int) {
      let counted = counts(places[position]) ? 1 : 0
      if let last = stretches.last, last.positions.upperBound == position {
        stretches[stretches.count - 1] = Stretch(
          positions: last.positions.lowerBound..<position + 1, counted: last.counted + counted)
      } else {
        stretches.append(Stretch(positions: position..<position + 1, counted: counted))
      }
    }
    if shared.places.count < grams.count / 16 {
      let here = shared.places.flatMap { place in
        positions[Int(firsts[Int(place)])..<Int(firsts[Int(place) + 1])]
      }
      for position in here.sorted() { add(Int(position)) }
    } else {
      var isShared = Array(repeating: false, count: grams.count)
      for place in shared.places { isShared[Int(place)] = true }
      for position in places.indices where isShared[Int(places[position])] { add(position) }
    }
    return stretches
  }
}
