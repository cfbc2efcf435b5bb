// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Presentation
import Primitives
import Testing

/// The first thing that keeps the text from being well formed, or nil.
///
/// Knows what the reports use: elements with quoted attributes, a few void elements, one doctype.
private func malformation(of html: String) -> String? {
  var open: [String] = []
  var rest = Substring(html)
  guard rest.hasPrefix("<!DOCTYPE html>\n") else { return "no doctype" }
  rest = rest.dropFirst(16)
  while let start = rest.firstIndex(of: "<") {
    let text = rest[..<start]
    if open.last != "style", text.contains(">") { return "loose > in '\(text)'" }
    guard let end = rest[start...].firstIndex(of: ">") else { return "a tag does not end" }
    let tag = rest[rest.index(after: start)..<end]
    rest = rest[rest.index(after: end)...]
    if tag.hasPrefix("/") {
      guard open.popLast() == String(tag.dropFirst()) else { return "</\(tag)> closes nothing" }
    } else {
      let quoted = tag.split(separator: "\"", omittingEmptySubsequences: false)
      let names = quoted.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
      guard !quoted.count.isMultiple(of: 2), !tag.contains("<"),
        names.dropLast().allSatisfy({ $0.last == "=" })
      else { return "<\(tag)> is no tag" }
      let name = tag.prefix { $0 != " " }.description
      if name != "meta" { open.append(name) }
    }
  }
  return open.isEmpty ? nil : "\(open) not closed"
}

@Suite struct ReportTests {
  @Test func `A report is well formed, the same each time, and needs nothing from outside`() {
    let html = sampleReport().html
    #expect(malformation(of: html) == nil)
    #expect(html == sampleReport().html)
    for word in ["http:", "https:", "url(", "<script", "@import", "src=", "nan", "inf "] {
      #expect(!html.contains(word), "\(word)")
    }
    if let path = getenv("CADASTRE_SAMPLE_REPORT"), let file = fopen(path, "w") {
      fputs(html, file)
      fclose(file)
    }
  }

  @Test func `No text of a user becomes markup`() {
    var random = Philox4x32(key: 6, stream: 6)
    let pieces = [
      "<", ">", "\"", "'", "&", "</title>", "<script>", "-->", "]]>", "&lt;", "\0", "\u{1B}", "\n",
      "onload=", "</style>", "é", "\u{1F600}", "\u{D7FF}", "}", "javascript:",
    ]
    let skeleton = sampleReport(name: "x").html.filter { $0 == "<" }.count
    for _ in 0..<200 {
      let name = (0..<random.below(8)).map { _ in pieces[Int(random.below(20))] }.joined()
      let html = sampleReport(name: name).html
      #expect(malformation(of: html) == nil, "\(name.debugDescription)")
      #expect(html.filter { $0 == "<" }.count == skeleton)
      #expect(!html.unicodeScalars.contains("\0"))
    }
  }

  @Test func `Charts stand any numbers`() {
    var random = Philox4x32(key: 9, stream: 1)
    let special: [Double] = [
      0, -0.0, .nan, .infinity, -.infinity, 1e300, -1e300, 1e-300, 1, -1, 0.1, 12_345_678,
      .leastNonzeroMagnitude, .greatestFiniteMagnitude,
    ]
    for _ in 0..<500 {
      let places = (0..<Int(random.below(6))).map { Double($0) }
      func values() -> [Double] {
        places.map { _ in special[Int(random.below(UInt32(special.count)))] }
      }
      let labels = Chart.Labels("t", horizontal: "h", vertical: "v")
      var page = HTMLDocument(title: "t")
      page.addChart(
        .stackedArea(
          labels, places: places,
          layers: [.init("a", values: values()), .init("b", values: values())]))
      page.addChart(
        .line(
          labels,
          lines: [
            .init("a", points: zip(values(), values()).map { ($0, $1) }, reference: values().first)
          ]))
      page.addChart(.bars("t", values().map { .init("n", value: $0, text: "x") }))
      let html = page.html
      #expect(malformation(of: html) == nil)
      #expect(!html.contains("nan") && !html.contains("inf"))
    }
  }
}
