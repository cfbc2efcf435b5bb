// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Glibc
import Presentation
import Service

/// Parses, calls and prints; turns every error into one line and an exit status.
enum Program {
  /// The version that `--version` prints and runs record.
  static let version = "cadastre \(CadastreVersion.text)"

  /// What each command does, by its path.
  private static let handlers: [String: @Sendable (Context) throws -> Output] = [
    "quickstart": StartCommands.quickstart, "init": StartCommands.initialise,
    "report": StartCommands.report, "key new": KeyCommands.new, "key show": KeyCommands.show,
    "key list": KeyCommands.list, "work add": WorkCommands.add, "work list": WorkListCommands.list,
    "work show": WorkListCommands.show, "work duplicates": DuplicatesCommand.run,
    "grant": GrantCommands.grant,
    "grants list": GrantListCommands.list, "grants show": GrantListCommands.show,
    "grants check": GrantCommands.check,
    "revoke": GrantCommands.revoke, "suspend": GrantCommands.suspend,
    "resume": GrantCommands.resume, "collection add": CollectionCommands.add,
    "collection list": CollectionCommands.list,
    "admit": AdmissionCommands.admit, "snapshot": AdmissionCommands.snapshot,
    "train": ModelCommands.train, "shares": ModelCommands.shares,
    "trace": TraceCommands.trace, "receipt verify": TraceCommands.verifyReceipt,
    "generate": GenerateCommand.generate, "export": ExportCommand.export,
    "revenue": MoneyCommands.revenue, "settle": MoneyCommands.settle,
    "statement": MoneyCommands.statement, "restitute": RestitutionCommands.restitute,
    "restitution sign": RestitutionCommands.sign,
    "concentration": ConcentrationCommand.measure, "verify": AuditCommands.verify,
    "signals read": RightsCommands.read, "signals check": RightsCommands.check,
    "signals list": RightsCommands.list, "export-terms": RightsCommands.exportTerms,
    "log show": LogCommands.show, "log serve": LogCommands.serve,
    "log cosign": LogCommands.cosign, "log witness": LogCommands.witness,
    "log monitor": LogWatchCommands.monitor, "log mirror": LogWatchCommands.mirror,
    "log contradiction": LogWatchCommands.contradiction,
    "replay": ReplayCommand.replay, "rebuild": AuditCommands.rebuild, "completions": completions,
    "erase": EraseCommand.erase, "proof": ProofCommands.write, "proof verify": ProofCommands.verify,
  ]

  /// Runs one command line.
  ///
  /// - Returns: 0 done and true; 1 refused, or does not verify; 2 wrong usage; 3 the system failed.
  static func run(_ words: [String]) -> Int32 {
    do {
      switch try CadastreCommands.table.parse(words) {
      case .help(let path):
        let console = Console(isQuiet: false, wantsColor: true)
        Stream.output.write(
          CadastreCommands.table.help(
            for: path, width: console.width, isStyled: console.style.isOn))
        return 0
      case .version:
        Stream.output.write(version + "\n")
        return 0
      case .run(let arguments):
        let context = Context(arguments)
        guard let handler = handlers[arguments.path.joined(separator: " ")] else {
          preconditionFailure("every command of the table has a handler")
        }
        let output = try handler(context)
        Stream.output.write(arguments.flag("json") ? output.json.prettyText : output.text)
        return output.status
      }
    } catch let error as ArgumentError {
      return fail("\(error)", status: 2)
    } catch {
      let failure = ServiceError(error)
      return fail(failure.message, status: failure.kind.rawValue)
    }
  }

  private static func fail(_ message: String, status: Int32) -> Int32 {
    Stream.error.write("cadastre: \(message)\n")
    return status
  }

  private static func completions(_ context: Context) throws -> Output {
    let name = context.arguments.requiredArgument("SHELL")
    guard let shell = Shell(rawValue: name) else {
      throw ServiceError.usage("no completions for '\(name)'")
    }
    let text = CadastreCommands.table.completions(for: shell)
    return Output(text: text, json: ["shell": .string(name), "completions": .string(text)])
  }
}
