// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution

/// The King James text as 66 lines and six targets, from the output of
/// `bible -f "Gen1:1-Rev22:21"` (Debian packages `bible-kjv`, `bible-kjv-text`).
struct Corpus {
  /// Each book without verse references, less the last twentieth.
  var lines: [[UInt8]] = []
  /// Passages picked evenly over the held-out parts of each group of books.
  var targets: [ValuationTarget] = []

  private static let groups: [(String, Range<Int>)] = [
    ("law", 0..<5), ("histories", 5..<17), ("poetry", 17..<22), ("prophets", 22..<39),
    ("gospels and Acts", 39..<44), ("epistles", 44..<66),
  ]

  /// - Parameters:
  ///   - text: verses, one a line, each after its reference and a space.
  ///   - windows: passages for each target.
  ///   - context: predictions in a passage.
  init(_ text: [UInt8], windows: Int, context: Int) {
    var names: [ArraySlice<UInt8>] = []
    var books: [[UInt8]] = []
    for verse in text.split(separator: UInt8(ascii: "\n")) {
      guard let space = verse.firstIndex(of: UInt8(ascii: " ")),
        let colon = verse[..<space].firstIndex(of: UInt8(ascii: ":"))
      else { continue }
      let reference = verse[..<colon]
      let name = reference.prefix(reference.count - trailingDigits(reference))
      if names.last != name {
        names.append(name)
        books.append([])
      }
      books[books.count - 1] += verse[(space + 1)...] + [UInt8(ascii: "\n")]
    }
    precondition(books.count == 66, "\(books.count) books were found, not 66")
    for (name, range) in Self.groups {
      var heldOut: [[UInt8]] = []
      for book in range {
        let cut = books[book].count * 95 / 100
        lines.append(Array(books[book][..<cut]))
        heldOut.append(Array(books[book][cut...]))
      }
      targets.append(
        ValuationTarget(name: name, heldOut: heldOut, count: windows, context: context))
    }
  }
}

extension Corpus {
  /// The same text as so many works of about the same size, one an account.
  func cut(into count: Int) -> Corpus {
    var cut = self
    let text = lines.flatMap { $0 }
    cut.lines = (0..<count).map { part in
      Array(text[text.count * part / count..<text.count * (part + 1) / count])
    }
    return cut
  }
}

private func trailingDigits(_ bytes: ArraySlice<UInt8>) -> Int {
  bytes.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
}
