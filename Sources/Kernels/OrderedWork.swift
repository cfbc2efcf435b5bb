// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Pieces of work on several threads, taken in by one at a time and given out in the same order.
package enum OrderedWork {
  /// Runs until there is no more to do, or something fails.
  ///
  /// - Parameters:
  ///   - threads: How many pieces are worked on at a time, the caller's thread among them.
  ///   - next: Gives the next piece; nil at the end. Called by one thread at a time.
  ///   - work: Does the work; called by several threads at once.
  ///   - give: Takes the results in the order of the pieces, by one thread at a time.
  /// - Throws: The first error of any of the three; what was given out before it stays given.
  package static func run<Input, Output>(
    threads: Int, next: () throws -> Input?, work: (Input) throws -> Output,
    give: (Output) throws -> Void
  ) throws {
    // Each variable is used under the lock of its name only.
    let taking = Mutex(())
    let giving = Mutex(())
    let failing = Mutex(())
    nonisolated(unsafe) var taken = 0
    nonisolated(unsafe) var isAtEnd = false
    nonisolated(unsafe) var given = 0
    nonisolated(unsafe) var waiting: [Int: Output] = [:]
    nonisolated(unsafe) var failure: (any Error)?

    func hasFailed() -> Bool { failing.withLock { _ in failure != nil } }

    func take() throws -> (number: Int, input: Input)? {
      try taking.withLock { _ in
        guard !isAtEnd, !hasFailed() else { return nil }
        guard let input = try next() else {
          isAtEnd = true
          return nil
        }
        defer { taken += 1 }
        return (taken, input)
      }
    }

    func put(_ output: Output, number: Int) throws {
      try giving.withLock { _ in
        waiting[number] = output
        while !hasFailed(), let ready = waiting.removeValue(forKey: given) {
          try give(ready)
          given += 1
        }
      }
    }

    Workers(count: threads).run(pieces: threads) { _, _ in
      do {
        while let (number, input) = try take() { try put(try work(input), number: number) }
      } catch {
        failing.withLock { _ in if failure == nil { failure = error } }
      }
    }
    if let failure { throw failure }
  }
}
