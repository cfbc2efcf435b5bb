// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Merkle
import Storage

/// Takes entries from any number of threads and appends what waits in batches: group commit.
///
/// One thread owns the writer. While it waits for the disk, submissions queue up, and the next batch
/// takes all of them that fit: no timer delays anybody, and the busier the log the larger the
/// batches. A submission is in the log as a whole or not at all, its entries one after the other.
package final class LogSequencer: @unchecked Sendable {
  // What the lock guards says so; the writer is touched by the committing thread alone.

  /// How many entries one batch takes at most, unless one submission alone has more.
  package static let maximumBatchEntryCount = 16_384
  /// How many bytes of entries one batch takes at most, unless one submission alone has more.
  package static let maximumBatchByteCount = 16 << 20
  /// How many entries may wait; a submission beyond that is refused, unless it would wait alone.
  package static let maximumWaitingEntryCount = 65_536
  /// How many bytes of entries may wait.
  package static let maximumWaitingByteCount = 128 << 20

  /// What becomes of a submission.
  package typealias Outcome = Result<Range<UInt64>, LogError>

  private struct Submission {
    let entries: [[UInt8]]
    let byteCount: Int
    let finish: @Sendable (Outcome) -> Void

    /// What it counts for in the limits: one without entries waits as well.
    var weight: Int { max(1, entries.count) }
  }

  private let writer: LogWriter
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var thread = pthread_t()
  // Guarded by the mutex:
  private var waiting: [Submission] = []
  private var waitingEntryCount = 0
  private var waitingByteCount = 0
  /// Whether nothing more is taken: it is being closed, or the writer has stopped.
  private var isClosing = false
  private var wasJoined = false
  private var committed: Checkpoint
  private var batchTotal = 0

  /// Starts the committing thread.
  ///
  /// - Parameter writer: The log's writer, which nobody else uses from here on.
  /// - Throws: `LogError.storage` where the system has no thread left.
  package init(_ writer: sending LogWriter) throws(LogError) {
    self.writer = writer
    committed = writer.checkpoint
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    // The thread holds the sequencer until `close` has ended it.
    let me = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<LogSequencer>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, me.toOpaque())
    guard status == 0 else {
      me.release()
      throw .storage(.failed(.write, path: "the log's thread", code: status))
    }
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// The newest checkpoint.
  package var checkpoint: Checkpoint { locked { committed } }

  /// How many batches were appended.
  package var batchCount: Int { locked { batchTotal } }

  // MARK: - Submitting

  /// Hands entries over and returns at once; `finish` is called when they are durable, or will not be.
  ///
  /// - Parameters:
  ///   - entries: All of them enter the log, in order and without others between them, or none.
  ///   - finish: Takes the indices of the entries, or why they are not in the log; called on the
  ///     committing thread, which waits for it.
  /// - Throws: `LogError.entryTooLarge`, `.overloaded`, `.stopped`; `finish` is not called then.
  package func submit(
    _ entries: [[UInt8]], _ finish: @escaping @Sendable (Outcome) -> Void
  ) throws(LogError) {
    var byteCount = 0
    for (position, entry) in entries.enumerated() {
      guard entry.count <= EntryBundle.maximumEntryByteCount else {
        throw .entryTooLarge(position: position, byteCount: entry.count)
      }
      byteCount += entry.count
    }
    let submission = Submission(entries: entries, byteCount: byteCount, finish: finish)
    let refusal: LogError? = locked {
      if isClosing { return .stopped }
      let isAlone = waiting.isEmpty
      guard
        isAlone
          || waitingEntryCount + submission.weight <= Self.maximumWaitingEntryCount
            && waitingByteCount + byteCount <= Self.maximumWaitingByteCount
      else { return .overloaded(waiting: waitingEntryCount) }
      waiting.append(submission)
      waitingEntryCount += submission.weight
      waitingByteCount += byteCount
      if isAlone { pthread_cond_broadcast(condition) }
      return nil
    }
    if let refusal { throw refusal }
  }

  /// Appends entries and waits until they are durable; not for the cooperative pool, nor for the
  /// committing thread.
  ///
  /// - Returns: The indices of the entries.
  /// - Throws: What `submit` throws, and what `LogWriter.append` throws.
  package func append(_ entries: [[UInt8]]) throws(LogError) -> Range<UInt64> {
    let ticket = Ticket()
    try submit(entries) { ticket.fill($0) }
    return try ticket.wait().get()
  }

  /// Appends what waits, takes nothing more, and gives the log up.
  package func close() {
    let isFirst = locked {
      defer { (isClosing, wasJoined) = (true, true) }
      pthread_cond_broadcast(condition)
      return !wasJoined
    }
    guard isFirst else { return }
    pthread_join(thread, nil)
    writer.close()
  }

  // MARK: - Committing

  private func run() {
    while let batch = takeBatch() {
      let entries = batch.count == 1 ? batch[0].entries : batch.flatMap(\.entries)
      var next: UInt64 = 0
      var failure: LogError?
      do throws(LogError) {
        next = try writer.append(entries).lowerBound
        locked {
          committed = writer.checkpoint
          batchTotal += 1
        }
      } catch {
        failure = error
        if writer.isStopped { locked { isClosing = true } }
      }
      for submission in batch {
        if let failure {
          submission.finish(.failure(failure))
        } else {
          let count = UInt64(submission.entries.count)
          submission.finish(.success(next..<next + count))
          next += count
        }
      }
    }
  }

  /// Waits for work; nil where the log is closed and nothing waits.
  private func takeBatch() -> [Submission]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while waiting.isEmpty {
      if isClosing { return nil }
      pthread_cond_wait(condition, mutex)
    }
    var (count, entryCount, byteCount) = (0, 0, 0)
    for submission in waiting {
      let entries = entryCount + submission.weight
      let bytes = byteCount + submission.byteCount
      guard
        count == 0
          || entries <= Self.maximumBatchEntryCount && bytes <= Self.maximumBatchByteCount
      else { break }
      (count, entryCount, byteCount) = (count + 1, entries, bytes)
    }
    let batch = Array(waiting[..<count])
    waiting.removeFirst(count)
    waitingEntryCount -= entryCount
    waitingByteCount -= byteCount
    return batch
  }
}

/// One outcome that another thread waits for.
private final class Ticket: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  /// Written before the semaphore is raised, read after it was.
  private var outcome: LogSequencer.Outcome = .failure(.stopped)

  init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func fill(_ outcome: LogSequencer.Outcome) {
    self.outcome = outcome
    sem_post(semaphore)
  }

  func wait() -> LogSequencer.Outcome {
    while sem_wait(semaphore) != 0, errno == EINTR {}
    return outcome
  }
}
