// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Disclosure
import Glibc
import Service

/// `cadastre export`.
enum ExportCommand {
  static func export(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let chosen = DisclosureFormat(rawValue: arguments.required("format"))
    let place = arguments.string("out")
    if chosen == nil, place == nil, !arguments.flag("json") {
      throw ServiceError.usage("'--format all' writes several files: name a directory with --out")
    }
    let statements =
      try arguments.string("statements").map(DiscloseModel.statements) ?? OperatorStatements()
    let gathered = DiscloseModel(try context.snapshot(), showsNames: arguments.flag("names"))
    let facts = try gathered.facts(
      of: arguments.requiredArgument("MODEL|MANIFEST"), statements: statements)
    guard let chosen else { return try all(facts, place) }
    let document = DisclosureDocument(chosen, facts)
    if let place {
      try WriteDisclosure.one(document, to: place)
      return Output(text: "\(chosen.rawValue) in \(place)\n", json: document.json)
    }
    let isTerminal = isatty(STDOUT_FILENO) == 1
    return Output(
      text: document.form.flatMap {
        isTerminal ? DisclosureView.text($0, context.console) : nil
      } ?? document.text, json: document.json)
  }

  private static func all(_ facts: DisclosureFacts, _ place: String?) throws -> Output {
    let documents = DisclosureFormat.allCases.map { DisclosureDocument($0, facts) }
    var text = ""
    if let place {
      let files = try WriteDisclosure.all(documents, to: place)
      text = files.map { "\(place)/\($0)\n" }.joined()
    }
    return Output(
      text: text,
      json: .object(JSONObject(documents.map { ($0.format.rawValue, $0.json) })))
  }
}
