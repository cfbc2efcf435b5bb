// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The boxes of a C2PA manifest store (JUMBF, ISO 19566-5), as far as assertions are concerned.
///
/// Signatures and hashes are not verified: to say no needs no proof, and to say yes is no grant.
package struct AssertionStore: Sendable {
  /// A labelled box with content.
  package struct Assertion: Sendable {
    /// The label, such as `cawg.training-mining`.
    package let label: String
    /// The type of its content box: `cbor` or `json`.
    package let type: String
    /// The content.
    package let content: [UInt8]
  }

  /// All labelled boxes that hold CBOR or JSON, in order.
  package private(set) var assertions: [Assertion] = []
  private var left = ReadingLimits.mostElements

  /// Reads the boxes of a store.
  package init(parsing bytes: [UInt8]) throws(ReadingError) {
    try read(bytes[...], label: "", depth: 1)
  }

  private mutating func read(
    _ bytes: ArraySlice<UInt8>, label: String, depth: Int
  ) throws(ReadingError) {
    guard depth <= ReadingLimits.deepestBox else {
      throw .tooDeep(limit: ReadingLimits.deepestBox)
    }
    var label = label
    var rest = bytes
    while let (type, content, size) = try Self.box(rest) {
      left -= 1
      guard left >= 0 else { throw .tooManyElements(limit: ReadingLimits.mostElements) }
      switch type {
      case "jumb": try read(content, label: "", depth: depth + 1)
      case "jumd": label = try Self.label(content)
      case "cbor", "json":
        assertions.append(Assertion(label: label, type: type, content: Array(content)))
      default: break
      }
      rest = rest.dropFirst(size)
    }
  }

  /// The first box: its type, its content, and how many bytes it takes; nil at the end.
  static func box(
    _ bytes: ArraySlice<UInt8>
  ) throws(ReadingError) -> (type: String, content: ArraySlice<UInt8>, size: Int)? {
    if bytes.isEmpty { return nil }
    guard bytes.count >= 8 else { throw .notBoxes(offset: bytes.startIndex) }
    var (size, header) = (number(bytes.prefix(4)), 8)
    if size == 1, bytes.count >= 16 {
      (size, header) = (number(bytes.dropFirst(8).prefix(8)), 16)
    } else if size == 0 {
      size = UInt64(bytes.count)
    }
    guard size >= header, size <= bytes.count else { throw .notBoxes(offset: bytes.startIndex) }
    let type = ASCII.text(bytes.dropFirst(4).prefix(4))
    return (type, bytes.prefix(Int(size)).dropFirst(header), Int(size))
  }

  /// A big-endian number.
  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The label of a description box: behind the 16 bytes of the type and the toggles.
  private static func label(_ content: ArraySlice<UInt8>) throws(ReadingError) -> String {
    guard content.count >= 17 else { throw .notBoxes(offset: content.startIndex) }
    guard content[content.startIndex + 16] & 2 != 0 else { return "" }
    return ASCII.text(content.dropFirst(17).prefix { $0 != 0 })
  }
}
