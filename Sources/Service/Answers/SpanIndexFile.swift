// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Primitives
import Signing
import Storage
import Verbatim

/// `books/spans.sa`: the sorted suffixes of a model's admitted works, in the order of the manifest.
///
/// 64 bytes of header (magic, the manifest's digest, the most bytes of a part and all bytes as 64-bit
/// words), then for each part the places of its suffixes as 32-bit words, little-endian. The works
/// themselves are not in it.
enum SpanIndexFile {
  /// Below the model's folder.
  static let path = "books/spans.sa"

  private static let magic = Array("cadastre-spans/1".utf8)
  private static let headerBytes = 64

  /// The file's bytes.
  ///
  /// `texts`: the bytes of the manifest's works, in its order.
  static func encode(_ manifest: Digest, texts: [[UInt8]]) throws -> [UInt8] {
    let parts = try CorpusText.parts(of: texts)
    var bytes = header(manifest, parts)
    bytes.reserveCapacity(bytes.count + 4 * parts.reduce(0) { $0 + $1.bytes.count })
    for part in parts {
      // The machine is little-endian, as every one that this program is built for.
      try SuffixIndex.sort(part).withUnsafeBytes { bytes += $0 }
    }
    return bytes
  }

  private static func header(_ manifest: Digest, _ parts: [CorpusText]) -> [UInt8] {
    var head = ByteWriter()
    head.write(magic)
    head.write(manifest.bytes)
    head.writeLittleEndian(UInt64(CorpusText.largest))
    head.writeLittleEndian(UInt64(parts.reduce(0) { $0 + $1.bytes.count }))
    return head.bytes
  }

  /// The indexes of a file over the texts it was made of; the memory must outlive them.
  ///
  /// - Throws: `ServiceError` where the file is of other texts.
  static func indexes(
    _ file: UnsafeRawBufferPointer, manifest: Digest, texts: [[UInt8]]
  ) throws -> [SuffixIndex] {
    let parts = try CorpusText.parts(of: texts)
    let head = header(manifest, parts)
    let count = parts.reduce(0) { $0 + $1.bytes.count }
    guard file.count == headerBytes + 4 * count, file.starts(with: head) else {
      throw ServiceError.refused("'\(path)' is of other works: run 'cadastre verify'")
    }
    let places = UnsafeRawBufferPointer(rebasing: file[headerBytes...]).bindMemory(to: Int32.self)
    var start = 0
    return parts.map { part in
      defer { start += part.bytes.count }
      return SuffixIndex(
        part,
        suffixes: UnsafeBufferPointer(rebasing: places[start..<start + part.bytes.count]))
    }
  }
}
