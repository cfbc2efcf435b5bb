// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Storage

/// Where words that were erased stand still below a register.
struct ErasedTraces {
  /// Shorter values are found everywhere by chance.
  static let shortestValue = 5

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
    shortCount = values.count { $0.utf8.count < Self.shortestValue }
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
      let name = path.split(separator: "/").last ?? ""
      let isPage = !path.contains("/") && path.hasSuffix(".html")
      if name == ".corpus" || isPage { try FileSystem.removeFile(layout.root + "/" + path) }
    }
  }

  private func holds(_ path: String) throws -> Bool {
    if values.contains(where: { Array(path.utf8).firstRange(of: $0) != nil }) { return true }
    let file = layout.root + "/" + path
    guard try FileSystem.fileSize(file) > 0 else { return false }
    let mapped = try MappedFile(path: file)
    return withExtendedLifetime(mapped) {
      values.contains { Self.holds(mapped.bytes, $0) }
    }
  }

  /// Whether the bytes hold the value; jumps from one occurrence of its first byte to the next.
  private static func holds(_ bytes: UnsafeRawBufferPointer, _ value: [UInt8]) -> Bool {
    guard var place = bytes.baseAddress, let first = value.first else { return false }
    let end = place + bytes.count
    while end - place >= value.count,
      let hit = memchr(place, Int32(first), end - place - value.count + 1)
    {
      if memcmp(hit, value, value.count) == 0 { return true }
      place = UnsafeRawPointer(hit) + 1
    }
    return false
  }
}
