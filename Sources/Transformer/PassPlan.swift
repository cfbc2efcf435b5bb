// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// How one pass over windows is cut: shards for threads, units for gradients.
///
/// A shard is a fixed number of windows, whatever the number of threads. A unit is the part of a
/// shard that belongs to one line; its gradient has a buffer of its own.
package struct PassPlan: Sendable {
  struct Shard: Sendable {
    var windows: Range<Int>
    var units: Range<Int>
  }

  struct Unit: Sendable {
    var line: Int
    /// Rows of the packed shard.
    var rows: Range<Int>
  }

  /// Indexes into a `WindowSet`, sorted by line.
  var windows: [Int] = []
  private(set) var shards: [Shard] = []
  private(set) var units: [Unit] = []
  /// How many tokens the pass predicts, and how many bytes they stand for.
  package private(set) var predictions = 0
  package private(set) var byteCount = 0

  package init() {}

  /// A pass over a whole set, whose shards each belong to one line.
  package init(all set: WindowSet, shardWindows: Int) {
    windows = (0..<set.count).sorted { (set.windows[$0].line, $0) < (set.windows[$1].line, $1) }
    cut(set, shardWindows: shardWindows, .oneLineAShard)
  }

  /// A pass over some windows of a set, in their order.
  package init(_ set: WindowSet, _ range: Range<Int>, shardWindows: Int) {
    windows = Array(range)
    cut(set, shardWindows: shardWindows, .oneLineAShard)
  }

  /// How many gradients the pass makes.
  package var unitCount: Int { units.count }

  /// The line of a unit.
  package func line(ofUnit unit: Int) -> Int { units[unit].line }

  /// How gradients are kept apart.
  enum Grouping: Sendable {
    /// One unit for each line in a shard.
    case byLine
    /// As `byLine`, and a shard ends where its line does.
    case oneLineAShard
    /// One unit for each shard, whatever lines it reads.
    case wholeShards
  }

  /// Cuts `windows` into shards and units, reusing memory.
  mutating func cut(_ set: WindowSet, shardWindows: Int, _ grouping: Grouping) {
    shards.removeAll(keepingCapacity: true)
    units.removeAll(keepingCapacity: true)
    predictions = 0
    byteCount = 0
    var start = 0
    while start < windows.count {
      let firstUnit = units.count
      let firstLine = set.windows[windows[start]].line
      var end = start
      var rows = 0
      while end < windows.count, end - start < shardWindows {
        let window = set.windows[windows[end]]
        if grouping == .oneLineAShard, window.line != firstLine { break }
        if units.count > firstUnit,
          grouping == .wholeShards || units[units.count - 1].line == window.line
        {
          let unitStart = units[units.count - 1].rows.lowerBound
          units[units.count - 1].rows = unitStart..<rows + window.length
        } else {
          units.append(Unit(line: window.line, rows: rows..<rows + window.length))
        }
        rows += window.length
        byteCount += window.byteCount
        end += 1
      }
      shards.append(Shard(windows: start..<end, units: firstUnit..<units.count))
      predictions += rows
      start = end
    }
  }
}
