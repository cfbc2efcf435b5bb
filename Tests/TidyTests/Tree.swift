// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The files of this repository, as they lie beside the tests.
enum Tree {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A text file.
  struct File: Sendable {
    /// From the repository's root.
    let path: String
    let lines: [String]

    /// The lines without what stands in string literals and behind `//`, for rules about code.
    var code: [String] { lines.map(Tree.code) }
  }

  private static let folders = [
    "Benchmarks", "Documentation", "Python", "Scripts", "Sources", "Tests",
  ]

  /// Every file of the folders that people write in, and those at the root.
  static let files: [File] = {
    let manager = FileManager.default
    var paths = ((try? manager.contentsOfDirectory(atPath: root.path)) ?? []).filter { name in
      ["swift", "md"].contains((name as NSString).pathExtension) || name == "Makefile"
    }
    for folder in folders {
      let below = (try? manager.subpathsOfDirectory(atPath: root.path + "/" + folder)) ?? []
      paths += below.filter { !$0.contains("__pycache__") }.map { folder + "/" + $0 }
    }
    return paths.sorted().compactMap { path in
      guard let data = manager.contents(atPath: root.path + "/" + path),
        let text = String(data: data, encoding: .utf8)
      else { return nil }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      return File(path: path, lines: lines)
    }
  }()

  /// The Swift files, below a folder or everywhere.
  static func swift(below folder: String = "") -> [File] {
    files.filter { $0.path.hasSuffix(".swift") && $0.path.hasPrefix(folder) }
  }

  /// A file by its path; nil where it is not here.
  static func file(_ path: String) -> File? { files.first { $0.path == path } }

  private static func code(_ line: String) -> String {
    var code = ""
    var isText = false
    var previous: Character = " "
    for character in line {
      if character == "\"", previous != "\\" { isText.toggle() }
      if !isText, character == "/", previous == "/" { return String(code.dropLast()) }
      if !isText { code.append(character) }
      previous = character
    }
    return code
  }
}
