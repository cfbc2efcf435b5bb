// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Primitives

/// The measured tables of the page.
struct Report {
  let kingJames: Collection
  let library: Collection
  let scratch: String
  private let draws: Int
  private let registered: Registered

  /// Registers both collections.
  init(kingJames: Collection, library: Collection, scratch: String, draws: Int) throws {
    self.kingJames = kingJames
    self.library = library
    self.scratch = scratch
    self.draws = draws
    registered = try Registered(kingJames.works + library.works, in: scratch)
  }

  /// All tables, or those of the parts that are named.
  func text(only names: [String]) throws -> String {
    let parts: [(name: String, measure: () throws -> String)] = [
      ("unrelated", unrelated), ("ladder", ladder), ("chance", chance), ("held-out", heldOut),
      ("repetition", repetition), ("whitelist", whitelist), ("near-duplicates", nearDuplicates),
    ]
    return try parts.filter { names.isEmpty || names.contains($0.name) }
      .map { try $0.measure() }.joined(separator: "\n")
  }

  // MARK: - False alarms

  private func unrelated() throws -> String {
    var rows = [
      "### Unrelated texts", "",
      "Unrelated works held must be 0. Library pieces that are held against KJV books are quotations of",
      "many verses. Shares of fewer than eight grams are left out.",
      "", Unrelated.head,
    ]
    func add(_ name: String, _ texts: [Work], _ registered: Registered) throws {
      rows.append(try Unrelated(texts, with: registered).row(name))
      print(rows[rows.count - 1])
    }
    let library = try Registered(library.works, in: scratch)
    let kingJames = try Registered(kingJames.works, in: scratch)
    try add("Library works, library works", self.library.works, library)
    try add("KJV books, KJV books", self.kingJames.works, kingJames)
    try add("KJV books, library works", self.kingJames.works, library)
    try add("Library works, KJV books", self.library.works, kingJames)
    for words in [200, 1000, 5000] {
      let pieces = Unrelated.pieces(of: self.library.works, words: words)
      try add("Library pieces of \(words) words, library works", pieces, library)
      try add("Library pieces of \(words) words, KJV books", pieces, kingJames)
      guard words <= 1000 else { continue }
      let small = try Registered(pieces, in: scratch)
      try add("Library pieces of \(words) words, each other", pieces, small)
    }
    return rows.joined(separator: "\n") + "\n"
  }

  // MARK: - Copies

  private func ladder() throws -> String {
    var rows = [
      "### Disguised copies", "",
      "Each work once under each disguise; caught, and the lowest part of the submission that is",
      "found in the work.", "",
      "| disguise | KJV caught | lowest | Library caught | lowest |",
      "|---|---|---|---|---|",
    ]
    for (place, attack) in Attack.ladder.enumerated() {
      let rungs = try [kingJames, library].map {
        try Rung(attack, on: $0.works, in: registered, seed: UInt64(place))
      }
      let name = attack.name + (attack.isClaimed ? "" : " (not claimed)")
      rows.append("| \(name) | \(rungs[0].cell) | \(rungs[1].cell) |")
      print(rows[rows.count - 1])
    }
    return rows.joined(separator: "\n") + "\n"
  }

  private func chance() throws -> String {
    var rows = [
      "### Short works, \(draws) draws each", "",
      "Works where chance matters most: all books of the King James text below 1500 words.", "",
      "| work | words | 15 % swapped: caught | lowest | 20 % swapped: caught | lowest |",
      "|---|---|---|---|---|---|",
    ]
    let short = try kingJames.works.map { ($0, try WordSequence(utf8: $0.text).count) }
      .filter { $0.1 < 1500 }.sorted { $0.1 < $1.1 }
    let registered = try Registered(kingJames.works, in: scratch)
    for (place, (work, count)) in short.enumerated() {
      let cells = try [15, 20].map { percent in
        try Rung(
          Attack.swapping(percent), on: work, with: short[(place + 1) % short.count].0,
          draws: draws,
          in: registered, seed: UInt64(place)
        ).cell
      }
      rows.append("| \(work.name) | \(count) | \(cells[0]) | \(cells[1]) |")
      print(rows[rows.count - 1])
    }
    return rows.joined(separator: "\n") + "\n"
  }

  private func heldOut() throws -> String {
    var rows = [
      "### Short works that chose no threshold", "",
      "Pieces of the library registered as works of their own, each with 20 % of its words swapped.",
      "Caught is the piece itself; held by mistake is any piece of another work.", "",
      "| piece | pieces | caught | others held |", "|---|---|---|---|",
    ]
    for words in [100, 300, 1000] {
      let pieces = Unrelated.pieces(of: library.works, words: words)
      let registered = try Registered(pieces, in: scratch)
      var random = Philox4x32(key: UInt64(words), stream: 7)
      var (caught, held) = (0, 0)
      for (number, piece) in pieces.enumerated() {
        let other = pieces[Int(random.below(UInt32(pieces.count)))]
        let copy = Attack.swapping(20).apply(piece, other, &random)
        for match in try registered.resemblances(of: copy) where match.reason != nil {
          if match.number == number { caught += 1 }
          if registered.works[match.number].family != piece.family { held += 1 }
        }
      }
      rows.append("| \(words) words | \(pieces.count) | \(caught) | \(held) |")
      print(rows[rows.count - 1])
    }
    return rows.joined(separator: "\n") + "\n"
  }
}
