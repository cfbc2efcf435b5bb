// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Merkle
package import Primitives
package import Register
package import Signing
package import Storage
import TransparencyLog

/// The one process that may append to a register: it holds the lock from `init` to the end.
package final class RegisterWriter {
  /// Where the register lies.
  package let layout: RegisterLayout
  /// Its configuration.
  package let configuration: RegisterConfiguration
  /// The operator's key.
  package let operatorKey: SecretKey
  /// The state after the last entry.
  package private(set) var state: RegisterState
  private var events: [Event]
  private let log: LogWriter
  private let clock: @Sendable () -> Timestamp

  /// One event to be signed and appended.
  package struct Draft {
    let body: EventBody
    let key: SecretKey

    /// A body and who signs it.
    package init(_ body: EventBody, signedBy key: SecretKey) {
      self.body = body
      self.key = key
    }
  }

  /// Opens a register for appending.
  ///
  /// - Throws: `ServiceError` or `StorageError`, among them that another process holds it.
  package init(_ layout: RegisterLayout, clock: @escaping @Sendable () -> Timestamp) throws {
    self.layout = layout
    self.clock = clock
    configuration = try RegisterConfiguration.read(layout)
    operatorKey = try KeyStore(layout).load(KeyStore.operatorName)
    guard DIDKey(operatorKey.publicKey) == configuration.operator else {
      throw ServiceError.refused(
        "the key 'operator' is not that of the register's operator: restore keys/operator.json")
    }
    guard let signer = configuration.signer(operatorKey) else {
      throw ConfigurationError.malformed(layout.configuration, "its origin is no name of a log")
    }
    log = try LogWriter.open(path: layout.log, signer: signer)
    // Who holds the lock is the only writer: unfinished files are those of a process that crashed.
    try DurableFile.removeStrays(below: layout.root, leaving: RegisterLayout.indexName)
    try OpeningStore.recover(path: layout.openings)
    let snapshot = try RegisterSnapshot.read(layout)
    state = snapshot.state
    events = snapshot.events
    try updateProjection(after: nil)
    try EraseOpenings.finish(state, layout: layout)
    // Who crashed between the log and the lists left lists that are behind.
    try StatusPublication.refresh(state, layout: layout, key: operatorKey, at: now)
  }

  /// The root of the log as it stands.
  package var root: Digest { log.checkpoint.root }

  /// The present moment, as events will state it: never before what the operator stated last, also
  /// where the system's clock was set back.
  package var now: Timestamp { max(clock(), state.lastOperatorMoment ?? clock()) }

  /// Checks the rules, signs, appends durably, and brings the projection up to date.
  ///
  /// All drafts enter the log or none: where one is refused, or the log does not take them, the state
  /// is folded again from the events before. The state is never copied, which would cost as much as
  /// the register is large.
  ///
  /// - Parameters:
  ///   - drafts: The events, in order.
  ///   - moment: The moment they state: that at which was decided, where they are decisions; nil for now.
  ///   - files: Puts the files in place that the events bind; called once the rules allow the
  ///     events, and before they are logged.
  /// - Returns: The positions of the new entries.
  /// - Throws: `ServiceError.refused` with the rule broken; what the disk throws.
  @discardableResult
  package func append(
    _ drafts: [Draft], at moment: Timestamp? = nil, files: () throws -> Void = {}
  ) throws -> Range<Int> {
    let moment = moment ?? now
    let start = state.size
    let older = position
    var added: [Event] = []
    do {
      for draft in drafts { added.append(try apply(draft, at: moment)) }
      try files()
      _ = try log.append(added.map(\.bytes))
    } catch {
      if !added.isEmpty { try restore() }
      throw error
    }
    events += added
    try updateProjection(after: older)
    if added.contains(where: { StatusPublication.concerns($0.body) }) {
      try StatusPublication.refresh(state, layout: layout, key: operatorKey, at: now)
    }
    return start..<state.size
  }

  /// Signs a draft and folds it.
  ///
  /// What was said before in the very same second states the next one: no entry is in a log twice.
  private func apply(_ draft: Draft, at moment: Timestamp) throws -> Event {
    var moment = moment
    while true {
      let event = try Event(body: draft.body, at: moment, signedBy: draft.key)
      do throws(RegisterError) {
        try state.apply(event)
        return event
      } catch .repeated {
        moment.secondsSinceEpoch += 1
      } catch {
        throw ServiceError.refused("\(error)")
      }
    }
  }

  /// Takes back what was folded and did not enter the log.
  private func restore() throws {
    var earlier = RegisterState()
    for event in events { try earlier.apply(event) }
    state = earlier
  }

  /// Appends events signed by the operator.
  @discardableResult
  package func append(
    _ bodies: [EventBody], at moment: Timestamp? = nil, files: () throws -> Void = {}
  ) throws -> Range<Int> {
    try append(bodies.map { Draft($0, signedBy: operatorKey) }, at: moment, files: files)
  }

  /// Makes the projection again from the log.
  package func rebuildProjection() throws {
    try Projection.write(events, at: position, to: layout.projection)
  }

  private var position: ProjectionPosition {
    ProjectionPosition(size: Int(log.size), root: log.checkpoint.root)
  }

  /// Adds to the projection what the log has and it lacks.
  ///
  /// - Parameter older: The state of the log before the last append, where the projection stands
  ///   unless somebody else touched it.
  /// - Throws: What the disk throws.
  private func updateProjection(after older: ProjectionPosition?) throws {
    try Projection.update(layout.projection, to: position, events: events) { size in
      if let older, older.size == size { return older.root }
      let reader = try LogReader(path: layout.log, verifier: log.verifier)
      return try reader.root(at: UInt64(size))
    }
  }

  /// Commits to personal values, each with a salt of its own.
  package static func commitments(to values: [String]) -> [Commitment] {
    values.map { Commitment(value: $0, salt: SecureRandom.bytes(count: Commitment.saltByteCount)) }
  }

  /// Keeps what commitments open to: once the rules allow the events that state them.
  package func keep(_ commitments: [Commitment]) throws {
    try OpeningStore(path: layout.openings, readOnly: false).add(commitments)
  }
}
