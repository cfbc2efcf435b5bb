// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

/// Runs independent pieces of work on a fixed number of threads.
///
/// Which thread gets which piece is left to chance; pieces must write to places of their own and
/// their results be combined in the order of the pieces.
package struct Workers: Sendable {
  /// How many threads work, the caller's among them.
  package let count: Int

  /// - Parameter count: threads, at least 1.
  package init(count: Int) {
    precondition(count >= 1, "work needs a thread")
    self.count = count
  }

  /// Calls `work(piece, worker)` once for each piece; `worker` is below `count` and belongs to one
  /// thread at a time, so it can name a workspace.
  package func run(pieces: Int, _ work: (_ piece: Int, _ worker: Int) -> Void) {
    let threads = min(count, pieces)
    guard threads > 1 else {
      for piece in 0..<pieces { work(piece, 0) }
      return
    }
    let next = Atomic<Int>(0)
    withoutActuallyEscaping(work) { escaping in
      // Pieces write to disjoint memory, which the type system cannot see.
      nonisolated(unsafe) let body = escaping
      DispatchQueue.concurrentPerform(iterations: threads) { worker in
        while true {
          let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard piece < pieces else { return }
          body(piece, worker)
        }
      }
    }
  }
}
