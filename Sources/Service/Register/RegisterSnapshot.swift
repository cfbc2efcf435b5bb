// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Audit
import Canonical
import Glibc
import Merkle
import Primitives
package import Register
import Signing
package import Storage
import TransparencyLog

/// A register as read from its log: every entry verified and folded.
package struct RegisterSnapshot: Sendable {
  /// Where the register lies.
  package let layout: RegisterLayout
  /// Its configuration.
  package let configuration: RegisterConfiguration
  /// All events in order.
  package let events: [Event]
  /// Their fold.
  package let state: RegisterState
  /// The names and titles that can be shown.
  package let names: NameBook

  /// Reads the configuration, the log and the openings of a register.
  ///
  /// - Throws: `ServiceError` where the log's signature, an entry or the fold does not hold.
  /// - Complexity: O(entries); signatures are verified on all cores.
  package static func read(_ layout: RegisterLayout) throws -> RegisterSnapshot {
    let threads = max(1, min(64, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let configuration = try RegisterConfiguration.read(layout)
    guard let verifier = configuration.verifier else {
      throw ConfigurationError.malformed(layout.configuration, "its origin is no name of a log")
    }
    do {
      let reader = try LogReader(path: layout.log, verifier: verifier)
      var state = RegisterState()
      var events: [Event] = []
      events.reserveCapacity(Int(reader.size))
      try EntryReading.run(reader, threads: threads, damaged: { throw $1 }) { entry in
        let event = try entry.event.get()
        try state.apply(event)
        events.append(event)
      }
      return RegisterSnapshot(
        layout: layout, configuration: configuration, events: events, state: state,
        names: try NameBook(layout))
    } catch {
      throw ServiceError.refused(
        "the log of '\(layout.root)' does not hold: \(error): run 'cadastre verify'")
    }
  }

  /// The register as it stood before the entry at a position.
  package func state(before position: Int) throws(RegisterError) -> RegisterState {
    var earlier = RegisterState()
    for event in events[..<position] { try earlier.apply(event) }
    return earlier
  }

  /// The nearest register: the directory given, else the nearest parent that is one, else the one
  /// that the environment names.
  package static func locate(
    explicit: String?, workingDirectory: String, environment: String?
  ) throws -> RegisterLayout {
    if let explicit { return RegisterLayout(root: explicit) }
    var directory = workingDirectory
    while !directory.isEmpty {
      let layout = RegisterLayout(root: directory)
      if FileSystem.fileExists(layout.configuration) { return layout }
      guard let slash = directory.lastIndex(of: "/") else { break }
      directory = String(directory[..<slash])
    }
    if let environment, !environment.isEmpty { return RegisterLayout(root: environment) }
    throw ServiceError.usage(
      "no register here: give --register DIR, or make one with 'cadastre init'")
  }
}
