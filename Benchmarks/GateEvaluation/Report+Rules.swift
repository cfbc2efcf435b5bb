// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import Gate
import Glibc
import Primitives

extension Report {
  /// How much real texts repeat themselves.
  func repetition() throws -> String {
    let rule = RepetitionRule.standard
    var rows = [
      "### Repetition inside one text", "",
      "The part of the grams that stood in the text before. Refused: \(rule.perMille) ‰ and"
        + " \(rule.minimumGrams) grams.", "",
      "| texts | number | highest part | its repeated grams | refused |", "|---|---|---|---|---|",
    ]
    func add(_ name: String, _ works: [Work]) throws {
      let prints = try works.map { ($0.name, try Fingerprint(utf8: $0.text)) }
      let refused = prints.count { rule.isRepetitive($0.1) }
      guard let most = prints.max(by: { $0.1.repeatedPerMille < $1.1.repeatedPerMille }) else {
        return
      }
      rows.append(
        "| \(name) | \(prints.count) | \(most.1.repeatedPerMille) ‰ (\(most.0)) |"
          + " \(most.1.repeatedGrams) | **\(refused)** |")
      print(rows[rows.count - 1])
    }
    for collection in [kingJames, library] {
      try add(collection.name, collection.works)
      for words in [500, 2000] {
        try add(
          "\(collection.name), pieces of \(words) words",
          Unrelated.pieces(of: collection.works, words: words))
      }
    }
    let twice = library.works.map {
      Work(name: $0.name, family: $0.family, text: $0.text + [10] + $0.text)
    }
    try add("Library, each work twice in one file", twice)
    return rows.joined(separator: "\n") + "\n"
  }

  /// What licences do to unrelated works, with and without a whitelist.
  func whitelist() throws -> String {
    let folder = "/usr/share/common-licenses/"
    var rows = [
      "### Boilerplate", "",
      "Pieces of 1000 words of library works, one a work, each followed by the same licence text of",
      "Debian's `common-licenses`; the licences on a whitelist or not. Copies are the same with 20 %",
      "of the piece's words swapped, followed by the licence.", "",
      "| licence | its words | other works held without | other works held with | copies caught with |",
      "|---|---|---|---|---|",
    ]
    for name in ["BSD", "Apache-2.0", "Artistic", "GPL-3"] where access(folder + name, R_OK) == 0 {
      let licence = readFile(folder + name)
      let works = library.works.map { work in
        Work(
          name: work.name, family: work.family,
          text: Array(work.tokens[3000..<4000].joined(separator: [32])) + [10] + licence)
      }
      let whitelist = try Whitelist(utf8: licence)
      let plain = try Unrelated(works, with: try Registered(works, in: scratch))
      let listed = try Registered(works, whitelist: whitelist, in: scratch)
      let quiet = try Unrelated(works, with: listed)
      var random = Philox4x32(key: 8, stream: 8)
      var caught = 0
      for (number, work) in works.enumerated() {
        let piece = Work(
          name: work.name, family: work.family, text: Array(work.text.dropLast(licence.count)))
        let copy = Attack.swapping(20).apply(piece, library.works[0], &random) + [10] + licence
        let found = try listed.resemblances(of: copy)
        if found.contains(where: { $0.number == number && $0.reason != nil }) { caught += 1 }
      }
      let words = try WordSequence(utf8: licence).count
      rows.append(
        "| \(name) | \(words) | \(plain.held) of \(plain.compared) | \(quiet.held) of"
          + " \(quiet.compared) | \(caught) of \(works.count) |")
      print(rows[rows.count - 1])
    }
    return rows.joined(separator: "\n") + "\n"
  }

  /// The groups that the library has.
  func nearDuplicates() throws -> String {
    let registered = try Registered(library.works, in: scratch)
    var rows = [
      "### Near-duplicates in the library", "", "| works | lower share of the two |", "|---|---|",
    ]
    for group in try registered.index.nearDuplicates() {
      let names = group.works.map { library.works[Int($0.word3)].name }.sorted()
      let shares = group.pairs.map { "\($0.perMille) ‰" }
      rows.append("| \(names.joined(separator: ", ")) | \(shares.joined(separator: ", ")) |")
      print(rows[rows.count - 1])
    }
    return rows.joined(separator: "\n") + "\n"
  }
}
