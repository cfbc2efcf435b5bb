// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Builds a byte string from integers of stated size and order.
package struct ByteWriter: Sendable {
  /// What was written so far.
  package private(set) var bytes: [UInt8] = []

  /// Starts empty.
  package init() {}

  /// Appends the integer with its least significant byte first.
  package mutating func writeLittleEndian<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends the integer with its most significant byte first.
  package mutating func writeBigEndian<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends the bytes as they are.
  package mutating func write(_ raw: some Sequence<UInt8>) {
    bytes.append(contentsOf: raw)
  }
}
