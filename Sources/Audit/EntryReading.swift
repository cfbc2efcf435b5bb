// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import Merkle
package import Primitives
package import Register
import Signing
package import TransparencyLog

/// Reads the entries of a log under its signed root, and verifies them on several threads.
package enum EntryReading {
  /// One entry as it was read.
  package struct Entry: Sendable {
    /// Where it stands.
    package let position: Int
    /// The event, or why the bytes are none.
    package let event: Result<Event, EventError>
    /// The hash of the entry in the tree, the same for the same bytes alone.
    package let hash: Digest
  }

  /// One bundle as it was read: its first position, and its entries or why there are none.
  private struct Bundle: Sendable {
    let range: Range<UInt64>
    let entries: Result<[[UInt8]], LogError>
  }

  /// Reads and verifies all entries, in order.
  ///
  /// - Parameters:
  ///   - reader: The log; it is used by one thread at a time.
  ///   - threads: How many threads verify, the caller's among them.
  ///   - trusted: How many entries at the beginning were verified before, so that their signatures
  ///     need not be verified again; the caller knows the root over them.
  ///   - damaged: Told the entries that cannot be read, and why; they are passed over.
  ///   - take: Takes the entries in the order of the log, one at a time.
  /// - Throws: What `damaged` or `take` throws; nothing is given out after that.
  /// - Complexity: O(entries); the memory of a few bundles a thread.
  package static func run(
    _ reader: LogReader, threads: Int, trusted: Int = 0,
    damaged: (Range<UInt64>, LogError) throws -> Void, take: (Entry) throws -> Void
  ) throws {
    var next: UInt64 = 0
    try OrderedWork.run(
      threads: threads,
      next: { () -> Bundle? in
        guard next < reader.size else { return nil }
        let range = next..<min(reader.size, next + UInt64(Tile.fullWidth))
        next = range.upperBound
        return Bundle(range: range, entries: entries(of: reader, range))
      },
      work: { bundle in (bundle, verify(bundle, trusted: trusted)) },
      give: { bundle, entries in
        if case .failure(let error) = bundle.entries { try damaged(bundle.range, error) }
        for entry in entries { try take(entry) }
      })
  }

  private static func entries(
    of reader: LogReader, _ range: Range<UInt64>
  ) -> Result<[[UInt8]], LogError> {
    do {
      return .success(try reader.entries(range))
    } catch let error as LogError {
      return .failure(error)
    } catch {
      preconditionFailure("reading entries throws nothing else: \(error)")
    }
  }

  private static func verify(_ bundle: Bundle, trusted: Int) -> [Entry] {
    guard case .success(let entries) = bundle.entries else { return [] }
    return entries.enumerated().map { index, bytes in
      let position = Int(bundle.range.lowerBound) + index
      let event = Result { () throws(EventError) in
        try Event(parsing: bytes, proofs: position < trusted ? .verifiedBefore : .verified)
      }
      return Entry(position: position, event: event, hash: SHA256Tree().leaf(bytes))
    }
  }
}
