// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Storage

/// Where words that were erased stand still below a register.
struct ErasedTraces {
  /// Values from this length on, in bytes, are looked for in all files; chance does not make them.
  static let longValue = 5
  /// Shorter ones are looked for in texts and as whole words, from this length on.
  static let shortestValue = 3
  private static let texts = ["json", "jsonl", "html", "txt", "md", "corpus", "csv", "xml"]

  private let layout: RegisterLayout
  private let values: [[UInt8]]
  private var found: [String] = []
  /// How many values were too short to be looked for.
  let shortCount: Int

  /// Searches every file, and every file's name, for the values.
  ///
  /// - Complexity: O(bytes of all files), for each value.
  init(of values: [String], below layout: RegisterLayout) throws {
    self.layout = layout
    let searched = Set(values).filter { $0.utf8.count >= Self.shortestValue }
    self.values = searched.sorted().map { Array($0.utf8) }
    shortCount = Set(values).count - searched.count
    guard !self.values.isEmpty else { return }
    for path in try FileSystem.filesBelow(layout.root) where try holds(path) { found.append(path) }
  }

  /// The files that hold one of the values still, or whose path does.
  func remaining() throws -> [String] {
    try found.filter { path in
      guard FileSystem.fileExists(layout.root + "/" + path) else { return false }
      return try holds(path)
    }
  }

  /// Removes what nothing binds and commands make again: notes of where a corpus lay, and pages.
  func removeUnbound() throws {
    for path in found {
      if path == "report.html" || path.hasSuffix("/.corpus") {
        try FileSystem.removeFile(layout.root + "/" + path)
      }
    }
  }

  private func holds(_ path: String) throws -> Bool {
    let isNamed = Array(path.utf8).withUnsafeBytes { name in
      values.contains { Self.holds(name, $0, asWord: $0.count < Self.longValue) }
    }
    if isNamed { return true }
    let isText = Self.texts.contains { path.hasSuffix("." + $0) }
    let file = layout.root + "/" + path
    guard try FileSystem.fileSize(file) > 0 else { return false }
    let mapped = try MappedFile(path: file)
    return withExtendedLifetime(mapped) {
      values.contains { value in
        let isLong = value.count >= Self.longValue
        return (isLong || isText) && Self.holds(mapped.bytes, value, asWord: !isLong)
      }
    }
  }

  /// Whether the bytes hold the value; jumps from one occurrence of its first byte to the next.
  ///
  /// As a word it has no letter or digit of ASCII before or behind it.
  private static func holds(
    _ bytes: UnsafeRawBufferPointer, _ value: [UInt8], asWord: Bool
  ) -> Bool {
    guard let base = bytes.baseAddress, let first = value.first else { return false }
    var place = 0
    while bytes.count - place >= value.count,
      let hit = memchr(base + place, Int32(first), bytes.count - place - value.count + 1)
    {
      let start = UnsafeRawPointer(hit) - base
      let end = start + value.count
      if memcmp(hit, value, value.count) == 0 {
        let isPart = [start - 1, end].contains { bytes.indices.contains($0) && isWord(bytes[$0]) }
        if !asWord || !isPart { return true }
      }
      place = start + 1
    }
    return false
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
