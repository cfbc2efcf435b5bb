// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register
import Testing

@testable import Rights

/// RSL 1.0, and XML that means harm.
@Suite struct LicenceTests {
  private func licence(_ contents: String) -> String {
    """
    <?xml version="1.0"?>
    <rsl xmlns="https://rslstandard.org/rsl" xmlns:c="urn:cadastre:terms:v1#">\(contents)</rsl>
    """
  }

  private func read(_ licences: String, _ url: String = "/x") -> Stances {
    stances(
      .rsl, .license, licence("<content url=\"/\">\(licences)</content>"), url: url)
  }

  @Test func `Any prohibition beats any permission, in the same licence or another`() {
    let permits = "<permits type=\"usage\">ai-train ai-input</permits>"
    let prohibits = "<prohibits type=\"usage\">ai-train</prohibits>"
    for text in [
      "<license>\(permits)\(prohibits)</license>",
      "<license>\(permits)</license><license>\(prohibits)</license>",
      "<license>\(prohibits)</license><license>\(permits)</license>",
    ] {
      #expect(read(text).set(.prohibited) == Set(Crosswalk.training))
      #expect(read(text).set(.allowed) == [.ground])
    }
  }

  @Test func `A licence that names nothing grants nothing, and prohibits nothing`() {
    #expect(read("<license/>").isSilent)
    #expect(read("<license><permits type=\"usage\">search</permits></license>").isSilent)
    #expect(read("").isSilent)
  }

  @Test func `Old and foreign tokens are unknown`() {
    for token in ["train-ai", "ai-include", "x:ai-train", "AI-TRAIN"] {
      #expect(read("<license><permits type=\"usage\">\(token)</permits></license>").isSilent)
      #expect(read("<license><prohibits type=\"usage\">\(token)</prohibits></license>").isSilent)
    }
    let own = "<license><prohibits type=\"usage\">c:distil</prohibits></license>"
    #expect(read(own).set(.prohibited) == [.distil])
  }

  @Test func `A permission on conditions that nothing here can judge is unknown`() {
    let permits = "<permits type=\"usage\">ai-all</permits>"
    #expect(read("<license>\(permits)</license>").set(.allowed) == Set(Purpose.allCases))
    for condition in [
      "<permits type=\"user\">education</permits>", "<prohibits type=\"geo\">EU</prohibits>",
      "<permits type=\"other\">x</permits>", "<reporting type=\"audit\" profile=\"urn:x\"/>",
    ] {
      #expect(read("<license>\(permits)\(condition)</license>").isSilent, "\(condition)")
    }
    let server = licence(
      "<content url=\"/\" server=\"https://s\"><license>\(permits)</license></content>")
    #expect(stances(.rsl, .license, server).isSilent)
  }

  @Test func `The longest path in octets decides, not the longest run of segments`() {
    let no = "<license><prohibits type=\"usage\">ai-all</prohibits></license>"
    let yes = "<license><permits type=\"usage\">ai-all</permits></license>"
    let text = licence(
      "<content url=\"/content\">\(no)</content><content url=\"/content/free/*\">\(yes)</content>"
        + "<content url=\"https://h.example/other$\">\(no)</content>")
    func read(_ url: String) -> Stance { stances(.rsl, .license, text, url: url)[.train] }
    #expect(read("/content") == .prohibited)
    #expect(read("/content-other") == .prohibited)
    #expect(read("/content/free/a") == .allowed)
    #expect(read("/other") == .prohibited)
    #expect(read("/others") == .unknown)
  }

  @Test func `XML that is broken, of another root or hostile prohibits`() {
    let laughs = """
      <?xml version="1.0"?><!DOCTYPE rsl [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
      <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><rsl xmlns="https://rslstandard.org/rsl">&c;</rsl>
      """
    let file = """
      <!DOCTYPE rsl SYSTEM "file:///etc/passwd"><rsl xmlns="https://rslstandard.org/rsl"/>
      """
    let hostile = [
      "", "<rsl", "<rsl/>", "<html/>", laughs, file, licence("<content>"), licence("&undefined;"),
      licence("<content url=\"/\">\u{0}</content>"),
      String(repeating: "<a>", count: 100_000),
    ]
    for text in hostile {
      #expect(stances(.rsl, .license, text) == .prohibitingAll, "\(text.prefix(60))")
    }
    let bytes = Array(licence("").utf8)
    let wide: [UInt8] = [0xff, 0xfe] + bytes.flatMap { [$0, 0] as [UInt8] }
    for each in [wide, bytes + [0xff], Array("<?xml encoding='UTF-7'?>+ADw-rsl/+AD4-".utf8)] {
      let document = SourceDocument(place: .license, bytes: each)
      #expect(SignalReader.read([document], url: nil).first?.stances == .prohibitingAll)
    }
  }

  @Test func `Errors name the line`() throws {
    let text = "<rsl xmlns=\"https://rslstandard.org/rsl\">\n<content>\n</rsl>"
    let document = SourceDocument(place: .license, bytes: Array(text.utf8))
    let reading = try #require(SignalReader.read([document], url: nil).first?.readings.first)
    #expect(reading.isUnreadable)
    #expect(reading.notes.first?.line == 3)
  }

  @Test func `Depth and number of elements are read at the limit, and not beyond`() {
    func nested(_ depth: Int) -> Stances {
      let inside = depth - 1
      return stances(
        .rsl, .license,
        licence(
          String(repeating: "<a>", count: inside) + String(repeating: "</a>", count: inside)))
    }
    #expect(nested(ReadingLimits.deepestMarkup).isSilent)
    #expect(nested(ReadingLimits.deepestMarkup + 1) == .prohibitingAll)
    func wide(_ count: Int) -> Stances {
      stances(.rsl, .license, licence(String(repeating: "<a/>", count: count - 1)))
    }
    #expect(wide(ReadingLimits.mostElements).isSilent)
    #expect(wide(ReadingLimits.mostElements + 1) == .prohibitingAll)
  }
}
