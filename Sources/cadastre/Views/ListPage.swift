// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Presentation
import Service

/// What lists that come page by page have in common.
struct ListPage {
  /// The most items of a page.
  static let largestLimit = 10_000

  /// How many items a page has at most.
  let limit: Int
  /// The cursor it begins after; nil for the first page.
  let after: Int?
  /// What one item is called, and several.
  let noun: (one: String, several: String)

  /// Reads `--limit` and `--after`.
  init(_ arguments: ParsedArguments, of noun: (one: String, several: String)) throws {
    limit = try arguments.integer("limit", in: 1...Self.largestLimit) ?? Self.largestLimit
    after = try arguments.integer("after", in: 0...Int(JSON.largestExactInteger))
    self.noun = noun
  }

  /// A cursor that is none of this list.
  var foreignCursor: ServiceError {
    .usage("no \(noun.one) stands at '\(after ?? 0)': --after takes 'next' of the page before")
  }

  /// The object for programs: the items under their name, `count` and `next`.
  func json(_ items: [JSON], count: Int?, next: Int?) -> JSON {
    let all = self.count(count, shown: items.count, next: next)
    return [
      noun.several: .array(items), "count": all.map { .integer(Int64($0)) } ?? .null,
      "next": next.map { .string(String($0)) } ?? .null,
    ]
  }

  /// The table, how many there are, and how to get the next page; one line where nothing is shown.
  func text(
    _ table: TerminalTable, shown: Int, count: Int?, next: Int?, console: Console
  ) -> String {
    guard shown > 0 else {
      return (after == nil ? "no \(noun.several) answer to this" : "no more \(noun.several)") + "\n"
    }
    let all = self.count(count, shown: shown, next: next)
    let number = all ?? shown
    var line = "\(Human.integer(number)) \(number == 1 ? noun.one : noun.several)"
    if all == nil { line += next == nil ? " shown" : " shown, and there are more" }
    if let next { line += "; the next page: the same with --after \(next)" }
    return table.text(width: console.width, style: console.style)
      + console.style.apply(.quiet, to: line) + "\n"
  }

  /// How many there are: as counted, or as many as a first page shows that is the last as well.
  private func count(_ counted: Int?, shown: Int, next: Int?) -> Int? {
    counted ?? (after == nil && next == nil ? shown : nil)
  }
}
