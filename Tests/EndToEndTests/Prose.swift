// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Generated prose: invented words in sentences of random order, the same for the same seed.
///
/// No two texts share eight words in a row but by chance, so that none is taken for a copy of
/// another; each author has its own choice of the words, so that each teaches something else.
enum Prose {
  private static let stems = [
    "ba", "co", "di", "fa", "gu", "he", "li", "mo", "na", "pe", "ri", "so", "ta", "ve", "wo",
  ]
  private static let endings = ["nder", "ring", "ster", "lled", "ment", "tion", "ness", "ther"]

  /// Text of at least that many bytes.
  static func text(author: UInt64, work: UInt64, byteCount: Int) -> String {
    var choice = Philox4x32(key: author, stream: 1)
    var words = stems.flatMap { stem in endings.map { stem + $0 } }
    for index in words.indices.dropLast() {
      words.swapAt(index, index + Int(choice.below(UInt32(words.count - index))))
    }
    words.removeLast(words.count - 40)
    var random = Philox4x32(key: author, stream: 2 + work)
    var text = ""
    while text.utf8.count < byteCount {
      let sentence = (0..<(5 + random.below(8))).map { _ in words[Int(random.below(40))] }
      text += sentence.joined(separator: " ") + ".\n"
    }
    return text
  }
}
