// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Register
import Testing

@testable import Rights

/// Matching by RFC 9309, case by case as the published rules state them.
@Suite struct RobotsTests {
  /// A file, a crawler, a URL, and whether the crawler may fetch it.
  struct Case: Sendable, CustomTestStringConvertible {
    let file: String
    let crawler: String
    let url: String
    let isAllowed: Bool

    init(_ file: String, _ crawler: String, _ url: String, _ isAllowed: Bool) {
      self.file = file
      self.crawler = crawler
      self.url = url
      self.isAllowed = isAllowed
    }

    var testDescription: String { "\(crawler) \(url) in \(file.debugDescription)" }
  }

  static let cases = [
    // No rule, no restriction; unknown lines are passed over.
    Case("", "a", "/x", true),
    Case("foo: /x\nuser-agent: a\nfoo: b\ndisallow: /\n", "a", "http://h/x", false),
    // Lines before any group belong to nobody.
    Case("disallow: /\nuser-agent: a\nallow: /y\n", "a", "/x", true),
    // Names of fields and tokens in any case; paths as they are written.
    Case("USER-AGENT: FooBot\nDISALLOW: /X\n", "foobot", "/X/1", false),
    Case("user-agent: foobot\ndisallow: /X\n", "FooBot", "/x/1", true),
    // Consecutive names begin one group; groups of one name are one.
    Case("user-agent: a\nuser-agent: b\ndisallow: /\n", "b", "/x", false),
    Case(
      "user-agent: a\ndisallow: /x\nuser-agent: b\ndisallow: /y\nuser-agent: a\ndisallow: /z\n",
      "a", "/z", false),
    // Everybody's group is for those without their own, and is not added to it.
    Case("user-agent: *\ndisallow: /\nuser-agent: a\ndisallow: /x\n", "a", "/y", true),
    Case("user-agent: *\ndisallow: /\nuser-agent: a\ndisallow: /x\n", "b", "/y", false),
    // The longest match in octets; Allow among equals; the order is nothing.
    Case("user-agent: a\ndisallow: /x/page.html\nallow: /x/\n", "a", "/x/page.html", false),
    Case("user-agent: a\nallow: /x/page.html\ndisallow: /x/\n", "a", "/x/page.html", true),
    Case("user-agent: a\ndisallow: /x\nallow: /x\n", "a", "/x", true),
    Case("user-agent: a\ndisallow:\n", "a", "/x", true),
    // Prefixes of octets, not of segments: this is where others differ.
    Case("user-agent: a\ndisallow: /content\n", "a", "/content-other", false),
    // Stars and anchors.
    Case("user-agent: a\ndisallow: /*.gif$\n", "a", "/x/y.gif", false),
    Case("user-agent: a\ndisallow: /*.gif$\n", "a", "/x/y.gif?q", true),
    Case("user-agent: a\ndisallow: /x*z\n", "a", "/xyz/1", false),
    Case("user-agent: a\ndisallow: /x*z\n", "a", "/xy", true),
    Case("user-agent: a\ndisallow: /$\n", "a", "/", false),
    Case("user-agent: a\ndisallow: /$\n", "a", "/x", true),
    // Octets outside ASCII and their escapes are the same; reserved ones are not.
    Case("user-agent: a\ndisallow: /ツ\n", "a", "/%E3%83%84", false),
    Case("user-agent: a\ndisallow: /%e3%83%84\n", "a", "/ツ/1", false),
    Case("user-agent: a\ndisallow: /%62%61%72\n", "a", "/bar", false),
    Case("user-agent: a\ndisallow: /a%2Fb\n", "a", "/a/b", true),
    Case("user-agent: a\ndisallow: /a%24\n", "a", "/a$", false),
    // The file itself may always be fetched.
    Case("user-agent: a\ndisallow: /\n", "a", "/robots.txt", true),
    // A byte order mark, other line ends, comments.
    Case("\u{feff}user-agent: a\rdisallow: /x # no\r", "a", "/x", false),
    // A path without a slash forbids what was meant, and allows nothing.
    Case("user-agent: a\ndisallow: x\n", "a", "/x", false),
    Case("user-agent: a\ndisallow: /\nallow: x\n", "a", "/x", false),
  ]

  @Test(arguments: cases) func `A crawler may fetch what the rules say`(_ each: Case) {
    let file = RobotsFile(parsing: Array(each.file.utf8))
    #expect(file.allows(each.crawler, to: RuleTarget(each.url)) == each.isAllowed)
  }

  @Test func `A server that fails or is silent prohibits, and one that has no file says nothing`() {
    for status in [0, 300, 399, 500, 503, 599] {
      let readings = SignalReader.read(
        [SourceDocument(place: .robots, bytes: [], status: status)], url: nil)
      #expect(readings.first?.stances == .prohibitingAll, "\(status)")
    }
    for status in [400, 404, 429, 499] {
      let document = SourceDocument(
        place: .robots, bytes: Array("user-agent: *\ndisallow: /".utf8), status: status)
      #expect(SignalReader.read([document], url: nil).isEmpty, "\(status)")
    }
  }

  @Test func `A file at the limit is read, and one byte more cannot be`() {
    let rule = Array("\nuser-agent: *\ndisallow: /\n".utf8)
    let filler = [UInt8](
      repeating: UInt8(ascii: "#"), count: ReadingLimits.largestText - rule.count)
    for (bytes, isUnreadable) in [(filler + rule, false), (filler + rule + [0x0a], true)] {
      let readings = SignalReader.read([SourceDocument(place: .robots, bytes: bytes)], url: "/x")
      #expect(readings.first?.readings.first?.isUnreadable == isUnreadable)
      #expect(readings.first?.stances[.train] == .prohibited)
    }
    #expect(ReadingLimits.largestText >= 500 * 1024)
  }

  @Test func `A URL at the limit is matched, and a longer one prohibits`() {
    let file = SourceDocument(place: .robots, bytes: Array("user-agent: *\nallow: /".utf8))
    let fits = "/" + String(repeating: "a", count: ReadingLimits.longestPath - 1)
    #expect(SignalReader.read([file], url: fits).first?.stances.isSilent == true)
    #expect(SignalReader.read([file], url: fits + "a").first?.stances == .prohibitingAll)
  }

  @Test func `Stars without end take bounded time`() {
    let stars = String(repeating: "*a", count: ReadingLimits.longestPath / 2)
    let pattern = PathPattern(("/" + stars + "b").utf8)
    let target = RuleTarget("/" + String(repeating: "a", count: ReadingLimits.longestPath - 1))
    let clock = ContinuousClock()
    var isMatch = true
    let time = clock.measure { isMatch = pattern.matches(target) }
    #expect(!isMatch)
    #expect(time < .seconds(5))
  }

  @Test func `Only crawlers for a purpose count against it, and Allow counts for nothing`() {
    let text = "User-agent: ChatGPT-User\nDisallow: /\nUser-agent: *\nAllow: /\n"
    let readings = SignalReader.read(
      [SourceDocument(place: .robots, bytes: Array(text.utf8))], url: "/x")
    #expect(readings.first?.stances.purposes(.prohibited) == [.ground])
    #expect(readings.first?.stances.purposes(.allowed) == [])
  }
}
