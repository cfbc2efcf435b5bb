// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Signing
import Testing

@testable import Gate

/// Lines as other programs write them, and as somebody writes them who means harm.
private struct LineMaker {
  var random: Philox4x32

  init(key: UInt64) { random = Philox4x32(key: key, stream: 5) }

  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int(random.below(UInt32(values.count)))]
  }

  /// Text between quotation marks, mostly well-formed.
  mutating func string() -> String {
    let parts = [
      "a", "word ", "é", "漢", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9",
      "\\ud83d\\ude00", "\\u0000", "{", "}", "[", ",", ":", "~", "\u{7f}", "plain ASCII text ",
    ]
    let broken = ["\\ud83d", "\\udc00", "\\x", "\\u12", "\u{1}", "\n", "\t", "\\"]
    var text = ""
    for _ in 0..<random.below(9) {
      text += random.below(25) == 0 ? pick(broken) : pick(parts)
    }
    return "\"" + text + "\""
  }

  mutating func value() -> String {
    switch random.below(12) {
    case 0: pick(["1", "-0", "1e400", "01", "1.5e3", "-", "9007199254740993"])
    case 1: pick(["true", "false", "null", "nul", "True"])
    case 2:
      pick([
        "[]", "{}", "[1,[2]]", "{\"a\":{\"b\":[]}}", "[1,]", "{\"a\":1,\"a\":2}", "[\"]\"]", "[\"",
        String(repeating: "[", count: 63) + String(repeating: "]", count: 63),
        String(repeating: "[", count: 64) + String(repeating: "]", count: 64),
        String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
      ])
    default: string()
    }
  }

  mutating func line() -> [UInt8] {
    let keys = [
      "path", "text", "base64", "meta", "id", "p\\u0061th", "te\\u0078t", "é", "", "te", "textt",
    ]
    let spaces = ["", "", "", " ", "\t", "\r", "  "]
    var members: [String] = []
    if random.below(8) > 0 { members.append("\"path\":" + string()) }
    if random.below(8) > 0 { members.append("\"text\":" + string()) }
    for _ in 0..<random.below(3) {
      members.insert(
        "\"" + pick(keys) + "\"" + pick(spaces) + ":" + pick(spaces) + value(),
        at: Int(random.below(UInt32(members.count + 1))))
    }
    let comma = random.below(20) == 0 ? ",," : pick(spaces) + "," + pick(spaces)
    var bytes = Array(
      (pick(spaces) + "{" + members.joined(separator: comma) + "}" + pick(spaces)).utf8)
    switch random.below(10) {
    case 0 where !bytes.isEmpty:
      bytes[Int(random.below(UInt32(bytes.count)))] = UInt8(truncatingIfNeeded: random.below(256))
    case 1: bytes.removeLast(min(bytes.count, Int(random.below(6))))
    case 2: bytes += pick([Array("x".utf8), Array("{}".utf8), [0xff]])
    default: break
    }
    return bytes
  }
}

@Suite struct DocumentLineTests {
  private func line(_ text: String) -> Candidate {
    DocumentLine.candidate(Array(text.utf8).span)
  }

  private func reason(_ candidate: Candidate) -> String? {
    if case .unreadable(let reason) = candidate.content { reason } else { nil }
  }

