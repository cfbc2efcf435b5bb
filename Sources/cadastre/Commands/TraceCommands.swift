// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Attribution
import Canonical
import Presentation
import Primitives
import Service
import Signing
import Storage

/// `cadastre trace` and `receipt verify`.
enum TraceCommands {
  static func trace(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let text = try requiredText(arguments)
    let minimum = try arguments.integer("minimum", in: 1...OutputAttribution.largestText)
    let snapshot = try context.snapshot()
    let model = try Lookup.model(arguments.requiredArgument("MODEL"), in: snapshot.state)
    let request = TraceText.Request(
      model: model, text: text, isFine: arguments.flag("fine"),
      minimumSpan: arguments.flag("no-spans") ? nil : minimum,
      corpus: arguments.string("corpus"), threads: try context.threads())
    let result = try TraceText.run(request, in: snapshot)
    var note = ""
    if let path = arguments.string("receipt") {
      try TraceReceiptFile.write(
        result.receipt, to: path, snapshot: snapshot, at: Context.clock())
      note = "receipt, signed by the operator: \(path)\n"
    }
    return Output(
      text: TraceView.text(
        of: result, names: snapshot.names, state: snapshot.state,
        showsAll: arguments.flag("all"), context.console) + note,
      json: json(result, snapshot))
  }

  static func verifyReceipt(_ context: Context) throws -> Output {
    let path = context.arguments.requiredArgument("FILE")
    let verdict = try TraceReceiptFile.check(
      path, text: try text(context.arguments), snapshot: try context.snapshot())
    let style = context.console.style
    let lines =
      verdict.findings.isEmpty
      ? verdict.checks.map { "  " + $0 } + [style.apply(.good, to: "the receipt holds")]
      : verdict.findings.map { style.apply(.bad, to: "does not hold: \($0)") }
    return Output(
      text: lines.map { $0 + "\n" }.joined(),
      json: [
        "holds": .bool(verdict.findings.isEmpty),
        "findings": .array(verdict.findings.map { .string($0) }), "receipt": verdict.receipt.json,
      ], status: verdict.findings.isEmpty ? 0 : 1)
  }

  private static func requiredText(_ arguments: ParsedArguments) throws -> [UInt8] {
    guard let text = try text(arguments) else {
      throw ServiceError.usage("no text is given: use --text TEXT, or --file FILE (- reads it in)")
    }
    return text
  }

  /// The text that the options name, byte for byte; nil where they name none.
  private static func text(_ arguments: ParsedArguments) throws -> [UInt8]? {
    let limit = OutputAttribution.largestText
    switch (arguments.string("text"), arguments.string("file")) {
    case (.some, .some): throw ServiceError.usage("--text and --file are both given: use one")
    case (let text?, nil):
      // The words of a command line are repaired where they are not UTF-8, and would be other bytes.
      guard commandLineIsText() else {
        throw ServiceError.usage("the text is not UTF-8: give it with --file")
      }
      return Array(text.utf8)
    case (nil, "-"): return try FileSystem.readStandardInput(limit: limit)
    case (nil, let path?): return try FileSystem.readFile(path, limit: limit)
    case (nil, nil): return nil
    }
  }

  private static func commandLineIsText() -> Bool {
    (0..<Int(CommandLine.argc)).allSatisfy { index in
      guard let word = CommandLine.unsafeArgv[index] else { return true }
      return String(validatingCString: word) != nil
    }
  }

  /// The receipt's members with the names that this register can show.
  private static func json(_ result: TraceText.Result, _ snapshot: RegisterSnapshot) -> JSON {
    let parties = Set(result.receipt.contributors.flatMap(\.parties)).sorted()
    let works = Set(result.receipt.spans.flatMap(\.places).map(\.work)).sorted()
    var object = result.receipt.json.object ?? [:]
    object["names"] = .object(
      JSONObject(
        parties.map { ($0.text, .string(snapshot.names.name(of: $0, in: snapshot.state))) }))
    object["titles"] = .object(
      JSONObject(
        works.map { ($0.hex, .string(snapshot.names.title(of: $0, in: snapshot.state))) }))
    return .object(object)
  }
}
