// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Primitives

/// The recorder's part of a run's state: the intervals stored so far, and the open one.
///
/// Two 64-bit words tell how many there are and whether one is open; each has a step, a digest and two
/// remainders. Then follow, as floats, the rows' momenta where the lines' are folded, and of an open
/// interval the weights at its start and the rows.
extension DisplacementRecorder {
  private static let wordsOfInterval = 7

  func save(_ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    var head = ByteWriter()
    head.writeLittleEndian(UInt64(stored.count))
    head.writeLittleEndian(UInt64(isOpen ? 1 : 0))
    for interval in stored {
      head.writeLittleEndian(UInt64(interval.step))
      let digest = interval.digest
      for word in [digest.word0, digest.word1, digest.word2, digest.word3] {
        head.writeLittleEndian(word)
      }
      head.writeLittleEndian(interval.unexplained)
      head.writeLittleEndian(interval.rounding)
    }
    try head.bytes.withUnsafeBytes(write)
    try write(UnsafeRawBufferPointer(rowMomenta.elements))
    guard isOpen else { return }
    try write(UnsafeRawBufferPointer(start.elements))
    try write(UnsafeRawBufferPointer(sums.elements))
  }

  /// `fill`: fills the whole buffer or throws.
  func restore(_ fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
    func words(_ count: Int) throws -> [UInt64] {
      var words = [UInt64](repeating: 0, count: count)
      try words.withUnsafeMutableBytes { try fill($0) }
      return words.map { UInt64(littleEndian: $0) }
    }
    let head = try words(2)
    guard head[0] <= UInt64(plan.ends.count), head[1] <= 1 else {
      throw RunStateError.mismatch("number of displacements")
    }
    stored = try (0..<Int(head[0])).map { index in
      let words = try words(Self.wordsOfInterval)
      return Stored(
        step: Int(truncatingIfNeeded: words[0]), bits: plan.bits[index],
        digest: Digest(words[1], words[2], words[3], words[4]),
        unexplained: Int64(bitPattern: words[5]), rounding: Int64(bitPattern: words[6]))
    }
    isOpen = head[1] == 1
    pending = nil
    try fill(UnsafeMutableRawBufferPointer(rowMomenta.elements))
    guard isOpen else { return }
    try fill(UnsafeMutableRawBufferPointer(start.elements))
    try fill(UnsafeMutableRawBufferPointer(sums.elements))
  }
}
