// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Register
import Testing

@testable import Rights

/// Documents with damage of every kind are read to an end, and what cannot be read prohibits.
@Suite struct DamageTests {
  /// Some bytes changed, cut out, doubled or put in.
  private static func damaged(_ bytes: [UInt8], _ random: inout Philox4x32) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.below(4) where !bytes.isEmpty {
      let place = Int(random.below(UInt32(bytes.count)))
      let end = min(bytes.count, place + 1 + Int(random.below(12)))
      switch random.below(5) {
      case 0: bytes[place] = UInt8(random.below(256))
      case 1: bytes.removeSubrange(place..<end)
      case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 3:
        let pieces = ["\0", "\u{feff}", "<", "&", "\n", "*", "$", "%", ";", "{", "\"", "é"]
        bytes.insert(contentsOf: pieces[Int(random.below(12))].utf8, at: place)
      default: bytes.replaceSubrange(place..<end, with: repeatElement(bytes[place], count: 40))
      }
    }
    return bytes
  }

  @Test func `Any damage is read to an end`() {
    var random = Philox4x32(key: 666, stream: 1)
    let whole = SignalPropertyTests.documents.filter { !$0.bytes.isEmpty }
    var unreadable = 0
    for number in 0..<6_000 {
      let document = whole[number % whole.count]
      let bytes = Self.damaged(document.bytes, &random)
      // Each document also as every other kind of document now and then.
      let place =
        random.below(4) == 0
        ? SignalPlace.allCases[Int(random.below(UInt32(SignalPlace.allCases.count)))]
        : document.place
      let readings = SignalReader.read(
        [SourceDocument(place: place, bytes: bytes)], url: random.below(2) == 0 ? nil : "/a.txt")
      for reading in readings.flatMap(\.readings) where reading.isUnreadable {
        #expect(reading.stances == .prohibitingAll)
        unreadable += 1
      }
      _ = try? EmbeddedTerms.documents(in: bytes)
      _ = DocumentKind.detect(name: "x", bytes: bytes)
    }
    #expect(unreadable > 500)
  }
}
