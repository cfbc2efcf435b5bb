// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Money
import Presentation
import Primitives
import Register
import Service
import Signing
import Storage

enum GrantCommands {
  static func grant(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let writer = try context.writer()
    let issued: [Grant]
    if let path = arguments.string("import") {
      issued = [try GrantUse.importCredential(path: path, in: writer)]
    } else {
      guard let name = arguments.string("key") else {
        throw ServiceError.usage("a grant needs --key")
      }
      let key = try KeyStore(writer.layout).load(name)
      issued = try GrantUse.issue(
        try requests(GrantOptions(arguments: arguments, writer: writer)).map { ($0, key) },
        in: writer)
    }
    return Output(
      text: issued.map { "\($0.identifier.hex)  \(describe($0.terms))\n" }.joined(),
      json: .array(
        issued.map { ["grant": .string($0.identifier.hex), "credential": $0.credential] }))
  }

  /// The terms of each grant: as the options say, or those of a grant that another owner signed.
  private static func requests(_ options: GrantOptions) throws -> [GrantTerms] {
    let state = options.writer.state
    if let joined = options.arguments.string("join") {
      let identifier = try Lookup.digest(
        joined, among: state.grants.map(\.identifier), called: "grant")
      return state.grant(identifier).map { [$0.grant.terms] } ?? []
    }
    let terms = try options.terms()
    return try options.subjects().map { subject in
      var each = terms
      each.subject = subject
      return each
    }
  }

  /// A territory that an option names.
  static func territory(_ text: String?) throws -> Territory? {
    guard let text else { return nil }
    guard let territory = Territory(text) else {
      throw ServiceError.usage(
        "'\(text)' is no territory: write its two capital letters (ISO 3166-1), such as DE")
    }
    return territory
  }

  static func check(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let limit = Event.maximumByteCount
    let state = try (try? context.layout()).map { try RegisterSnapshot.read($0).state }
    let moment = try arguments.string("at").map { text in
      guard let moment = Timestamp(text) else {
        throw ServiceError.usage("'\(text)' is no moment: write one such as 2026-11-21T09:30:00Z")
      }
      return moment
    }
    let check = GrantCheck(
      try FileSystem.readFile(arguments.requiredArgument("FILE"), limit: limit),
      question: GrantCheck.Question(
        purpose: arguments.string("purpose").flatMap(Purpose.init(rawValue:)),
        grantee: try arguments.string("grantee").map(party),
        territory: try territory(arguments.string("territory")),
        moment: moment ?? Context.clock()),
      state: state,
      lists: try arguments.strings("status-list").map {
        ($0, try FileSystem.readFile($0, limit: limit))
      }, operator: try arguments.string("operator").map(party))
    // Not a table: a reason is never cut.
    let style = context.console.style
    let lines = check.lines.map { line in
      let mark = line.holds ? style.apply(.good, to: "holds ") : style.apply(.bad, to: "fails ")
      return mark + " " + line.name
        + String(repeating: " ", count: max(0, 10 - line.name.utf8.count)) + "  "
        + TextStyle.safe(line.text)
    }
    let verdict = check.isValid ? "the grant holds" : "the grant does not hold"
    return Output(
      text: (lines + [verdict]).map { $0 + "\n" }.joined(),
      json: [
        "holds": .bool(check.isValid),
        "grant": check.grant.map { .string($0.identifier.hex) } ?? .null,
        "checks": .array(
          check.lines.map {
            ["check": .string($0.name), "holds": .bool($0.holds), "found": .string($0.text)]
          }),
      ], status: check.isValid ? 0 : 1)
  }

  private static func party(_ text: String) throws -> DIDKey {
    guard let did = DIDKey(text) else {
      throw ServiceError.usage("'\(text)' is no did:key of an Ed25519 key")
    }
    return did
  }

  static func revoke(_ context: Context) throws -> Output {
    try change(context, "revoked", "no run that starts from now on may use it") {
      try GrantUse.revoke([($0, $1)], in: $2)
    }
  }

  static func suspend(_ context: Context) throws -> Output {
    try change(context, "suspended", "no run may start on it until it is resumed") {
      try GrantUse.suspend($0, key: $1, in: $2)
    }
  }

  static func resume(_ context: Context) throws -> Output {
    try change(context, "resumed", "it holds again as it did") {
      try GrantUse.resume($0, key: $1, in: $2)
    }
  }

  private static func change(
    _ context: Context, _ done: String, _ meaning: String,
    _ log: (Digest, SecretKey, RegisterWriter) throws -> Void
  ) throws -> Output {
    let writer = try context.writer()
    let grant = try Lookup.digest(
      context.arguments.requiredArgument("GRANT"), among: writer.state.grants.map(\.identifier),
      called: "grant")
    let key = try KeyStore(writer.layout).load(context.arguments.required("key"))
    try log(grant, key, writer)
    let position = writer.state.size - 1
    return Output(
      text: "\(done) \(grant.short) at entry \(position): \(meaning)\n",
      json: ["grant": .string(grant.hex), "position": .integer(Int64(position))])
  }

  private static func describe(_ terms: GrantTerms) -> String {
    let purposes = terms.purposes.map(\.rawValue).joined(separator: ", ")
    let fee = terms.minimumFee.map { ", at least \($0)" } ?? ""
    let place =
      terms.territories.isEmpty
      ? "" : " in " + terms.territories.map(\.code).joined(separator: ", ")
    let until = terms.validUntil.map { " until \($0.date)" } ?? ""
    return "for \(purposes) at \(terms.rate)\(fee)\(place)\(until)"
  }
}
