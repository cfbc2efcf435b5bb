// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Testing
import Tokenization

/// Sets a value deep in a JSON value.
private func setting(_ json: JSON, _ path: [String], to value: JSON?) -> JSON {
  guard let name = path.first, var object = json.object else { return json }
  object[name] =
    path.count == 1 ? value : object[name].map { setting($0, Array(path.dropFirst()), to: value) }
  return .object(object)
}

@Suite struct ReadingTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    let path: [String]
    let value: JSON?
    let error: TokenizerError

    init(_ path: String, _ value: JSON?, _ error: TokenizerError) {
      self.path = path.split(separator: ".").map(String.init)
      self.value = value
      self.error = error
    }

    var testDescription: String { "\(path): \(error)" }
  }

  static let refusals = [
    Refusal("model", nil, .missing(key: "model")),
    Refusal("model.type", "WordPiece", .unsupported(key: "model.type", name: "WordPiece")),
    Refusal("model.vocab", nil, .missing(key: "model.vocab")),
    Refusal("model.vocab", [], .wrong(key: "model.vocab", expected: "an object")),
    Refusal("model.vocab", [:], .unknownToken(key: "model.merges[0]", token: "a")),
    Refusal("model.vocab.!", nil, .missingByte(0x21)),
    Refusal(
      "model.vocab.!", -1,
      .wrong(key: "model.vocab.!", expected: "a token identifier below 4194304")),
    Refusal("model.vocab.!", 7, .conflict(key: "model.vocab", token: "'")),
    Refusal("model.merges", nil, .missing(key: "model.merges")),
    Refusal("model.merges", ["a"], .wrong(key: "model.merges[0]", expected: "two tokens")),
    Refusal("model.merges", ["a b c"], .wrong(key: "model.merges[0]", expected: "two tokens")),
    Refusal(
      "model.merges", [["a", "Q"]], .unknownToken(key: "model.merges[0]", token: "aQ")),
    Refusal("model.dropout", .double(0.1), .unsupported(key: "model.dropout", name: "dropout")),
    Refusal(
      "model.end_of_word_suffix", "</w>",
      .unsupported(key: "model.end_of_word_suffix", name: "</w>")),
    Refusal(
      "normalizer", ["type": "Lowercase"],
      .unsupported(key: "normalizer.type", name: "Lowercase")),
    Refusal("pre_tokenizer", nil, .missing(key: "pre_tokenizer")),
    Refusal(
      "pre_tokenizer", ["type": "Metaspace"],
      .unsupported(key: "pre_tokenizer.type", name: "Metaspace")),
    Refusal(
      "pre_tokenizer", ["type": "Digits"],
      .unsupported(key: "pre_tokenizer", name: "no ByteLevel step")),
    Refusal(
      "pre_tokenizer",
      ["type": "Split", "pattern": ["Regex": #"\w+"#], "behavior": "Isolated"],
      .unsupported(key: "pre_tokenizer.pattern.Regex", name: #"\w"#)),
    Refusal(
      "pre_tokenizer", ["type": "Split", "pattern": ["String": "a"], "behavior": "Torn"],
      .unsupported(key: "pre_tokenizer.behavior", name: "Torn")),
    Refusal(
      "pre_tokenizer", ["type": "Split", "pattern": ["Regex": "a("], "behavior": "Isolated"],
      .pattern(
        key: "pre_tokenizer.pattern.Regex", offset: 2, reason: "missing closing parenthesis")),
    Refusal("decoder", ["type": "WordPiece"], .unsupported(key: "decoder.type", name: "WordPiece")),
    Refusal(
      "post_processor", ["type": "BertProcessing"],
      .unsupported(key: "post_processor.type", name: "BertProcessing")),
    Refusal("added_tokens", 1, .wrong(key: "added_tokens", expected: "a list")),
    Refusal("added_tokens", [[:]], .missing(key: "added_tokens[0].content")),
    Refusal(
      "added_tokens", [["content": "<|x|>", "id": 20]],
      .conflict(key: "added_tokens[0]", token: "<|x|>")),
  ]

  @Test(arguments: refusals) func `What is wrong is named by its key`(_ refusal: Refusal) throws {
    let json = try trained(seed: 1).tokenizerJSON
    #expect(throws: refusal.error) {
      try Tokenizer(setting(json, refusal.path, to: refusal.value))
    }
    #expect("\(refusal.error)".contains("tokenizer"))
  }

  @Test func `A damaged file is read or refused, and never more than that`() throws {
    let bytes = try trained(seed: 2, size: 300).tokenizerJSON.canonicalBytes
    var random = Philox4x32(key: 5, stream: 6)
    var refused = 0
    for _ in 0..<150 {
      var damaged = bytes
      for _ in 0...random.below(3) {
        let place = Int(random.below(UInt32(damaged.count)))
        switch random.below(3) {
        case 0: damaged[place] = UInt8(truncatingIfNeeded: random.next32())
        case 1: damaged.remove(at: place)
        default: damaged.removeSubrange(place..<min(place + 40, damaged.count))
        }
      }
      do throws(TokenizerError) {
        let tokenizer = try Tokenizer(json: damaged)
        let text = randomText(&random, pieces: 20)
        #expect(try tokenizer.decode(try tokenizer.encode(text)) == text)
      } catch {
        #expect(!"\(error)".isEmpty)
        refused += 1
      }
    }
    #expect(refused > 100)
  }

  @Test(
    arguments: [
      (#"\s+(?!\S)"#, nil), (#"[^\s\p{L}]{,3}"#, nil), (#"(?i:'s)|\u3042"#, nil),
      (#"\bx"#, #"\b"#), (#"[a&&b]"#, "&&"), (#"[a[b]]"#, "[ within a set"), (#"(?m:a)"#, "(?m:"),
      (#"a{1,3}+"#, "{1,3}+"), (#"a{2}?"#, "{2}?"), (#"(a)\1"#, #"\1"#), (#"\h"#, #"\h"#),
      ("(*ACCEPT)", "(*"), ("a\\", "\\ at the end"), (#"\pL"#, #"\p without {…}"#),
    ] as [(String, String?)])
  func `An expression is translated, or its construct is named`(
    _ expression: String, _ refused: String?
  ) throws {
    if let refused {
      #expect(throws: TokenizerError.unsupported(key: "k", name: refused)) {
        try PatternTranslation.translate(expression, key: "k")
      }
    } else {
      _ = try Pattern(expression: PatternTranslation.translate(expression, key: "k"), key: "k")
    }
  }

  @Test func `An expression that never ends is stopped`() throws {
    let pattern = try Pattern(expression: "(?:a+)+c", key: "k")
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 60) + Array("bc".utf8)
    #expect(throws: TokenizerError.patternLimit(code: -47)) {
      try pattern.forEachMatch(in: text, text.indices) { _ in }
    }
  }
}
