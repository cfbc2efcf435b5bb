// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Primitives
import Signing

/// Some lines of a stream, in order.
package struct LineBlock: Sendable {
  /// The lines' bytes, each with its line feed but perhaps the stream's last.
  package let bytes: [UInt8]
  /// The number of the first line, counted from 1.
  package let firstLine: Int
  /// In place of bytes: one line that was too long to be kept.
  package let skipped: SkippedLine?

  /// Where the line that begins at an offset ends, the line feed not counted.
  package func endOfLine(from start: Int) -> Int {
    bytes.withUnsafeBytes { bytes in
      guard start < bytes.count, let base = bytes.baseAddress,
        let found = memchr(base + start, 0x0a, bytes.count - start)
      else { return bytes.count }
      return UnsafeRawPointer(found) - base
    }
  }

  /// A line that was read past.
  package struct SkippedLine: Sendable {
    /// The SHA-256 of its bytes.
    package let digest: Digest
    /// How many bytes it has.
    package let byteCount: Int
  }
}

/// Reads a file or standard input by blocks of whole lines.
///
/// It gives out what is there as soon as a line is whole, so that who writes one line into a pipe
/// and waits for an answer gets it. A line beyond the limit is read past and never held in memory.
package struct LineReader: ~Copyable {
  /// How much is asked of the system at once, in bytes.
  package static let blockSize = 1 << 20

  /// `F_SETPIPE_SZ` of Linux, which the C library declares to GNU sources only.
  private static let setPipeSize: Int32 = 1031

  private let path: String
  private let descriptor: Int32
  private let ownsDescriptor: Bool
  private let longestLine: Int
  private let blockSize: Int
  /// The beginning of a line whose end was not read yet.
  private var rest: [UInt8] = []
  /// How much of it is known to hold no line feed.
  private var searched = 0
  private var nextLine = 1
  private var isAtEnd = false

  /// Opens a file.
  package init(
    path: String, longestLine: Int, blockSize: Int = blockSize
  ) throws(StorageError) {
    guard !FileSystem.directoryExists(path) else {
      throw .failed(.read, path: path, code: EISDIR)
    }
    let descriptor = try FileSystem.openFile(path, O_RDONLY, operation: .read)
    self.init(
      path: path, descriptor: descriptor, ownsDescriptor: true, longestLine: longestLine,
      blockSize: blockSize)
  }

  private init(
    path: String, descriptor: Int32, ownsDescriptor: Bool, longestLine: Int, blockSize: Int
  ) {
    self.path = path
    self.descriptor = descriptor
    self.ownsDescriptor = ownsDescriptor
    self.longestLine = longestLine
    self.blockSize = blockSize
  }

  /// Reads standard input.
  package init(standardInputWithLongestLine longestLine: Int) {
    self.init(
      path: "/dev/stdin", descriptor: STDIN_FILENO, ownsDescriptor: false,
      longestLine: longestLine, blockSize: Self.blockSize)
    // A larger pipe saves changes between the two processes; where it is refused, nothing is lost.
    _ = fcntl(STDIN_FILENO, Self.setPipeSize, Int32(Self.blockSize))
  }

  deinit { if ownsDescriptor { close(descriptor) } }

  /// The next lines; nil at the end.
  package mutating func next() throws(StorageError) -> LineBlock? {
    while !isAtEnd {
      if let end = lastLineFeed(from: searched) { return take(end + 1) }
      searched = rest.count
      if rest.count > longestLine { return try skipLine() }
      guard try fill() else {
        isAtEnd = true
        return rest.isEmpty ? nil : take(rest.count)
      }
    }
    return nil
  }

  /// Reads once, after what is held; false at the end.
  private mutating func fill() throws(StorageError) -> Bool {
    // A long line is read by ever larger pieces, so that each byte is moved a few times only.
    let wanted = max(blockSize, rest.count)
    let held = rest
    var result = 0
    var code: Int32 = 0
    rest = [UInt8](unsafeUninitializedCapacity: held.count + wanted) { buffer, count in
      _ = buffer.update(fromContentsOf: held)
      repeat {
        result = read(descriptor, buffer.baseAddress.map { $0 + held.count }, wanted)
        code = errno
      } while result < 0 && code == EINTR
      count = held.count + max(0, result)
    }
    guard result >= 0 else { throw .failed(.read, path: path, code: code) }
    return result > 0
  }

  private func lastLineFeed(from start: Int) -> Int? {
    rest.withUnsafeBytes { bytes in
      guard start < bytes.count, let base = bytes.baseAddress,
        memchr(base + start, 0x0a, bytes.count - start) != nil
      else { return nil }
      return bytes.lastIndex(of: 0x0a)
    }
  }

  /// The first bytes as a block; the others wait.
  private mutating func take(_ count: Int) -> LineBlock {
    var bytes = Array(rest[count...])
    swap(&rest, &bytes)
    bytes.removeLast(bytes.count - count)
    searched = 0
    let block = LineBlock(bytes: bytes, firstLine: nextLine, skipped: nil)
    var start = 0
    while start < bytes.count {
      start = block.endOfLine(from: start) + 1
      nextLine += 1
    }
    return block
  }

  /// Reads past the line that has begun.
  private mutating func skipLine() throws(StorageError) -> LineBlock {
    var hasher = SHA256.Hasher()
    var length = 0
    while true {
      let end = rest.firstIndex(of: 0x0a) ?? rest.count
      rest[..<end].withUnsafeBytes { hasher.update($0) }
      length += end
      if end < rest.count {
        rest.removeFirst(end + 1)
        break
      }
      rest = []
      guard try fill() else {
        isAtEnd = true
        break
      }
    }
    searched = 0
    defer { nextLine += 1 }
    return LineBlock(
      bytes: [], firstLine: nextLine,
      skipped: LineBlock.SkippedLine(digest: hasher.finish(), byteCount: length))
  }
}
