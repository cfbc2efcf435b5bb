// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The King James text of the Debian packages `bible-kjv` and `bible-kjv-text`: 66 books.
enum KingJames {
  /// A group of books whose held-out text is one valuation target.
  enum Part: String, CaseIterable {
    case law, histories, poetry, prophets, gospels, epistles
  }

  /// One book.
  struct Book {
    /// The reference before each verse, as the program `bible` prints it.
    let reference: String
    /// The title.
    let title: String
    /// Where the book belongs.
    let part: Part

    /// The title in lowercase with hyphens, such as `1-samuel`.
    var slug: String {
      String(title.lowercased().map { $0 == " " ? "-" : $0 })
    }
  }

  /// The books in the order of the text.
  static let books: [Book] = [
    (
      Part.law,
      "Ge Genesis,Exo Exodus,Lev Leviticus,Num Numbers,Deu Deuteronomy"
    ),
    (
      Part.histories,
      """
      Josh Joshua,Jdgs Judges,Ruth Ruth,1Sm 1 Samuel,2Sm 2 Samuel,1Ki 1 Kings,2Ki 2 Kings,\
      1Chr 1 Chronicles,2Chr 2 Chronicles,Ezra Ezra,Neh Nehemiah,Est Esther
      """
    ),
    (
      Part.poetry,
      "Job Job,Psa Psalms,Prv Proverbs,Eccl Ecclesiastes,SSol Song of Solomon"
    ),
    (
      Part.prophets,
      """
      Isa Isaiah,Jer Jeremiah,Lam Lamentations,Eze Ezekiel,Dan Daniel,Hos Hosea,Joel Joel,\
      Amos Amos,Obad Obadiah,Jonah Jonah,Mic Micah,Nahum Nahum,Hab Habakkuk,Zep Zephaniah,\
      Hag Haggai,Zec Zechariah,Mal Malachi
      """
    ),
    (Part.gospels, "Mat Matthew,Mark Mark,Luke Luke,John John,Acts Acts"),
    (
      Part.epistles,
      """
      Rom Romans,1Cor 1 Corinthians,2Cor 2 Corinthians,Gal Galatians,Eph Ephesians,\
      Phi Philippians,Col Colossians,1Th 1 Thessalonians,2Th 2 Thessalonians,1Tim 1 Timothy,\
      2Tim 2 Timothy,Titus Titus,Phmn Philemon,Heb Hebrews,Jas James,1Pet 1 Peter,2Pet 2 Peter,\
      1Jn 1 John,2Jn 2 John,3Jn 3 John,Jude Jude,Rev Revelation
      """
    ),
  ].flatMap { part, list in
    list.split(separator: ",").map { entry in
      let words = entry.split(separator: " ", maxSplits: 1)
      return Book(reference: String(words[0]), title: String(words[1]), part: part)
    }
  }

  /// What `bible` is asked for: every verse, one a line, each behind its reference.
  static let command = "bible -f gen1:1-rev22:21 2>/dev/null"

  /// Splits the program's output into the texts of the 66 books, references removed.
  ///
  /// A verse is a line, and an empty line stands between chapters.
  ///
  /// - Throws: `SampleError.notTheText` where a line or a book is not what the package prints.
  static func texts(from output: [UInt8]) throws(SampleError) -> [[UInt8]] {
    var texts: [[UInt8]] = []
    var chapter: ArraySlice<UInt8> = []
    for line in output.split(separator: UInt8(ascii: "\n")) {
      guard let space = line.firstIndex(of: UInt8(ascii: " ")),
        let colon = line[..<space].firstIndex(of: UInt8(ascii: ":"))
      else { throw .notTheText(line: texts.count) }
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9"))
      let nameEnd = line[..<colon].lastIndex { !isDigit.contains($0) }.map { $0 + 1 } ?? colon
      let name = String(decoding: line[..<nameEnd], as: UTF8.self)
      if texts.isEmpty || books[texts.count - 1].reference != name {
        guard texts.count < books.count, books[texts.count].reference == name else {
          throw .notTheText(line: texts.count)
        }
        texts.append([])
      } else if chapter != line[nameEnd..<colon] {
        texts[texts.count - 1].append(UInt8(ascii: "\n"))
      }
      chapter = line[nameEnd..<colon]
      texts[texts.count - 1] += line[(space + 1)...] + [UInt8(ascii: "\n")]
    }
    guard texts.count == books.count else { throw .notTheText(line: texts.count) }
    return texts
  }
}

/// Why the sample corpus is not here.
package enum SampleError: Error, Hashable, Sendable {
  /// The program `bible` is not installed, or failed.
  case noProgram
  /// Its output is not the text of the Debian package; after how many books it differs.
  case notTheText(line: Int)
}

extension SampleError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noProgram:
      "the sample corpus is missing: install it with 'apt-get install bible-kjv bible-kjv-text'"
    case .notTheText(let book):
      "the program 'bible' printed another text than expected after book \(book):"
        + " install Debian's bible-kjv and bible-kjv-text"
    }
  }
}
