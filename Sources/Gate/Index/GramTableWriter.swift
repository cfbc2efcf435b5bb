// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Storage

/// Collects the entries of an index's table from grams that come in ascending order.
struct GramTableWriter {
  let settings: GramIndexSettings
  let whitelist: Whitelist
  /// The number of each work's owner, where common grams are asked for.
  let owners: [UInt32]
  /// Pairs of a gram that does not count and the first work for which it does not.
  let common: ScratchFile
  /// Pairs of a key and its value.
  let entries: ScratchFile
  let postings: ScratchFile
  private(set) var commonCount = 0
  private(set) var entryCount = 0
  private(set) var postingCount = 0
  private var whitelisted = 0

  init(
    settings: GramIndexSettings, whitelist: Whitelist, owners: [UInt32], common: ScratchFile,
    entries: ScratchFile, postings: ScratchFile
  ) {
    self.settings = settings
    self.whitelist = whitelist
    self.owners = owners
    self.common = common
    self.entries = entries
    self.postings = postings
  }

  /// Adds all works that have a gram, in their order.
  mutating func add(
    _ key: UInt64, _ group: [GramRecord], _ works: inout [GramIndexWork]
  ) throws {
    try addWhitelisted(below: key)
    let first = firstUncounted(group)
    if let first {
      try append(key, UInt64(first), to: common)
      commonCount += 1
      for record in group where record.work >= first {
        switch record.kind {
        case .gram, .keptGram: works[record.work].countedGrams -= 1
        case .shortGram: works[record.work].countedShort -= 1
        case .sequence: break
        }
      }
    }
    var found: [UInt32] = []
    for record in group
    where record.kind == .sequence || record.kind == .keptGram && record.work < first ?? .max {
      if found.last != UInt32(record.work) { found.append(UInt32(record.work)) }
    }
    try addEntry(key, found)
  }

  /// Adds what follows the last gram of any work.
  mutating func finish() throws {
    while whitelisted < whitelist.grams.count { try addNextWhitelisted() }
  }

  private mutating func addEntry(_ key: UInt64, _ works: [UInt32]) throws {
    guard let only = works.first else { return }
    entryCount += 1
    guard works.count > 1 else { return try append(key, UInt64(only), to: entries) }
    try append(key, UInt64(GramIndexLayout.manyWorks | UInt32(postingCount)), to: entries)
    postingCount += works.count + 1
    guard postingCount <= GramIndexLayout.highest else {
      throw GramIndexError.tooLarge(limit: GramIndexLayout.highest)
    }
    try ([UInt32(works.count)] + works).withUnsafeBytes { try postings.append($0) }
  }

  /// The first work for which the gram does not count, because enough owners had it before.
  private func firstUncounted(_ group: [GramRecord]) -> Int? {
    guard let needed = settings.commonOwners, group.count >= needed else { return nil }
    var seen: Set<UInt32> = []
    for record in group where record.kind != .sequence {
      seen.insert(owners[record.work])
      if seen.count == needed { return record.work + 1 }
    }
    return nil
  }

  private mutating func addWhitelisted(below key: UInt64) throws {
    while whitelisted < whitelist.grams.count, whitelist.grams[whitelisted] < key {
      try addNextWhitelisted()
    }
  }

  private mutating func addNextWhitelisted() throws {
    try append(whitelist.grams[whitelisted], 0, to: common)
    commonCount += 1
    whitelisted += 1
  }

  private func append(_ first: UInt64, _ second: UInt64, to file: ScratchFile) throws {
    try withUnsafeBytes(of: (first.littleEndian, second.littleEndian)) { try file.append($0) }
  }
}
