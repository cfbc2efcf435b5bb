// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The way data flows, read from the table in `Package.swift` and from the imports.
@Suite struct ModuleTests {
  struct Row: Sendable {
    let name: String
    let uses: [String]
  }

  /// The rows of the table, in order.
  static let rows: [Row] = {
    let text = Tree.file("Package.swift")?.lines.joined(separator: "\n") ?? ""
    guard let start = text.range(of: "let modules: [Module] = ["),
      let end = text.range(of: "\n]\n", range: start.upperBound..<text.endIndex)
    else { return [] }
    let row = /name: "(?<name>\w+)",\s*uses: \[(?<uses>[^\]]*)\]/
    return text[start.upperBound..<end.lowerBound].matches(of: row).map { match in
      Row(
        name: String(match.output.name),
        uses: match.output.uses.matches(of: /\w+/).map { String($0.output) })
    }
  }()

  private static let names = Set(rows.map(\.name))

  private func imports(of file: Tree.File) -> [String] {
    file.lines.compactMap { line in
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
        words[..<place].allSatisfy({ $0.first?.isLetter == true || $0.first == "@" }), place < 3
      else { return nil }
      return String(words[place + 1])
    }
  }

  @Test func `A row uses rows above it only`() {
    #expect(Self.rows.count >= 17)
    for (index, row) in Self.rows.enumerated() {
      let above = Set(Self.rows[..<index].map(\.name))
      let below = row.uses.filter { Self.names.contains($0) && !above.contains($0) }
      #expect(below.isEmpty, "\(row.name) uses what stands below it")
    }
  }

  @Test func `A module imports only what its row names, and needs all of it`() {
    for row in Self.rows {
      let files = Tree.swift(below: "Sources/\(row.name)/")
      #expect(!files.isEmpty, "\(row.name) has no files")
      var imported: Set<String> = []
      for file in files {
        imported.formUnion(imports(of: file))
        let undeclared = imports(of: file).filter {
          Self.names.contains($0) && !row.uses.contains($0)
        }
        #expect(undeclared.isEmpty, "\(file.path)")
      }
      #expect(row.uses.filter { !imported.contains($0) }.isEmpty, "\(row.name) needs less")
    }
  }

  @Test func `Every folder of sources is a module, a C library or the program`() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: Tree.root.path + "/Sources")
    let libraries = Self.rows.flatMap(\.uses).filter { !Self.names.contains($0) }
    #expect(Set(folders) == Self.names.union(libraries).union(["cadastre"]))
  }

  @Test func `Every dependency stands in the table of the README`() throws {
    guard let readme = Tree.file("README.md") else {
      print("NOTICE: dependencies are not compared: there is no README.md")
      return
    }
    let tables = readme.lines.filter { $0.hasPrefix("|") }.joined(separator: "\n")
    let manifest = Tree.file("Package.swift")?.lines.joined(separator: "\n") ?? ""
    let debian = manifest.matches(of: /\.apt\(\["([^"]+)"\]\)/).map { String($0.output.1) }
    #expect(debian.count >= 3)
    let requirements = try #require(Tree.file("Python/requirements.txt"))
    let python = requirements.lines.filter { !$0.isEmpty && !$0.hasPrefix("#") }.map {
      String($0.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
    }
    #expect(python.count >= 3)
    for name in debian + python + ["torch", "libopenblas-dev"] {
      #expect(tables.contains("`\(name)`"), "\(name) is not named")
    }
  }

  @Test func `The package uses no packages`() {
    let manifest = Tree.file("Package.swift")?.lines.joined(separator: "\n") ?? ""
    #expect(!manifest.contains(".package("))
  }
}
