// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Gate
import Primitives
import Testing

private func print(_ text: String) throws -> Fingerprint {
  try Fingerprint(utf8: Array(text.utf8))
}

@Suite struct FoldingTests {
  @Test(arguments: [
    ("The Quick, brown—fox", "the quick brown fox"),
    ("“don’t” ‘stop’", "don't stop"),
    ("pa\u{AD}per\u{200B}back\u{FEFF} \u{2066}ok\u{2069}", "paperback ok"),
    ("naïve café Ångström Łódź Straße", "nai\u{308}ve cafe angstrom lodz strasse"),
    ("ﬁrst ﬂoor oﬃce œuvre æther", "first floor office oeuvre aether"),
    ("ＦＵＬＬ　ｗｉｄｔｈ １２３", "full width 123"),
    ("𝐁𝐨𝐥𝐝 𝒮𝒸𝓇𝒾𝓅𝓉 𝔉𝔯𝔞𝔨 𝟙𝟚𝟛 Ⓒⓘⓡⓒ", "bold script frak 123 circ"),
    ("Тhе сорy οf а рagе", "the copy of a page"),
    ("ᴀ ꜱᴍᴀʟʟ ᴄᴀᴘ", "a small cap"),
    ("x² Ⅷ №", "x2 viii no"),
    ("Ἀθῆναι ΑΘΗΝΑΙ", "αθηναι αθηναι"),
    ("Ёлка МОСКВА", "елка москва"),
    ("٣ कि", "3 कि"),
    ("東京 です", "東 京 て す"),
  ])
  func `Disguises fold to the plain text`(disguised: String, plain: String) throws {
    let (left, right) = (try print(disguised), try print(plain))
    #expect(left.sequence == right.sequence)
    #expect(left.wordCount == right.wordCount)
  }

  @Test func `Every decomposition of Latin, Greek and Cyrillic letters folds like the letter`()
    throws
  {
    var compared = 0
    for value in Array(0xc0...0x2af) + Array(0x370...0x52f) + Array(0x1e00...0x1fff)
      + Array(0xfb00...0xfb06)
    {
      guard let scalar = Unicode.Scalar(UInt32(value)), scalar.properties.isAlphabetic else {
        continue
      }
      let text = String(Character(scalar))
      let decomposed = text.decomposedStringWithCompatibilityMapping
      guard decomposed.unicodeScalars.count > 1 || decomposed != text else { continue }
      guard
        decomposed.unicodeScalars.allSatisfy({
          $0.properties.isAlphabetic
            || $0.properties.generalCategory == .nonspacingMark
        })
      else { continue }
      #expect(try print(text) == print(decomposed), "U+\(String(value, radix: 16))")
      compared += 1
    }
    #expect(compared > 800)
  }

  @Test func `Upper and lower case of one letter are one letter`() throws {
    for value in Array(0x41...0x52f) + Array(0x1e00...0x1fff) {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      let lower = scalar.properties.lowercaseMapping
      guard lower != String(Character(scalar)) else { continue }
      #expect(try print(String(Character(scalar))) == print(lower), "U+\(String(value, radix: 16))")
    }
  }

  @Test(
    arguments: [
      ([0x61, 0x20, 0xff], 2), ([0xc0, 0x80], 0), ([0x61, 0xed, 0xa0, 0x80], 1), ([0xe2, 0x82], 0),
      ([0xf4, 0x90, 0x80, 0x80], 0), ([0x61, 0x80], 1), ([0xc3, 0x28], 0),
    ] as [([UInt8], Int)])
  func `Bytes that are not UTF-8 are refused with their place`(bytes: [UInt8], offset: Int) {
    #expect(throws: FingerprintError.notText(offset: offset)) { try Fingerprint(utf8: bytes) }
  }

  @Test(arguments: ["", " \n", "—!?", "\u{200B}", "\u{FEFF}"])
  func `A text without a word is refused`(text: String) {
    #expect(throws: FingerprintError.noWords(byteCount: text.utf8.count)) { try print(text) }
  }

  @Test func `What is UTF-8 is decided as the standard library decides it`() {
    var random = Philox4x32(key: 5, stream: 5)
    let leads: [UInt8] = [0x61, 0x20, 0xc2, 0xc3, 0xe0, 0xe2, 0xed, 0xf0, 0xf4, 0x80, 0x8f, 0xbf]
    for _ in 0..<20_000 {
      let bytes = [0x61] + (0..<random.below(6)).map { _ in leads[Int(random.below(12))] }
      let isText = String(validating: bytes, as: UTF8.self) != nil
      #expect(((try? WordSequence(utf8: bytes)) != nil) == isText)
    }
  }
}
