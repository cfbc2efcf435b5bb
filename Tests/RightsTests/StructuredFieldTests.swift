// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import TestSupport
import Testing

@testable import Rights

/// RFC 9651, by the published vectors.
@Suite(.enabled(if: Vectors.areAvailable(for: "structured fields")))
struct StructuredFieldTests {
  @Test(arguments: ["dictionary", "param-dict", "token", "key-generated"])
  func `Published fields are read as their authors say`(_ name: String) throws {
    let vectors = try JSON.parse(try Vectors.bytes("structured-fields/\(name).json"))
    var count = 0
    for vector in try #require(vectors.array) {
      let title = vector["name"]?.string ?? ""
      let raw = try #require(vector["raw"]?.array).compactMap(\.string).joined(separator: ", ")
      let found = Self.read(Array(raw.utf8), as: vector["header_type"]?.string ?? "")
      if vector["must_fail"] == .bool(true) {
        #expect(found == nil, "\(name): \(title)")
      } else if vector["can_fail"] != .bool(true) || found != nil {
        #expect(found == vector["expected"], "\(name): \(title)")
      }
      count += 1
    }
    #expect(count > 5)
  }

  private static func read(_ bytes: [UInt8], as type: String) -> JSON? {
    do throws(StructuredFieldError) {
      switch type {
      case "dictionary":
        return .array(
          try StructuredFieldParser.dictionary(bytes).members.map {
            [.string($0.name), json($0.value)]
          })
      case "list": return .array(try StructuredFieldParser.list(bytes).map(json))
      default: return json(try StructuredFieldParser.item(bytes))
      }
    } catch {
      return nil
    }
  }

  private static func json(_ member: StructuredMember) -> JSON {
    switch member {
    case .item(let item): json(item)
    case .list(let items, let parameters): [.array(items.map(json)), json(parameters)]
    }
  }

  private static func json(_ item: StructuredItem) -> JSON {
    [json(item.value), json(item.parameters)]
  }

  private static func json(_ parameters: [Parameter]) -> JSON {
    .array(parameters.map { [.string($0.name), json($0.value)] })
  }

  /// Base32 with padding, as the vectors write bytes.
  private static func base32(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    var (bits, value, text): (Int, UInt32, String) = (0, 0, "")
    for byte in bytes {
      value = value << 8 | UInt32(byte)
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(alphabet[Int(value >> UInt32(bits) & 31)])
      }
    }
    if bits > 0 { text.append(alphabet[Int(value << UInt32(5 - bits) & 31)]) }
    while !text.utf8.count.isMultiple(of: 8) { text.append("=") }
    return text
  }

  private static func json(_ value: BareItem) -> JSON {
    switch value {
    case .integer(let value): .integer(value)
    case .decimal(let value): .double(Double(value) / 1_000)
    case .string(let text): .string(text)
    case .token(let text): ["__type": "token", "value": .string(text)]
    case .bytes(let bytes): ["__type": "binary", "value": .string(base32(bytes))]
    case .bool(let value): .bool(value)
    case .date(let value): ["__type": "date", "value": .integer(value)]
    case .display(let text): ["__type": "displaystring", "value": .string(text)]
    }
  }
}
