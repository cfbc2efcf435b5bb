// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Primitives

/// Which windows each step reads: a pure function of the windows, the owners, the seed and the step.
///
/// An epoch is a permutation of all windows. Each account's windows are shuffled, the j-th of n gets
/// the place (j + random) / n, and the epoch is read in the order of places: every account is spread
/// evenly over every stretch of the epoch, none can be first or last by design. Steps take
/// consecutive windows and run over from one epoch into the next.
package struct DataOrder {
  private let windowsByAccount: [[Int]]
  private let windowCount: Int
  private let seed: UInt64
  private let batchSize: Int
  private var orders: [(epoch: Int, order: [Int])] = []

  package init(_ set: WindowSet, owners: [Int], seed: UInt64, batchSize: Int) {
    var byAccount = Array(repeating: [Int](), count: (owners.max() ?? -1) + 1)
    for (index, window) in set.windows.enumerated() { byAccount[owners[window.line]].append(index) }
    windowsByAccount = byAccount
    windowCount = set.count
    self.seed = seed
    self.batchSize = batchSize
  }

  /// Replaces `windows` by those of `step`, in ascending order, which is the order of lines.
  package mutating func read(step: Int, into windows: inout [Int]) {
    windows.removeAll(keepingCapacity: true)
    for position in step * batchSize..<(step + 1) * batchSize {
      let (epoch, index) = position.quotientAndRemainder(dividingBy: windowCount)
      windows.append(window(epoch: epoch, index: index))
    }
    windows.sort()
  }

  private mutating func window(epoch: Int, index: Int) -> Int {
    for known in orders where known.epoch == epoch { return known.order[index] }
    let fresh = order(epoch: epoch)
    if orders.count == 2 { orders.removeFirst() }
    orders.append((epoch, fresh))
    return fresh[index]
  }

  /// The permutation of one epoch.
  package func order(epoch: Int) -> [Int] {
    var random = Philox4x32(key: seed, stream: RandomStream.dataOrder + UInt64(epoch))
    var places: [(place: UInt64, window: Int)] = []
    places.reserveCapacity(windowCount)
    for windows in windowsByAccount {
      var shuffled = windows
      random.shuffle(&shuffled)
      for (j, window) in shuffled.enumerated() {
        let place = (UInt64(j) << 32 | UInt64(random.next32())) / UInt64(windows.count)
        places.append((place, window))
      }
    }
    places.sort { ($0.place, $0.window) < ($1.place, $1.window) }
    return places.map(\.window)
  }
}
