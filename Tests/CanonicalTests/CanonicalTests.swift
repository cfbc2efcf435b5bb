// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import TestSupport
import Testing

@Suite struct CanonicalTests {
  @Test(
    .enabled(if: Vectors.areAvailable(for: "JCS vectors")),
    arguments: ["arrays", "french", "structures", "unicode", "values", "weird"])
  func `JCS vectors give the published bytes`(name: String) throws {
    let value = try JSON.parse(Vectors.bytes("jcs/input/\(name).json"))
    let hex = try Vectors.text("jcs/outhex/\(name).txt").filter { !$0.isWhitespace }
    #expect(Hex.encode(value.canonicalBytes) == hex)
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1e21, "1e+21"), (1e20, "100000000000000000000"),
    (123.456, "123.456"), (.leastNonzeroMagnitude, "5e-324"),
    (1.7976931348623157e308, "1.7976931348623157e+308"),
    (1e-6, "0.000001"), (1e-7, "1e-7"), (-0.0000033333333333333333, "-0.0000033333333333333333"),
    (333333333.33333329, "333333333.3333333"), (9007199254740992, "9007199254740992"),
    (295147905179352825856, "295147905179352830000"), (1.5e300, "1.5e+300"),
  ])
  func `Doubles are written as ECMAScript writes them`(value: Double, text: String) throws {
    #expect(JSON.double(value).canonicalText == text)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "1e", "-", "nul", "\"\\x\"",
    "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\u{1}\"", "{\"a\":1,\"a\":2}",
    "{\"a\":1,\"\\u0061\":2}",
    "1 2", "[1 2]", "{1:2}", "1e999", "\u{feff}1", "NaN", "'a'", "[\"a]",
  ])
  func `Texts that are not JSON are refused`(text: String) {
    #expect(throws: JSONError.self) { try JSON.parse(text) }
  }

  @Test func `Bytes that are not UTF-8 are refused`() {
    for raw: [UInt8] in [
      [0x22, 0xff, 0x22], [0x22, 0xc0, 0xaf, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
    ] {
      #expect(throws: JSONError.self) { try JSON.parse(raw) }
    }
  }

  @Test func `Depth is limited on both sides of the limit`() throws {
    let atLimit = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
    #expect(try JSON.parse(atLimit).canonicalText == atLimit)
    #expect(throws: JSONError.tooDeep(limit: 64)) { try JSON.parse("[" + atLimit + "]") }
  }

  @Test func `Names that only look alike stay two names`() throws {
    let value = try JSON.parse("{\"\u{e9}\":1,\"e\u{301}\":2}")
    #expect(value.object?.members.count == 2)
    #expect(value["\u{e9}"] == 1)
    #expect(value["e\u{301}"] == 2)
  }

  @Test func `Canonical text reads back to the same value and the same bytes`() throws {
    var random = Philox4x32(key: 11, stream: 0)
    for _ in 0..<400 {
      let value = Self.arbitrary(&random, depth: 4)
      let bytes = value.canonicalBytes
      let again = try JSON.parse(bytes)
      #expect(again.canonicalBytes == bytes)
      #expect(try JSON.parse(value.prettyText).canonicalBytes == bytes)
    }
  }

  @Test func `Arbitrary bytes never trap the parser`() {
    var random = Philox4x32(key: 12, stream: 0)
    let alphabet = Array("{}[]\",:0123456789eE+-.truefalsnul\\ \u{e9}".utf8)
    for _ in 0..<4000 {
      let bytes = (0..<random.below(24)).map { _ in
        alphabet[Int(random.below(UInt32(alphabet.count)))]
      }
      if let value = try? JSON.parse(bytes) {
        #expect((try? JSON.parse(value.canonicalBytes))?.canonicalBytes == value.canonicalBytes)
      }
    }
  }

  @Test func `A text is called canonical exactly where its bytes are the canonical ones`() throws {
    var random = Philox4x32(key: 14, stream: 0)
    var (yes, no) = (0, 0)
    for round in 0..<3000 {
      let value = Self.arbitrary(&random, depth: 3)
      var bytes = round.isMultiple(of: 7) ? Array(value.prettyText.utf8) : value.canonicalBytes
      // Most changes break the text; those that do not often give another spelling.
      for _ in 0..<random.below(3) where !bytes.isEmpty {
        let place = Int(random.below(UInt32(bytes.count)))
        switch random.below(4) {
        case 0: bytes[place] ^= 1 << UInt8(random.below(7))
        case 1: bytes.insert(0x20, at: place)
        case 2: bytes.insert(contentsOf: Array("\\u0041".utf8), at: place)
        default: bytes.insert(UInt8(ascii: "0"), at: place)
        }
      }
      guard let text = try? JSON.read(bytes) else { continue }
      let expected = text.value.canonicalBytes == bytes
      #expect(text.isCanonical == expected, "\(String(decoding: bytes, as: UTF8.self))")
      if expected { yes += 1 } else { no += 1 }
    }
    #expect(yes > 300 && no > 300)
    for spelling in ["-0", "1.0", "1e2", "\"\\/\"", "\"\\u000a\"", "{\"b\":1,\"a\":2}", " 1", "1 "]
    {
      #expect(try !JSON.read(Array(spelling.utf8)).isCanonical, "\(spelling)")
    }
    for spelling in ["0", "-1", "1.5", "\"\\n\"", "{\"a\":1,\"b\":2}", "1e+21"] {
      #expect(try JSON.read(Array(spelling.utf8)).isCanonical, "\(spelling)")
    }
  }

  @Test func `Names are ordered by UTF-16 code units`() throws {
    var random = Philox4x32(key: 15, stream: 0)
    let edges = ["\u{d7ff}", "\u{e000}", "\u{ffff}", "\u{10000}", "\u{10ffff}", "\u{ef}", "a"]
    for _ in 0..<2000 {
      let texts = (0..<2).map { _ in
        let stem = random.below(2) == 0 ? Self.arbitraryText(&random) : "same"
        return stem + edges[Int(random.below(UInt32(edges.count)))] + Self.arbitraryText(&random)
      }
      let expected = texts[0].utf16.lexicographicallyPrecedes(texts[1].utf16)
      let names = JSON.object(JSONObject(texts.map { ($0, .null) })).object?.keys ?? []
      let isFirst = names.first?.utf16.elementsEqual(texts[0].utf16) == true
      #expect(expected == (isFirst && names.count == 2))
    }
  }

  @Test func `Members are found in canonical bytes, and cut out of them`() throws {
    var random = Philox4x32(key: 16, stream: 0)
    for _ in 0..<600 {
      var object = JSONObject()
      for name in ["at", "proof", "z"] where random.below(3) > 0 {
        object[name] = Self.arbitrary(&random, depth: 3)
      }
      for _ in 0..<random.below(3) {
        object[Self.arbitraryText(&random)] = Self.arbitrary(&random, depth: 2)
      }
      let bytes = JSON.object(object).canonicalBytes
      let found = try #require(CanonicalObject(in: bytes))
      for name in ["at", "proof", "z", "none"] {
        #expect(found.bytes(of: name).map(Array.init) == object[name]?.canonicalBytes)
        let (head, tail) = found.removing(name)
        #expect(
          Array(bytes[head]) + bytes[tail] == JSON.object(object.removing(name)).canonicalBytes)
      }
    }
    for other in ["[]", "1", "\"{\"", ""] {
      #expect(CanonicalObject(in: Array(other.utf8)) == nil)
    }
  }

  /// Base58 digit by digit, as the alphabet defines it.
  private static func plainBase58(_ bytes: [UInt8]) -> String {
    let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
    var digits: [Int] = []
    for byte in bytes {
      var carry = Int(byte)
      for index in digits.indices {
        carry += digits[index] << 8
        (digits[index], carry) = (carry % 58, carry / 58)
      }
      while carry > 0 {
        digits.append(carry % 58)
        carry /= 58
      }
    }
    return String(bytes.prefix { $0 == 0 }.map { _ in alphabet[0] })
      + String(digits.reversed().map { alphabet[$0] })
  }

  @Test func `Base58 in groups of digits is Base58 digit by digit`() {
    var random = Philox4x32(key: 17, stream: 0)
    for count in 0..<180 {
      var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next32()) }
      for _ in 0..<random.below(4) where count > 0 {
        bytes[Int(random.below(UInt32(count)))] = random.below(2) == 0 ? 0 : 255
      }
      let text = Self.plainBase58(bytes)
      #expect(Base58.encode(bytes) == text)
      #expect(Base58.decode(text) == bytes)
      #expect(Base58.decode("1" + text) == [0] + bytes)
    }
  }

  @Test func `Base58 round-trips and keeps leading zeros`() {
    var random = Philox4x32(key: 13, stream: 0)
    for count in 0..<80 {
      var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next32()) }
      for index in 0..<min(count, Int(random.below(4))) { bytes[index] = 0 }
      #expect(Base58.decode(Base58.encode(bytes)) == bytes)
      #expect(Multibase.decodeBase58(Multibase.encodeBase58(bytes)) == bytes)
    }
    #expect(Base58.encode(Array("Hello World!".utf8)) == "2NEpo7TZRRrLZSi2U")
    #expect(Base58.decode("0OIl") == nil)
    #expect(Multibase.decodeBase58("u2NEpo7TZRRrLZSi2U") == nil)
  }

  private static func arbitrary(_ random: inout Philox4x32, depth: Int) -> JSON {
    switch random.below(depth > 0 ? 8 : 6) {
    case 0: return .null
    case 1: return .bool(random.below(2) == 0)
    case 2: return .integer(Int64(truncatingIfNeeded: random.next()) >> 11)
    case 3:
      let value = Double(bitPattern: random.next())
      return .double(value.isFinite ? value : 0.5)
    case 4, 5: return .string(arbitraryText(&random))
    case 6: return .array((0..<random.below(5)).map { _ in arbitrary(&random, depth: depth - 1) })
    default:
      return .object(
        JSONObject(
          (0..<random.below(5)).map { _ in
            (arbitraryText(&random), arbitrary(&random, depth: depth - 1))
          }))
    }
  }

  private static func arbitraryText(_ random: inout Philox4x32) -> String {
    var text = ""
    for _ in 0..<random.below(8) {
      text.unicodeScalars.append(Unicode.Scalar(random.below(0x11_0000)) ?? "\"")
    }
    return text
  }
}
