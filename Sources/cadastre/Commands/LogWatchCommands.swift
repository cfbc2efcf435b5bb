// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Glibc
import HTTPClient
import LogNetwork
import Merkle
import Presentation
import Primitives
import Service
import Signing
import Storage

/// `cadastre log monitor`, `mirror` and `contradiction`: what everybody else runs.
enum LogWatchCommands {
  /// The most seconds between two visits: a day.
  private static let longestPause = 86_400

  private static func source(_ context: Context, seconds: Int) throws -> LogSource {
    Interruption.catchSignals()
    let session = HTTPSession(limits: .init(totalSeconds: seconds)) { Interruption.isRequested }
    return try LogSource(context.arguments.requiredArgument("SOURCE"), session: session)
  }

  // MARK: - Monitor

  static func monitor(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let pause = try arguments.integer("every", in: 1...longestPause)
    guard pause == nil || !arguments.flag("once") else {
      throw ServiceError.usage("--once and --every exclude each other: give one of them")
    }
    let verifier = try LogCommands.verifier(arguments.required("log"))
    let policy = try LogCommands.policy(arguments.string("policy"))
    let monitor = LogMonitor(verifier: verifier, policy: policy)
    let source = try source(context, seconds: 60)
    let path = arguments.string("state")
    var memory = try path.flatMap { try read($0, verifier) }
    var hasFound = false
    while true {
      var entries: [LogMonitor.Entry] = []
      do {
        let visit = try monitor.visit(
          try source.log(), memory: memory, now: LogCommands.clock()
        ) { entries.append($0) }
        if let kept = visit.memory, kept != memory {
          if let path { try DurableFile.write(Array(kept.json.prettyText.utf8), to: path) }
        }
        memory = visit.memory
        let evidence = try keep(visit.contradiction, beside: path)
        hasFound = hasFound || !visit.findings.isEmpty
        let output = output(of: visit, entries: entries, evidence: evidence, context.console)
        guard let pause else { return output }
        Stream.output.write(arguments.flag("json") ? output.json.prettyText : output.text)
        wait(seconds: pause)
      } catch let error as LogSourceError where pause != nil && !Interruption.isRequested {
        // A log that cannot be reached now is visited again.
        Stream.error.write("cadastre: \(error)\n")
        wait(seconds: pause ?? 1)
      }
      if Interruption.isRequested {
        return Output(text: "stopped\n", json: [:], status: hasFound ? 1 : 0)
      }
    }
  }

  private static func wait(seconds: Int) {
    for _ in 0..<(seconds * 10) where !Interruption.isRequested { usleep(100_000) }
  }

  private static func read(_ path: String, _ verifier: NoteVerifier) throws -> MonitorMemory? {
    guard FileSystem.fileExists(path) else { return nil }
    let bytes = try FileSystem.readFile(path, limit: MonitorMemory.maximumByteCount)
    do {
      let memory = try MonitorMemory(json: try JSON.parse(bytes))
      guard memory.log == verifier else {
        throw ServiceError.refused(
          "'\(path)' is the memory of '\(memory.log)': name another file with --state")
      }
      return memory
    } catch let error as ServiceError {
      throw error
    } catch {
      throw ServiceError.refused(
        "'\(path)' cannot be read: \(error): restore it, or name another file with --state")
    }
  }

  /// Keeps the evidence of a split view; returns the file's path.
  private static func keep(
    _ contradiction: Contradiction?, beside path: String?
  ) throws -> String? {
    guard let contradiction else { return nil }
    let bytes = Array(contradiction.json.prettyText.utf8)
    let file = (path ?? "log") + ".split-\(SHA256.digest(bytes).hex.prefix(16)).json"
    try DurableFile.write(bytes, to: file)
    return file
  }

