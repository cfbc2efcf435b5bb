// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Audit
import Canonical
import Glibc
import Presentation
import Register
import Service
import Storage

/// `cadastre verify` and `rebuild`.
enum AuditCommands {
  static func verify(_ context: Context) throws -> Output {
    let layout = try context.layout()
    guard FileSystem.fileExists(layout.configuration) else {
      throw ConfigurationError.noRegister(layout.root)
    }
    let report = RegisterAudit.run(layout) { context.console.progress("verifying \($0) …") }
    context.console.endProgress()
    return Output(
      text: text(of: report, context.console), json: report.json, status: report.holds ? 0 : 1)
  }

  /// The report for people: what was checked, how often, and everything that does not hold.
  static func text(of report: AuditReport, _ console: Console) -> String {
    var table = TerminalTable([
      .init("part"), .init("checked", mayShrink: true), .init("count", .right),
    ])
    for check in report.checks {
      table.add([
        .init(check.part, .accent), .init(check.what), .init(Human.integer(check.count)),
      ])
    }
    var text = table.text(width: console.width, style: console.style)
    guard !report.holds else {
      return text + console.style.apply(.good, to: "verified: everything holds") + "\n"
    }
    for finding in report.findings {
      text +=
        console.style.apply(.bad, to: finding.subject) + ": \(TextStyle.safe(finding.problem))\n"
    }
    let count = report.findings.count
    return text
      + console.style.apply(
        .bad, to: "not verified: \(count) \(count == 1 ? "thing does" : "things do") not hold")
      + "\n"
  }

  static func rebuild(_ context: Context) throws -> Output {
    let writer = try context.writer()
    try writer.rebuildProjection()
    try RebuildIndex.run(writer)
    return Output(
      text: "register.sqlite made again from \(writer.state.size) entries,"
        + " and the index from \(writer.state.works.count) fingerprints\n",
      json: ["entries": .integer(Int64(writer.state.size))])
  }
}
