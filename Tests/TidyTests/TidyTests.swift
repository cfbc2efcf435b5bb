// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Rules about the tree that no compiler checks.
@Suite struct TidyTests {
  /// Words that stay out of some folders, and why.
  struct Ban: Sendable, CustomTestStringConvertible {
    let pattern: String
    let folders: [String]
    let reason: String

    var testDescription: String { pattern }
  }

  static let bans = [
    Ban(
      pattern: #"\b(Double|Float|CGFloat)\b"#, folders: ["Sources/Money", "Sources/Settlement"],
      reason: "money is whole minor units"),
    Ban(
      pattern: #"\bimport Foundation"#, folders: ["Sources"],
      reason: "the program starts fast and depends on little"),
    Ban(pattern: #"\btry!"#, folders: ["Sources"], reason: "errors are handled or thrown"),
    Ban(
      pattern: #"\bas!"#, folders: ["Sources"], reason: "a wrong type is an error, not a crash"),
    Ban(
      pattern: #"\bfatalError\("#, folders: ["Sources"],
      reason: "invariants are preconditions with a sentence"),
    Ban(
      pattern: #"\bprint\("#, folders: ["Sources"],
      reason: "only the command line prints, through Stream"),
    Ban(
      pattern: #"\b(URLSession|getaddrinfo)\b"#, folders: ["Sources"],
      reason: "only libcurl and libmicrohttpd talk to a network"),
  ]

  private func found(_ pattern: String, in file: Tree.File, lines: [String]) throws -> [String] {
    let expression = try Regex(pattern)
    return lines.enumerated().filter { $0.element.contains(expression) }.map {
      "\(file.path):\($0.offset + 1)"
    }
  }

  @Test func `The tree is here`() {
    #expect(Tree.swift(below: "Sources/").count > 100)
    #expect(Tree.file("Package.swift") != nil)
  }

  @Test(arguments: bans) func `Banned words stay out`(_ ban: Ban) throws {
    for folder in ban.folders {
      let places = try Tree.swift(below: folder + "/").flatMap {
        try found(ban.pattern, in: $0, lines: $0.code)
      }
      #expect(places.isEmpty, "\(ban.reason)")
    }
  }

  @Test func `Nothing is left to be done later`() throws {
    let pattern = ["TO" + "DO", "FIX" + "ME", "X" + "XX"].joined(separator: "|")
    let places = try Tree.files.flatMap { file in
      try found("\\b(\(pattern))\\b", in: file, lines: file.lines)
    }
    #expect(places.isEmpty)
  }

  @Test func `No path of somebody's machine`() throws {
    let homes = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/[a-z]"].joined(separator: "|")
    for file in Tree.files {
      let tests = file.path.hasPrefix("Tests/") || file.path.hasPrefix("Documentation/")
      let pattern = "(^|[^A-Za-z0-9_.~-])(\(homes)\(tests ? "" : "|/tm" + "p/"))"
      #expect(try found(pattern, in: file, lines: file.lines).isEmpty)
    }
  }

  @Test func `Every source says whose it is and under which licence`() {
    for file in Tree.files where ["swift", "h", "py"].contains(file.suffix) || file.isScript {
      let comment = file.suffix == "swift" || file.suffix == "h" ? "//" : "#"
      let lines = file.lines.drop { $0.hasPrefix("#!") || $0.hasPrefix("// swift-tools") }
      #expect(
        Array(lines.prefix(2)) == [
          "\(comment) SPDX-FileCopyrightText: the Cadastre authors",
          "\(comment) SPDX-License-Identifier: Apache-2.0",
        ], "\(file.path)")
    }
  }

  @Test func `Files and functions stay short`() {
    for file in Tree.swift() {
      #expect(file.lines.count <= 600, "\(file.path) has \(file.lines.count) lines")
      if file.lines.count > 400 {
        print("NOTICE: \(file.path) has \(file.lines.count) lines: more than one idea?")
      }
      // A test may tell a longer story.
      guard !file.path.hasPrefix("Tests/") else { continue }
      for function in file.functions where function.length > 70 {
        Issue.record("\(file.path):\(function.line): a function of \(function.length) lines")
      }
    }
  }

  @Test func `Lines end without white space, files with one line feed`() {
    for file in Tree.files where file.path.hasSuffix(".swift") || file.suffix == "py" {
      let ragged = file.lines.indices.filter { file.lines[$0].last == " " }
      #expect(ragged.isEmpty, "\(file.path): lines \(ragged.map { $0 + 1 })")
      #expect(file.lines.last == "" && file.lines.dropLast().last != "", "\(file.path)")
    }
  }
}

extension Tree.File {
  var suffix: String { (path as NSString).pathExtension }
  var isScript: Bool { lines.first?.hasPrefix("#!") == true }

  /// Functions and initialisers: the line of the first word, and how many lines to the last brace.
  ///
  /// The formatter puts the closing brace at the column of the declaration, which is all this reads.
  var functions: [(line: Int, length: Int)] {
    var functions: [(line: Int, length: Int)] = []
    for (index, line) in lines.enumerated() {
      let words = line.split(separator: " ")
      let isStart = words.prefix(6).contains { word in
        word == "func" || word.hasPrefix("init(") || word.hasPrefix("init?(") || word == "deinit"
      }
      guard isStart, !line.contains("//"), words.first != "return" else { continue }
      let indent = line.prefix { $0 == " " }
      guard
        let end = lines[index...].firstIndex(where: {
          $0 == indent + "}" || $0 == line && $0.last == "}"
        })
      else { continue }
      functions.append((index + 1, end - index + 1))
    }
    return functions
  }
}
