// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Owner of 64-byte aligned memory for `count` floats.
///
/// The memory is freed with its owner; pointers taken from `base` must not outlive it.
package struct FloatBuffer: ~Copyable, @unchecked Sendable {
  /// The first element.
  package let base: UnsafeMutablePointer<Float>
  /// The number of floats.
  package let count: Int

  /// Buffers of at least this many bytes ask the kernel for huge pages: the books walk many
  /// gradients at once, one page of each, and would otherwise miss the TLB on every row.
  static let hugePageBytes = 2 << 20

  /// Allocates zeroed memory; pages are only touched where zeroing needs it.
  ///
  /// - Parameter count: how many floats; zero is allowed.
  package init(count: Int) {
    precondition(count >= 0, "a buffer cannot have a negative size")
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    if bytes >= Self.hugePageBytes {
      let rounded = (bytes + Self.hugePageBytes - 1) / Self.hugePageBytes * Self.hugePageBytes
      let map = mmap(
        nil, rounded + Self.hugePageBytes, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
      guard let map, map != MAP_FAILED else {
        preconditionFailure("out of memory: \(bytes) bytes were asked for")
      }
      let start = map.alignedUp(toMultipleOf: Self.hugePageBytes)
      madvise(start, rounded, MADV_HUGEPAGE)
      mapping = UnsafeMutableRawBufferPointer(start: map, count: rounded + Self.hugePageBytes)
      base = start.bindMemory(to: Float.self, capacity: count)
    } else {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      mapping = nil
      base = memory.bindMemory(to: Float.self, capacity: count)
    }
  }

  private let mapping: UnsafeMutableRawBufferPointer?

  deinit {
    if let mapping {
      munmap(mapping.baseAddress, mapping.count)
    } else {
      UnsafeMutableRawPointer(base).deallocate()
    }
  }

  /// The memory as a buffer pointer, for bulk reads and writes.
  package var elements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }
}
