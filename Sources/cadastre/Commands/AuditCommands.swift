// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Audit
import Canonical
import Glibc
import HTTPClient
import Presentation
import Register
import Service
import Signing
import Storage

/// `cadastre verify` and `rebuild`.
enum AuditCommands {
  static func verify(_ context: Context) throws -> Output {
    var options = RegisterAudit.Options()
    options.threads = try context.threads()
    options.version = CadastreVersion.text
    options.isFromStart = context.arguments.flag("from-start")
    options.memory =
      context.arguments.string("state").map { AuditMemory(file: $0) } ?? AuditMemory.ofUser()
    options.key = try key(context)
    let report = try report(context, options)
    context.console.endProgress()
    return Output(
      text: text(of: report, context.console), json: report.json, status: report.holds ? 0 : 1)
  }

  /// Audits what `--log` names, else the register that all commands find.
  private static func report(
    _ context: Context, _ options: RegisterAudit.Options
  ) throws -> AuditReport {
    let progress = { (part: String) in context.console.progress("verifying \(part) …") }
    let place = context.arguments.string("log")
    if let place, place.hasPrefix("http:") || place.hasPrefix("https:") {
      guard let cache = AuditedMirror.cache() else {
        throw ServiceError.usage("there is no place for a copy: set XDG_CACHE_HOME")
      }
      Interruption.catchSignals()
      let session = HTTPSession { Interruption.isRequested }
      let mirror = try AuditedMirror(
        of: place, key: options.key.map { .known($0) } ?? .stated, cache: cache, session: session
      ) { context.console.progress("copying \($0) …") }
      return mirror.audit(options, progress: progress)
    }
    let layout = try place.map { RegisterLayout(root: $0) } ?? context.layout()
    guard FileSystem.fileExists(layout.configuration) else {
      throw ConfigurationError.noRegister(layout.root)
    }
    return RegisterAudit.run(layout, options: options, progress: progress)
  }

  /// The operator's key as the auditor has it: a did, or the `vkey` of the log.
  private static func key(_ context: Context) throws -> DIDKey? {
    guard let text = context.arguments.string("key") else { return nil }
    if let key = DIDKey(text) ?? NoteVerifier(text).map({ DIDKey($0.publicKey) }) { return key }
    throw ServiceError.usage(
      "'\(text)' is no key of a log: give a did:key, or a vkey such as name+1a2b3c4d+AV…")
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
    for note in report.notes {
      text +=
        console.style.apply(.accent, to: "note") + ": \(note.subject): "
        + "\(TextStyle.safe(note.text))\n"
    }
    guard !report.holds else {
      return text + console.style.apply(.good, to: "verified: everything holds") + "\n"
    }
    for finding in report.findings {
      text +=
        console.style.apply(.bad, to: TextStyle.safe(finding.subject))
        + ": \(TextStyle.safe(finding.problem))\n"
    }
    for (code, count) in report.omitted.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      text += "and \(Human.integer(count)) more of the kind \(code.rawValue)\n"
    }
    let count = report.findingCount
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
