// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Primitives
import Signing
import Register
package import Storage

/// Everything that can be checked of a register from its files, from the log up.
///
/// Each part looks at one kind of file and adds what it checked and what does not hold; none stops
/// the others. What the log says is believed only after the log itself was checked.
package struct RegisterAudit {
  let layout: RegisterLayout
  var report = AuditReport()
  var state = RegisterState()
  var events: [Event] = []
  /// Whether the entries could be read under the signed root.
  var isLogWhole = false
  /// The log's entries, once the log was found whole.
  var entries: [[UInt8]] = []
  /// The size and root that the log signed.
  var position: ProjectionPosition?
  /// The works that the admissions so far were derived again with.
  var index = GramIndex.empty
  /// How often each check was made while the log was folded.
  var counts = Counts()

  /// Audits the register in a directory.
  ///
  /// - Parameters:
  ///   - layout: Where the files are.
  ///   - progress: Told the part that begins.
  /// - Returns: What was checked, and everything that does not hold.
  package static func run(
    _ layout: RegisterLayout, progress: (String) -> Void = { _ in }
  ) -> AuditReport {
    var audit = RegisterAudit(layout: layout)
    let parts: [(String, (inout RegisterAudit) -> Void)] = [
      ("log", { $0.auditLog() }),
      ("events", { $0.auditEvents() }),
      ("works", { $0.auditWorks() }),
      ("status", { $0.auditStatusLists() }),
      ("signals", { $0.auditSignals() }),
      ("folders", { $0.auditFolders() }),
      ("projection", { $0.auditProjection() }),
    ]
    for (name, part) in parts {
      progress(name)
      part(&audit)
      // Without a log that holds, nothing says what the other files should be.
      guard audit.isLogWhole else {
        audit.report.checked(name, "nothing further is checked: all of it rests on the log", 0)
        break
      }
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

  private init(layout: RegisterLayout) { self.layout = layout }

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
      report.found(relative(directory + "/" + file), "nothing in the log accounts for this file")
    }
  }
}
