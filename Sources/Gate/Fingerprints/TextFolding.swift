// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Reads a Unicode scalar the way a copyist cannot disguise it.
///
/// The rules, in order:
///
/// 1. Default-ignorable scalars (zero-width spaces and joiners, soft hyphens, variation selectors,
///    bidirectional marks, tags) and combining marks vanish without ending a word.
/// 2. Letters are lowercased (`lowercaseMapping`), decimal digits of any script become ASCII.
/// 3. Full-width, circled and mathematical Latin letters become Latin letters; letters with
///    diacritics become their base letter; ligatures and Roman numerals become their letters;
///    look-alikes of Latin letters in Greek, Cyrillic and Armenian, small capitals and phonetic
///    letters become Latin (``FoldingTable``).
/// 4. Other letters and numbers stay; everything else, apostrophes (also U+02BC and its
///    neighbours) and typographic quotes among it, separates words.
/// 5. A character of a script that writes no spaces (Han, kana, Thai, Lao, Khmer, Burmese) is a
///    word of its own.
///
/// This is coarser than NFKC with case folding for the listed scripts, and stops short of it
/// elsewhere: Arabic presentation forms, half-width kana and Hangul, CJK compatibility ideographs
/// and decomposed Hangul stay as they are. An uppercase Greek `Ν` reads as `v`, like its lowercase
/// form; leet spelling, words split by a hyphen at a line's end and translations are not folded.
package enum TextFolding {
  /// What a scalar contributes to the words of a text.
  package enum Reading: Equatable {
    /// It ends the word before it.
    case separator
    /// It is not there.
    case nothing
    /// Bytes of the current word; up to eight, the first lowest, none of them zero.
    case letters(UInt64)
    /// The bytes of a word of its own.
    case word(UInt64)
  }

  /// Reads one scalar.
  package static func reading(of scalar: Unicode.Scalar) -> Reading {
    let properties = scalar.properties
    if properties.isDefaultIgnorableCodePoint { return .nothing }
    if let letter = styledLetter(scalar.value) { return .letters(UInt64(letter)) }
    if let folded = FoldingTable.folded[scalar.value] {
      return isOwnWord(scalar.value) ? .word(folded) : .letters(folded)
    }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark:
      return .nothing
    case .modifierLetter where (0x2b9...0x2df).contains(scalar.value):
      return .separator
    case .decimalNumber:
      guard let value = properties.numericValue, let digit = UInt8(exactly: value) else {
        return .separator
      }
      return .letters(UInt64(UInt8(ascii: "0") + digit))
    case .uppercaseLetter, .titlecaseLetter, .lowercaseLetter, .modifierLetter, .otherLetter,
      .spacingMark, .letterNumber, .otherNumber:
      let bytes = lowercase(of: scalar)
      return isOwnWord(scalar.value) ? .word(bytes) : .letters(bytes)
    default:
      return .separator
    }
  }

  /// Reads one scalar; ASCII and the scalars of most alphabets by a table.
  static func tabulatedReading(of scalar: Unicode.Scalar) -> Reading {
    let value = Int(scalar.value)
    return value < tabulated ? table[value] : reading(of: scalar)
  }

  /// How many scalars the table has: up to general punctuation, letterlike and other symbols.
  private static let tabulated = 0x3100

  private static let table: [Reading] = (0..<UInt32(tabulated)).map { value in
    Unicode.Scalar(value).map(reading(of:)) ?? .separator
  }

  /// Up to eight bytes in one word, the first lowest.
  static func packed(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var word: UInt64 = 0
    var shift: UInt64 = 0
    for byte in bytes where shift < 64 {
      word |= UInt64(byte) << shift
      shift += 8
    }
    return word
  }

  private static func lowercase(of scalar: Unicode.Scalar) -> UInt64 {
    var bytes: [UInt8] = []
    for lower in scalar.properties.lowercaseMapping.unicodeScalars
    where lower.properties.generalCategory != .nonspacingMark {
      if var folded = FoldingTable.folded[lower.value] {
        while folded != 0 {
          bytes.append(UInt8(truncatingIfNeeded: folded))
          folded >>= 8
        }
      } else {
        bytes += Array(String(Character(lower)).utf8)
      }
    }
    return packed(bytes)
  }

  /// The lowercase ASCII letter that a full-width, circled or mathematical letter is drawn from.
  private static func styledLetter(_ value: UInt32) -> UInt8? {
    let place: UInt32
    switch value {
    case 0xff21...0xff3a: place = value - 0xff21
    case 0xff41...0xff5a: place = value - 0xff41
    case 0x249c...0x24b5: place = value - 0x249c
    case 0x24b6...0x24e9: place = (value - 0x24b6) % 26
    case 0x1d400...0x1d6a3: place = (value - 0x1d400) % 26
    case 0x1f110...0x1f129: place = value - 0x1f110
    case 0x1f130...0x1f149: place = value - 0x1f130
    case 0x1f150...0x1f169: place = value - 0x1f150
    case 0x1f170...0x1f189: place = value - 0x1f170
    default: return nil
    }
    return UInt8(ascii: "a") + UInt8(place)
  }

  /// Whether the scalar belongs to a script that writes no spaces between words.
  private static func isOwnWord(_ value: UInt32) -> Bool {
    switch value {
    case 0x0e00...0x0eff, 0x1000...0x109f, 0x1780...0x17ff, 0x3040...0x30ff, 0x3400...0x4dbf,
      0x4e00...0x9fff, 0xf900...0xfaff, 0x20000...0x3ffff:
      true
    default: false
    }
  }
}
