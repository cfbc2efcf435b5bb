// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The members of one object, found in its canonical bytes without reading their values.
///
/// The canonical bytes of a value inside a canonical document are a slice of those of the document,
/// and those of an object without one member are the slices around it. So what a proof signs can be
/// hashed as it stands.
package struct CanonicalObject {
  /// One member: where its name stands, quotes excluded, and where its value stands.
  private struct Member {
    let name: Range<Int>
    let value: Range<Int>
  }

  private let bytes: [UInt8]
  private let range: Range<Int>
  private var members: [Member] = []

  /// Finds the members of an object.
  ///
  /// - Parameters:
  ///   - bytes: A document that is known to be canonical (RFC 8785).
  ///   - range: Where the object stands in it; the whole document where nil. nil comes back where no
  ///     object stands there.
  package init?(in bytes: [UInt8], at range: Range<Int>? = nil) {
    let range = range ?? bytes.indices
    guard range.count >= 2, bytes[range.lowerBound] == UInt8(ascii: "{") else { return nil }
    self.bytes = bytes
    self.range = range
    members.reserveCapacity(8)
    let isWhole = bytes.withUnsafeBufferPointer { buffer in
      var offset = range.lowerBound + 1
      while offset < range.upperBound - 1 {
        let nameEnd = Self.end(ofStringAt: offset, in: buffer)
        let valueEnd = Self.end(ofValueAt: nameEnd + 1, in: buffer)
        guard valueEnd < range.upperBound else { return false }
        members.append(Member(name: offset + 1..<nameEnd - 1, value: nameEnd + 1..<valueEnd))
        offset = valueEnd + 1
      }
      return true
    }
    guard isWhole else { return nil }
  }

  /// Where the value of a member stands; nil where there is none of that name.
  package func value(_ name: String) -> Range<Int>? {
    index(of: name).map { members[$0].value }
  }

  /// The bytes of a member's value; nil where there is none of that name.
  package func bytes(of name: String) -> ArraySlice<UInt8>? { value(name).map { bytes[$0] } }

  /// The two pieces that are the object without a member; the second is empty where it has none.
  package func removing(_ name: String) -> (Range<Int>, Range<Int>) {
    guard let index = index(of: name) else { return (range, range.upperBound..<range.upperBound) }
    let member = members[index]
    // A comma goes with it: the one before, or for the first member the one behind.
    let isFirst = index == 0
    let start = member.name.lowerBound - (isFirst ? 1 : 2)
    let end = member.value.upperBound + (isFirst && members.count > 1 ? 1 : 0)
    return (range.lowerBound..<start, end..<range.upperBound)
  }

  private func index(of name: String) -> Int? {
    members.firstIndex {
      $0.name.count == name.utf8.count && bytes[$0.name].elementsEqual(name.utf8)
    }
  }

  /// One past the closing quote of the string that begins at an offset; the end where there is none.
  private static func end(ofStringAt start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var offset = start + 1
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
      offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(offset + 1, bytes.count)
  }

  /// One past the value that begins at an offset.
  private static func end(ofValueAt start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var depth = 0
    var offset = start
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        offset = end(ofStringAt: offset, in: bytes)
        if depth == 0 { return offset }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return offset }
        depth -= 1
        if depth == 0 { return offset + 1 }
      case UInt8(ascii: ","):
        if depth == 0 { return offset }
      default: break
      }
      offset += 1
    }
    return offset
  }
}
