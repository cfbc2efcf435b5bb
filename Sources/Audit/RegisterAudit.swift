// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Primitives
import Register
package import Signing
package import Storage
import TransparencyLog

/// Everything that can be checked of a register from its files, from the log up.
///
/// Each part looks at one kind of file and adds what it checked and what does not hold; none stops
/// the others. What the log says is believed only after the log itself was checked.
package struct RegisterAudit {
  /// What an auditor brings and wants.
  package struct Options: Sendable {
    /// How many threads verify; the report is the same for any number.
    package var threads = 1
    /// The operator's key, where the auditor has it from elsewhere than the register itself.
    package var key: DIDKey?
    /// What is remembered of earlier audits; nil to remember nothing.
    package var memory: AuditMemory?
    /// Whether entries that were verified before are verified again.
    package var isFromStart = false
    /// The version of the program: another version verifies everything anew.
    package var version = ""

    /// One thread, no memory.
    package init() {}
  }

  let layout: RegisterLayout
  let options: Options
  var report = AuditReport()
  var state = RegisterState()
  var events: [Event] = []
  /// Whether every byte of the log is what the operator signed.
  var isLogWhole = false
  /// Whether all entries were read, hold, and were folded.
  var isFoldComplete = false
  /// The log under its signed root; nil where its end does not lead there.
  var log: LogReader?
  /// What is known of the log from earlier audits.
  var recollection = Recollection()
  /// What the entries were seen to be so far.
  var seen = SeenEntries()
  /// The works that the admissions so far were derived again with.
  var index = GramIndex.empty
  /// How often each check was made while the log was folded.
  var counts = Counts()

  /// Audits the register in a directory.
  ///
  /// - Parameters:
  ///   - layout: Where the files are; the public ones are enough.
  ///   - options: What the auditor brings and wants.
  ///   - progress: Told the part that begins, and how far it is.
  /// - Returns: What was checked, and everything that does not hold.
  package static func run(
    _ layout: RegisterLayout, options: Options = Options(),
    progress: (String) -> Void = { _ in }
  ) -> AuditReport {
    var audit = RegisterAudit(layout: layout, options: options)
    progress("log")
    audit.auditLog()
    guard audit.log != nil else {
      audit.report.checked("log", "nothing further is checked: all of it rests on the log", 0)
      return audit.report
    }
    progress("events")
    audit.auditEvents(progress: progress)
    audit.remember()
    guard audit.isLogWhole else {
      // Without all entries, nothing says what the other files should be.
      audit.report.checked("files", "not checked: what they should be rests on the whole log", 0)
      return audit.report
    }
    let parts: [(String, AuditReport.Code, (inout RegisterAudit) -> Void)] = [
      ("configuration", .configuration, { $0.auditConfiguration() }),
      ("works", .fingerprint, { $0.auditWorks() }),
      ("status", .statusList, { $0.auditStatusLists() }),
      ("signals", .signal, { $0.auditSignals() }),
      ("folders", .stray, { $0.auditFolders() }),
      ("projection", .projection, { $0.auditProjection() }),
    ]
    for (name, code, part) in parts {
      progress(name)
      audit.report.code = code
      part(&audit)
    }
    return audit.report
  }

  /// What was counted while the log was folded.
  struct Counts {
    var decisions = 0
    var grantsInUse = 0
    var balances = 0
    var shareRows = 0
    var coalitions = 0
    var modelFiles = 0
    var statementLines = 0
  }

  private init(layout: RegisterLayout, options: Options) {
    self.layout = layout
    self.options = options
  }

  /// Reads a file whose digest the log binds; notes a finding and returns nil where it differs.
  mutating func boundFile(_ path: String, is digest: Digest, limit: Int = 1 << 34) -> [UInt8]? {
    let subject = relative(path)
    do {
      let bytes = try FileSystem.readFile(path, limit: limit)
      guard SHA256.digest(bytes) == digest else {
        report.found(subject, "its bytes are not those that the log binds")
        return nil
      }
      return bytes
    } catch {
      report.found(subject, "\(error)")
      return nil
    }
  }

  /// A path as seen from the register's directory.
  func relative(_ path: String) -> String {
    path.hasPrefix(layout.root + "/") ? String(path.dropFirst(layout.root.count + 1)) : path
  }

  /// Notes files in a directory that nothing in the log accounts for.
  mutating func auditStrays(in directory: String, expected: Set<String>) {
    auditStrays(in: directory, isExpected: expected.contains)
  }

  /// Notes files in a directory that the predicate does not take.
  mutating func auditStrays(in directory: String, isExpected: (String) -> Bool) {
    guard let files = try? FileSystem.visibleFilesBelow(directory) else { return }
    for file in files where !isExpected(file) {
      report.found(
        relative(directory + "/" + file), "nothing in the log accounts for this file", as: .stray)
    }
  }
}
