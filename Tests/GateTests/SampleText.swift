// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Glibc
import Primitives

/// Words that sound like a language, a different one for each key, without any real text.
func syntheticText(words count: Int, key: UInt64) -> [String] {
  var random = Philox4x32(key: key, stream: 77)
  let syllables = ["ka", "lo", "mi", "ren", "tu", "sa", "ve", "dor", "an", "is", "o", "pel"]
  return (0..<count).map { _ in
    (0...random.below(3)).map { _ in syllables[Int(random.below(12))] }.joined()
  }
}

/// The text's bytes, a space between words.
func bytes(_ words: [String]) -> [UInt8] { Array(words.joined(separator: " ").utf8) }

/// An identifier for a test's work.
func identifier(_ number: Int) -> Digest { Digest(0, 0, 0, UInt64(number)) }

/// The 66 books of the King James text, or nil where Debian's package is not installed.
let kingJames: [[UInt8]]? = {
  guard access("/usr/bin/bible", X_OK) == 0 || access("/usr/games/bible", X_OK) == 0 else {
    return nil
  }
  guard let pipe = popen("cd / && bible -f Gen1:1-Rev22:21", "r") else { return nil }
  defer { pclose(pipe) }
  var books: [[UInt8]] = []
  var previous = ""
  var line: UnsafeMutablePointer<CChar>?
  var capacity = 0
  defer { free(line) }
  while case let count = getline(&line, &capacity, pipe), count > 0, let line {
    let all = UnsafeRawBufferPointer(start: line, count: count)
    guard let space = all.firstIndex(of: UInt8(ascii: " ")),
      let colon = all[..<space].firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    let reference = String(decoding: all[..<colon], as: UTF8.self)
    let book = String(reference.reversed().drop { $0.isNumber })
    if book != previous { books.append([]) }
    previous = book
    books[books.count - 1] += all[(space + 1)...]
  }
  return books.count == 66 ? books : nil
}()
