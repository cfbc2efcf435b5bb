// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport

/// A page of which one part is measured.
struct Page {
  private static let begin = "<!-- measured: begin -->\n"
  private static let end = "<!-- measured: end -->\n"

  private let path: String
  private let before: String
  private let after: String

  /// Reads a page; ends the program where it lacks the marks.
  init(_ path: String) {
    self.path = path
    let text = String(decoding: readFile(path), as: UTF8.self)
    guard let begin = text.firstRange(of: Self.begin), let end = text.firstRange(of: Self.end),
      begin.upperBound <= end.lowerBound
    else { fail("\(path) does not say where the measurements belong") }
    before = String(text[..<begin.upperBound])
    after = String(text[end.lowerBound...])
  }

  /// Puts text between the marks.
  func replace(with text: String) {
    writeFile(Array((before + "\n" + text + "\n" + after).utf8), to: path)
  }
}