  private static func output(
    of visit: LogMonitor.Visit, entries: [LogMonitor.Entry], evidence: String?, _ console: Console
  ) -> Output {
    var text = ""
    for entry in entries {
      text +=
        "\(entry.index)  \(entry.moment?.description ?? "-")  \(TextStyle.safe(entry.type ?? "no event"))\n"
    }
    for finding in visit.findings {
      text += console.style.apply(.bad, to: finding.code) + ": \(TextStyle.safe("\(finding)"))\n"
    }
    if let evidence {
      text += "evidence: \(evidence); anyone can check it with 'cadastre log contradiction'\n"
    }
    if let checkpoint = visit.checkpoint, visit.findings.isEmpty {
      text +=
        console.style.apply(
          .good, to: "\(checkpoint.size) entries, \(visit.entryCount) of them new: all holds")
        + "\n"
    }
    let json: JSONObject = [
      "size": .string(visit.checkpoint.map { String($0.size) } ?? ""),
      "root": .string(visit.checkpoint?.root.hex ?? ""),
      "entries": .array(
        entries.map { entry in
          [
            "index": .string(String(entry.index)), "type": .string(entry.type ?? ""),
            "at": .string(entry.moment?.description ?? ""),
          ]
        }),
      "findings": .array(
        visit.findings.map { ["code": .string($0.code), "what": .string("\($0)")] }),
      "evidence": .string(evidence ?? ""),
    ]
    return Output(text: text, json: .object(json), status: visit.findings.isEmpty ? 0 : 1)
  }

  // MARK: - Mirror

  static func mirror(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let verifier = try LogCommands.verifier(arguments.required("log"))
    let policy = try LogCommands.policy(arguments.string("policy"))
    let directory = arguments.requiredArgument("DIR")
    let source = try source(context, seconds: arguments.flag("all") ? 3600 : 60)
    do {
      defer { context.console.endProgress() }
      if arguments.flag("all") {
        let mirror = RegisterMirror(directory: directory, verifier: verifier, policy: policy)
        return output(
          of: try mirror.run(from: source) { context.console.progress(TextStyle.safe($0)) })
      }
      let outcome = try LogMirror(directory: directory, verifier: verifier, policy: policy)
        .run(from: try source.log()) { context.console.progress("entry \($0) of \($1)") }
      return Output(text: text(of: outcome), json: .object(json(of: outcome)))
    } catch MirrorError.splitView(let contradiction) {
      let file = try keep(contradiction, beside: directory)
      throw ServiceError.refused(
        "\(MirrorError.splitView(contradiction)); they are in '\(file ?? "")', which"
          + " 'cadastre log contradiction' checks")
    }
  }

  private static func text(of outcome: LogMirror.Outcome) -> String {
    let before = outcome.before.map { "\($0) before" } ?? "none before"
    return "\(outcome.checkpoint.size) entries (\(before)), \(outcome.fileCount) files fetched\n"
  }

  private static func json(of outcome: LogMirror.Outcome) -> JSONObject {
    [
      "size": .string(String(outcome.checkpoint.size)),
      "root": .string(outcome.checkpoint.root.hex),
      "before": .string(outcome.before.map { String($0) } ?? ""),
      "files": .integer(Int64(outcome.fileCount)), "bytes": .integer(Int64(outcome.byteCount)),
    ]
  }

  private static func output(of outcome: RegisterMirror.Outcome) -> Output {
    var text = text(of: outcome.log) + "\(outcome.fileCount) other public files fetched\n"
    for path in outcome.missing { text += "\(TextStyle.safe(path)): is not there\n" }
    for path in outcome.wrong {
      text += "\(TextStyle.safe(path)): is not what the log binds; not kept\n"
    }
    if let broken = outcome.brokenAt {
      text += "entry \(broken.index): \(TextStyle.safe(broken.reason))\n"
    }
    var object = json(of: outcome.log)
    object["otherFiles"] = .integer(Int64(outcome.fileCount))
    object["missing"] = .array(outcome.missing.map { .string($0) })
    object["wrong"] = .array(outcome.wrong.map { .string($0) })
    object["brokenAt"] = .string(outcome.brokenAt.map { "entry \($0.index): \($0.reason)" } ?? "")
    let isWhole = outcome.missing.isEmpty && outcome.wrong.isEmpty && outcome.brokenAt == nil
    return Output(text: text, json: .object(object), status: isWhole ? 0 : 1)
  }

  // MARK: - Evidence

  static func contradiction(_ context: Context) throws -> Output {
    let path = context.arguments.requiredArgument("FILE")
    let verifier = try LogCommands.verifier(context.arguments.required("log"))
    let bytes = try FileSystem.readFile(path, limit: Contradiction.maximumByteCount)
    let contradiction = try Contradiction(json: try JSON.parse(bytes))
    guard contradiction.log == verifier else {
      throw ServiceError.refused("'\(path)' speaks of another log's key: \(contradiction.log)")
    }
    let sizes = try contradiction.verify()
    return Output(
      text:
        "'\(verifier.name)' signed a tree of \(sizes.first) and one of \(sizes.second) entries that"
        + " cannot both be true\n",
      json: ["first": .string(String(sizes.first)), "second": .string(String(sizes.second))])
  }
}
