// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Gate
import Glibc
import Presentation
import Primitives
import Register
import Service
import Signing
import Storage

/// `cadastre admit` and `snapshot`.
enum AdmissionCommands {
  static func admit(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let words = arguments.arguments("CORPUS")
    let decisions = arguments.strings("decisions")
    if arguments.flag("stream") {
      guard decisions.isEmpty, words.isEmpty || words == ["-"], !arguments.flag("json") else {
        throw ServiceError.usage(
          "--stream reads standard input and writes JSON lines: give it --snapshot and --threads only"
        )
      }
      return try stream(context)
    }
    guard decisions.isEmpty else { return try join(decisions + words, context) }
    guard words.count == 1 else {
      throw ServiceError.usage(
        "admit decides on one corpus: name a directory, a .jsonl file or - for standard input")
    }
    guard arguments.string("snapshot") == nil, arguments.string("corpus") == nil else {
      throw ServiceError.usage("--snapshot and --corpus go with --stream or --decisions")
    }
    let threads = try context.threads()
    let writer = try context.writer()
    let whitelist = try whitelist(arguments)
    let result = try AdmitCorpus.run(
      CorpusInput(words[0]),
      for: try question(arguments, writer.layout, writer.configuration, whitelist),
      whitelist: whitelist, output: arguments.required("out"), threads: threads, in: writer)
    return try output(of: result, in: writer, context)
  }

  static func snapshot(_ context: Context) throws -> Output {
    let register = try context.snapshot()
    let directory = context.arguments.required("out")
    let whitelist = try whitelist(context.arguments)
    let description = try WriteSnapshot.run(
      register,
      for: try question(context.arguments, register.layout, register.configuration, whitelist),
      whitelist: whitelist, at: Context.clock(), threads: try context.threads(), to: directory)
    let bytes = description.files.values.reduce(0) { $0 + $1.byteCount }
    return Output(
      text: "snapshot of entry \(description.treeSize) in \(directory): "
        + "\(register.state.works.count) works, \(bytes) bytes\n",
      json: [
        "snapshot": .string(description.digest.hex),
        "treeSize": .integer(Int64(description.treeSize)),
        "works": .integer(Int64(register.state.works.count)), "bytes": .integer(Int64(bytes)),
      ])
  }

  // MARK: - Streams

  private static func openedSnapshot(_ arguments: ParsedArguments) throws -> AdmissionSnapshot {
    guard let directory = arguments.string("snapshot") else {
      throw ServiceError.usage("the snapshot is missing: give --snapshot DIR")
    }
    let asked = ["purpose", "for", "territory", "whitelist"]
    guard asked.allSatisfy({ arguments.string($0) == nil }) else {
      throw ServiceError.usage(
        "the snapshot says for what, for whom, where and by which whitelist: leave --purpose, --for,"
          + " --territory and --whitelist to 'cadastre snapshot'")
    }
    return try AdmissionSnapshot(directory: directory)
  }

  private static func stream(_ context: Context) throws -> Output {
    let threads = try context.threads()
    let snapshot = try openedSnapshot(context.arguments)
    var reader = LineReader(standardInputWithLongestLine: DocumentLine.longest)
    try FindingStream.write(&reader, by: snapshot, threads: threads) { bytes in
      try Stream.output.writeAll(bytes)
    }
    return Output(text: "", json: .null)
  }

  private static func join(_ paths: [String], _ context: Context) throws -> Output {
    let arguments = context.arguments
    let snapshot = try openedSnapshot(arguments)
    let writer = try context.writer()
    let result = try JoinDecisions.run(
      paths, snapshot: snapshot,
      place: arguments.string("corpus").map { FileSystem.absolutePath($0) } ?? "",
      output: arguments.required("out"), in: writer)
    return try output(of: result, in: writer, context)
  }

  // MARK: - Common parts

  private static func question(
    _ arguments: ParsedArguments, _ layout: RegisterLayout,
    _ configuration: RegisterConfiguration, _ whitelist: DeclaredWhitelist?
  ) throws -> AdmissionQuestion {
    let party = try arguments.string("for").map { try Lookup.party($0, layout: layout) }
    return AdmissionQuestion(
      purpose: arguments.string("purpose").flatMap(Purpose.init(rawValue:)) ?? .train,
      grantee: party ?? configuration.operator,
      territory: try GrantCommands.territory(arguments.string("territory")),
      whitelist: whitelist?.digest)
  }

  private static func whitelist(_ arguments: ParsedArguments) throws -> DeclaredWhitelist? {
    guard let path = arguments.string("whitelist") else { return nil }
    let bytes = try FileSystem.readFile(path, limit: DeclaredWhitelist.largestFile)
    do {
      return try DeclaredWhitelist(bytes)
    } catch {
      throw ServiceError.refused("'\(path)' is no whitelist: \(error)")
    }
  }

  private static func output(
    of result: AdmitCorpus.Result, in writer: RegisterWriter, _ context: Context
  ) throws -> Output {
    let names = try NameBook(writer.layout)
    let admitted = result.decisions.count { $0.verdict.isAdmitted }
    let path = context.arguments.required("out")
    return Output(
      text: refusals(
        result.decisions, names: names, state: writer.state, context.console,
        lines: result.unreadableLines)
        + "admitted \(admitted) of \(result.decisions.count) documents; manifest in \(path)\n",
      json: [
        "manifest": .string(result.manifest.digest.hex),
        "decisions": .array(result.decisions.map(\.json)),
      ])
  }

  /// A table of what was refused, with reasons.
  static func refusals(
    _ decisions: [Decision], names: NameBook, state: RegisterState, _ console: Console,
    lines: [String: Int] = [:]
  ) -> String {
    let refused = decisions.filter { !$0.verdict.isAdmitted }
    guard !refused.isEmpty else { return "nothing was refused\n" }
    var table = TerminalTable([
      .init("refused", mayShrink: true), .init("reason"), .init("because", mayShrink: true),
    ])
    for decision in refused {
      var because = decision.verdict.explanation
      if case .copy(let evidence) = decision.verdict {
        because =
          "\(evidence.matching) of its \(evidence.ofCandidate) 8-grams stand in “"
          + names.title(of: evidence.original, in: state) + "”"
      }
      table.add([
        .init(lines[decision.path].map { "line \($0)" } ?? decision.path),
        .init(decision.verdict.code, .bad), .init(because, .quiet),
      ])
    }
    return table.text(width: console.width, style: console.style)
  }
}
