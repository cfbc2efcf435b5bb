// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import Gate
import Primitives
import Storage

/// A real text.
struct Work {
  let name: String
  /// Works of one family are editions of the same text.
  let family: String
  let text: [UInt8]

  /// Runs of bytes between white space.
  var tokens: [ArraySlice<UInt8>] { text.split { $0 == 32 || $0 == 10 || $0 == 13 || $0 == 9 } }
}

/// Texts that are measured together.
struct Collection {
  let name: String
  let works: [Work]

  /// The books of the King James text, from lines that begin with book, chapter and verse.
  static func kingJames(_ path: String) -> Collection {
    var names: [String] = []
    var texts: [[UInt8]] = []
    for line in readFile(path).split(separator: 10) {
      let reference = line.prefix { $0 != 32 }
      let chapter = reference.prefix { $0 != UInt8(ascii: ":") }
      let digits = chapter.reversed().prefix { $0 >= 48 && $0 < 58 }.count
      let name = String(decoding: chapter.dropLast(digits), as: UTF8.self)
      if names.last != name {
        names.append(name)
        texts.append([])
      }
      texts[texts.count - 1] += line.dropFirst(reference.count + 1) + [10]
    }
    guard names.count == 66 else { fail("\(path) does not hold the 66 books") }
    return Collection(
      name: "KJV",
      works: zip(names, texts).map { Work(name: $0, family: "KJV " + $0, text: $1) })
  }

  /// The texts of a directory; a name that ends in a number is another edition.
  static func library(_ directory: String) throws -> Collection {
    let folder = directory + "/texts"
    let works = try FileSystem.listDirectory(folder).sorted().filter { $0.hasSuffix(".txt") }.map {
      let name = String($0.dropLast(4))
      let last = name.split(separator: "-").last ?? ""
      let isEdition = last.allSatisfy { $0 >= "0" && $0 <= "9" }
      return Work(
        name: name, family: isEdition ? String(name.dropLast(last.count + 1)) : name,
        text: readFile(folder + "/" + $0))
    }
    guard works.count > 30 else { fail("\(directory) is not the library") }
    return Collection(name: "Library", works: works)
  }
}

/// Works in an index on disk.
struct Registered {
  let works: [Work]
  let index: GramIndex
  private let whitelist: Whitelist

  init(_ works: [Work], whitelist: Whitelist = .none, in directory: String) throws {
    self.works = works
    self.whitelist = whitelist
    let path = directory + "/index"
    var builder = try GramIndexBuilder(path: path)
    for (number, work) in works.enumerated() {
      let digest = Digest(0, 0, 0, UInt64(number))
      try builder.add(
        try Fingerprint(utf8: work.text), of: IndexedWork(digest, fingerprint: digest))
    }
    try builder.finish()
    index = GramIndex(try GramIndexFile(path: path))
  }

  /// What a text shares with each work.
  func resemblances(of text: [UInt8]) throws -> [Resemblance] {
    try index.resemblances(of: try Fingerprint(utf8: text), leavingOut: whitelist)
  }
}

extension Resemblance {
  /// The place of the work among those that were registered.
  var number: Int { Int(work.word3) }

  /// Why the text counts as derived from the work.
  var reason: Derivation? { DerivationRule.standard.reason(for: self) }
}
