// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Reads integers of stated size and order from a byte string; reading past the end gives nil.
package struct ByteReader: Sendable {
  private let bytes: [UInt8]
  /// The offset of the next byte to be read.
  package private(set) var offset = 0

  /// Starts at the first byte.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// How many bytes are left.
  package var remaining: Int { bytes.count - offset }

  /// Reads an integer stored least significant byte first.
  package mutating func readLittleEndian<Value: FixedWidthInteger>(
    _ type: Value.Type = Value.self
  ) -> Value? {
    readBigEndian(type).map(\.byteSwapped)
  }

  /// Reads an integer stored most significant byte first.
  package mutating func readBigEndian<Value: FixedWidthInteger>(
    _ type: Value.Type = Value.self
  ) -> Value? {
    let size = MemoryLayout<Value>.size
    guard let raw = read(count: size) else { return nil }
    var value: Value = 0
    withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: raw) }
    return Value(bigEndian: value)
  }

  /// Reads exactly `count` bytes.
  package mutating func read(count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= remaining else { return nil }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }
}