  @Test(arguments: 0..<8)
  func `The scanner gives what the strict reader gives, or leaves it to that`(_ key: Int) {
    var maker = LineMaker(key: UInt64(key))
    var scanned = 0
    for _ in 0..<4000 {
      let bytes = maker.line()
      guard let (path, text) = DocumentLineScanner.document(in: bytes.span),
        String(validating: text, as: UTF8.self) != nil
      else { continue }
      scanned += 1
      #expect(
        DocumentLine.content(bytes.span) == .document(path: path, text: text),
        "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(scanned > 500, "the scanner is there to be used")
  }

  @Test(arguments: 0..<4)
  func `Whatever a line holds, its candidate says what the strict reader says`(_ key: Int) {
    var maker = LineMaker(key: UInt64(100 + key))
    for _ in 0..<2000 {
      let bytes = maker.line()
      let candidate = DocumentLine.candidate(bytes.span)
      switch DocumentLine.content(bytes.span) {
      case .document(let path, let text):
        #expect(candidate.path == path && candidate.byteCount == text.count)
        if let work = candidate.work { #expect(work == SHA256.digest(text)) }
      case .unreadable(let path, let error):
        #expect(candidate.path == path ?? "line:" + SHA256.digest(bytes).hex)
        #expect(candidate.byteCount == (error == .notRead ? 0 : bytes.count))
        #expect(reason(candidate) == "\(error)")
      }
    }
  }

  @Test func `The work is the text in UTF-8, whatever way the line spells it`() {
    let text = "Ein Käse,\n\"so\" \\ 😀"
    let spellings = [
      #"{"path":"a","text":"Ein Käse,\n\"so\" \\ 😀"}"#,
      #"{"text":"Ein K\u00e4se,\u000a\u0022so\" \u005C \uD83D\ude00","x":[{}],"path":"a"}  "#,
      #" { "n" : -1.5e3 , "path" : "\u0061" , "text" : "Ein K\u00E4se,\n\"so\" \\ 😀" }"# + "\r",
    ]
    for spelling in spellings {
      let candidate = line(spelling)
      #expect(candidate.path == "a" && candidate.work == SHA256.digest(text), "\(spelling)")
      #expect(candidate.byteCount == text.utf8.count)
    }
  }

  @Test
  func `A file that is no text goes by its bytes, and one that nobody could read by its path`()
    throws
  {
    for content: [UInt8] in [[0x63, 0xe9], Array("some words".utf8), [], [0xff, 0x00]] {
      let candidate = line("{\"path\":\"a\",\"base64\":\"\(Base64.encode(content))\"}")
      #expect(candidate.path == "a" && candidate.byteCount == content.count)
      do {
        _ = try WordSequence(utf8: content)
        #expect(candidate.work == SHA256.digest(content))
      } catch {
        #expect(candidate.work == nil && reason(candidate) == "\(error)")
      }
    }
    let unread = line(#"{"path":"a","text":null}"#)
    #expect(unread.byteCount == 0 && reason(unread) == "the file cannot be read")
    #expect(line(#"{"path":"a","text":"b","base64":"?"}"#).work == SHA256.digest("b"))
    for wrong in [#"{"path":"a","base64":"YQ"}"#, #"{"path":"a","base64":1}"#, #"{"path":"a"}"#] {
      #expect(reason(line(wrong)) == "\(DocumentLineError.noText)")
    }
  }

  @Test func `What is no document is unreadable, with a reason and a remedy`() {
    let cases: [(String, DocumentLineError)] = [
      ("", .empty), (" \t\r", .empty), ("[]", .noObject), ("\"path\"", .noObject),
      (#"{"text":"a b"}"#, .noPath), (#"{"path":"","text":"a"}"#, .noPath),
      (#"{"path":1,"text":"a"}"#, .noPath), (#"{"path":"a"}"#, .noText),
      (#"{"path":"a","text":["a"]}"#, .noText),
    ]
    for (text, error) in cases {
      #expect(reason(line(text)) == "\(error)", "\(text)")
      #expect("\(error)".contains(": "), "it has a remedy")
    }
    for text in [
      #"{"path":"a","text":"b","text":"c"}"#, #"{"path":"a","p\u0061th":"b","text":"c"}"#,
      #"{"path":"a","text":"b","m":{"x":1,"x":2}}"#,
    ] {
      #expect(reason(line(text))?.hasPrefix("a name occurs twice") == true, "\(text)")
    }
    #expect(reason(line(#"{"path":"a","text":""}"#))?.contains("empty") == true)
    #expect(reason(line(#"{"path":"a","text":"…!"}"#))?.contains("neither letters") == true)
    let invalid = Array(#"{"path":"a","text":"b"#.utf8) + [0xff] + Array(#""}"#.utf8)
    #expect(reason(DocumentLine.candidate(invalid.span))?.contains("Unicode") == true)
  }

  @Test func `Limits hold on both sides`() {
    let atLimit = Array(#"{"path":"a","text":"b"}"#.utf8)
    #expect(DocumentLine.candidate(atLimit.span, limit: atLimit.count).work != nil)
    let over = DocumentLine.candidate(atLimit.span, limit: atLimit.count - 1)
    #expect(reason(over) == "\(DocumentLineError.tooLong(limit: atLimit.count - 1))")
    for (length, isRead) in [
      (DocumentLine.longestPath, true), (DocumentLine.longestPath + 1, false),
    ] {
      let path = String(repeating: "p", count: length)
      #expect((line(#"{"path":"\#(path)","text":"b"}"#).work != nil) == isRead)
    }
    #expect(DocumentLine.longest == 64 << 20)
  }

  @Test func `Megabytes of brackets, names and escapes end in an answer`() {
    let million = 1_000_000
    let hostile = [
      String(repeating: "[", count: million), String(repeating: "{\"a\":", count: million / 4),
      "{\"path\":\"a\",\"text\":\"" + String(repeating: "\\", count: million),
      "{\"path\":\"" + String(repeating: "\\u0061", count: million / 6) + "\",\"text\":\"b\"}",
      "{" + (0..<50_000).map { "\"k\($0)\":0," }.joined() + "\"path\":\"a\",\"text\":\"b\"}",
      "{\"" + String(repeating: "k", count: million) + "\":0,\"path\":\"a\"}",
    ]
    for text in hostile.dropLast(2) { #expect(line(text).work == nil) }
    #expect(line(hostile[4]).work == SHA256.digest("b"))
    #expect(reason(line(hostile[5]))?.utf8.count ?? 0 < 200, "a reason is short")
  }
}
