// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Signing
import Testing

@testable import Service

@Suite struct SampleTests {
  private static func output(_ drop: Int? = nil) -> [UInt8] {
    var lines = KingJames.books.flatMap { book in
      ["\(book.reference)1:1 First of \(book.title).", "\(book.reference)2:1 Second, 3:16 of it."]
    }
    if let drop { lines.remove(at: drop) }
    return Array(lines.map { $0 + "\n" }.joined().utf8)
  }

  @Test func `The text is split into 66 books without references`() throws {
    let texts = try KingJames.texts(from: Self.output())
    #expect(texts.count == 66)
    #expect(
      String(decoding: texts[8], as: UTF8.self)
        == "First of 1 Samuel.\n\nSecond, 3:16 of it.\n")
    #expect(Set(KingJames.books.map(\.slug)).count == 66)
  }

  @Test func `Another text is refused`() {
    for wrong in ["", "Ge1:1", "no reference", "Exo1:1 In the wrong place"] {
      #expect(throws: SampleError.self) { try KingJames.texts(from: Array(wrong.utf8)) }
    }
    let withoutTheLast = Self.output().split(separator: UInt8(ascii: "\n")).dropLast(2)
    #expect(throws: SampleError.self) {
      try KingJames.texts(from: Array(withoutTheLast.joined(separator: [UInt8(ascii: "\n")])))
    }
  }

  @Test func `Every exception of the scenario names a book, and every target has books`() {
    let titles = Set(KingJames.books.map(\.title))
    for title in SampleScenario.exceptions.keys { #expect(titles.contains(title)) }
    #expect(titles.contains(SampleScenario.copy.of) && titles.contains(SampleScenario.copy.by))
    #expect(SampleScenario.exceptions[SampleScenario.copy.of] == .nothing)
    #expect(SampleScenario.targets.map(\.paths.count) == [5, 12, 5, 17, 5, 22])
    #expect(SampleScenario.exceptions.values.count { $0 == .nothing } == 4)
    #expect(SampleScenario.exceptions.values.count { $0 == .revokes } == 2)
  }

  @Test func `The edited copy differs from its original and stays close to it`() {
    let text = "And he saith unto thee, my kinsman hath spoken.\nIt is well.\n"
    let edited = String(decoding: SampleScenario.edited(Array(text.utf8)), as: UTF8.self)
    #expect(edited == "And he says unto thee, my relative has spoken.\nIt is well.\n")
  }

  @Test func `The same seed gives the same contributors, another seed others`() {
    let keys = [1, 1, 2].map { SampleScenario(seed: $0).contributors.map(\.key.publicKey) }
    #expect(keys[0] == keys[1])
    #expect(Set(keys[0]).isDisjoint(with: keys[2]))
    #expect(Set(keys[0]).count == 66)
  }
}
