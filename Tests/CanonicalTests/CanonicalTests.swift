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
