// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Storage

/// Collects the entries of an index's table from grams that come in ascending order.
struct GramTableWriter {
  /// Pairs of a key and its value.
  let entries: ScratchFile
  let postings: ScratchFile
  private(set) var entryCount = 0
  private(set) var postingCount = 0

  init(entries: ScratchFile, postings: ScratchFile) {
    self.entries = entries
    self.postings = postings
  }

  /// Adds all works that have a gram, in their order.
  mutating func add(_ key: UInt64, _ group: [GramRecord]) throws {
    // A work of fewer than eight words has its sequence as its gram too.
    var works: [UInt32] = []
    for record in group where works.last != record.work { works.append(record.work) }
    guard let only = works.first else { return }
    entryCount += 1
    guard works.count > 1 else { return try append(key, UInt64(only)) }
    try append(key, UInt64(GramIndexLayout.manyWorks | UInt32(postingCount)))
    postingCount += works.count + 1
    guard postingCount <= GramIndexLayout.highest else {
      throw GramIndexError.tooLarge(limit: GramIndexLayout.highest)
    }
    try ([UInt32(works.count)] + works).withUnsafeBytes { try postings.append($0) }
  }

  private func append(_ key: UInt64, _ value: UInt64) throws {
    try withUnsafeBytes(of: (key.littleEndian, value.littleEndian)) { try entries.append($0) }
  }
}
