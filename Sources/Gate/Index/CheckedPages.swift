// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CWords
import Primitives
import Storage

/// A mapped file whose pages are compared with checksums when they are first looked at.
///
/// So opening costs nothing but the sums themselves, 8 bytes for each 4096, and damage is found
/// before anything rests on it. What is altered in place after it was looked at is not seen.
final class CheckedPages: @unchecked Sendable {
  /// The bytes of a page.
  static let pageSize = Int(cwords_page)

  private let file: MappedFile
  private let pages: cwords_pages
  // Written by C with atomic stores of one value, so that threads may share it.
  private let seen: UnsafeMutablePointer<UInt8>

  /// Takes a file whose body is followed by the checksums and theirs; nil where they do not agree.
  ///
  /// - Precondition: the file has room for them.
  init?(_ file: MappedFile, body: Int, pageCount: Int) {
    guard let base = file.bytes.baseAddress else { return nil }
    precondition(body + 8 * (pageCount + 1) <= file.bytes.count, "the checksums are in the file")
    let sums = base + body
    let seal = sums.loadUnaligned(fromByteOffset: 8 * pageCount, as: UInt64.self)
    guard
      cwords_checksum(
        sums.assumingMemoryBound(to: UInt8.self), 8 * pageCount, UInt64(body)) == seal
    else { return nil }
    self.file = file
    seen = UnsafeMutablePointer<UInt8>.allocate(capacity: pageCount)
    seen.initialize(repeating: 0, count: pageCount)
    pages = cwords_pages(
      bytes: base.assumingMemoryBound(to: UInt8.self), count: body,
      sums: sums.assumingMemoryBound(to: UInt64.self), seen: seen)
  }

  deinit { seen.deallocate() }

  /// The bytes of a range; nil where a page of them is damaged.
  func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer? {
    let isIntact = withUnsafePointer(to: pages) {
      cwords_intact($0, range.lowerBound, range.upperBound) != 0
    }
    return isIntact ? UnsafeRawBufferPointer(rebasing: file.bytes[range]) : nil
  }

  /// The slots of a table that hold these keys; nil where a page that was needed is damaged.
  func slots(of keys: [UInt64], table: Int, slots: Int, homes: UInt64) -> [UInt64]? {
    guard !keys.isEmpty else { return [] }
    var isDamaged = false
    let found = [UInt64](unsafeUninitializedCapacity: keys.count) { found, count in
      let hits = withUnsafePointer(to: pages) {
        cwords_find($0, table, slots, homes, keys, keys.count, found.baseAddress)
      }
      isDamaged = hits < 0
      count = isDamaged ? 0 : hits
    }
    return isDamaged ? nil : found
  }

  /// A body with the checksums behind it.
  static func sealed(_ body: [UInt8]) -> [UInt8] {
    var sums: [UInt64] = []
    body.withUnsafeBytes { body in
      for start in stride(from: 0, to: body.count, by: pageSize) {
        let page = body[start..<min(start + pageSize, body.count)]
        sums.append(sum(of: UnsafeRawBufferPointer(rebasing: page), number: sums.count))
      }
    }
    var writer = ByteWriter()
    writer.write(body)
    for sum in sums + [seal(of: sums, body: body.count)] { writer.writeLittleEndian(sum) }
    return writer.bytes
  }

  /// The checksum of one page, for who writes the file.
  static func sum(of page: UnsafeRawBufferPointer, number: Int) -> UInt64 {
    cwords_checksum(
      page.baseAddress?.assumingMemoryBound(to: UInt8.self), page.count, UInt64(number))
  }

  /// The checksum over the checksums.
  static func seal(of sums: [UInt64], body: Int) -> UInt64 {
    sums.withUnsafeBytes { sum(of: $0, number: body) }
  }
}
