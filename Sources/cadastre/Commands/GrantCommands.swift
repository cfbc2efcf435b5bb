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

/// `cadastre grant` and `revoke`.
enum GrantCommands {
  static func grant(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let writer = try context.writer()
    let issued: [Grant]
    if let path = arguments.string("import") {
      issued = [try GrantUse.importCredential(path: path, in: writer)]
    } else {
      let key = try KeyStore(writer.layout).load(try require("key", arguments.string("key")))
      let subjects = try subjects(context, among: writer.state)
      let terms = try terms(context, writer: writer)
      issued = try GrantUse.issue(
        subjects.map { subject in
          var each = terms
          each.subject = subject
          return (each, key)
        }, in: writer)
    }
    return Output(
      text: issued.map { "\($0.identifier.hex)  \(describe($0.terms))\n" }.joined(),
      json: .array(
        issued.map { ["grant": .string($0.identifier.hex), "credential": $0.credential] }))
  }

  private static func require(_ name: String, _ value: String?) throws -> String {
    guard let value else { throw ServiceError.usage("a grant needs --\(name)") }
    return value
  }

  private static func subjects(
    _ context: Context, among state: RegisterState
  ) throws -> [GrantSubject] {
    let works = context.arguments.strings("work")
    guard works.isEmpty == context.arguments.flag("all") else {
      throw ServiceError.usage("a grant covers --work WORK, or --all works, and not both")
    }
    if works.isEmpty { return [.allWorks] }
    return try works.map {
      .work(try Lookup.digest($0, among: state.works.keys, called: "work"))
    }
  }

  private static func terms(_ context: Context, writer: RegisterWriter) throws -> GrantTerms {
    let arguments = context.arguments
    let purposes = arguments.strings("purpose").compactMap(Purpose.init(rawValue:))
    guard !purposes.isEmpty else {
      throw ServiceError.usage("a grant names each --purpose, such as --purpose train")
    }
    let text = try require("rate", arguments.string("rate"))
    guard let rate = Rate(text) else {
      throw ServiceError.usage("'\(text)' is no rate: write a percentage such as 5% or 12.5%")
    }
    guard arguments.string("grantee") == nil || !arguments.flag("anyone") else {
      throw ServiceError.usage("a grant allows --grantee DID, or --anyone, and not both")
    }
    var grantee = Grantee.party(writer.configuration.operator)
    if let party = arguments.string("grantee") {
      grantee = .party(try Lookup.party(party, layout: writer.layout))
    }
    if arguments.flag("anyone") { grantee = .anyone }
    var until: Timestamp?
    if let text = arguments.string("until") {
      guard let moment = Timestamp(text), moment > writer.now else {
        throw ServiceError.usage("'\(text)' is no date to come: write one such as 2030-12-31")
      }
      until = moment
    }
    return GrantTerms(
      subject: .allWorks, grantee: grantee, purposes: purposes, rate: rate,
      validFrom: writer.now, validUntil: until)
  }

  static func revoke(_ context: Context) throws -> Output {
    let writer = try context.writer()
    let grant = try Lookup.digest(
      context.arguments.requiredArgument("GRANT"), among: writer.state.grants.map(\.identifier),
      called: "grant")
    let key = try KeyStore(writer.layout).load(context.arguments.required("key"))
    try GrantUse.revoke([(grant, key)], in: writer)
    let position = writer.state.size - 1
    return Output(
      text:
        "revoked \(grant.short) at entry \(position): no run that starts from now on may use it\n",
      json: ["grant": .string(grant.hex), "position": .integer(Int64(position))])
  }

  private static func describe(_ terms: GrantTerms) -> String {
    let purposes = terms.purposes.map(\.rawValue).joined(separator: ", ")
    let until = terms.validUntil.map { " until \($0.date)" } ?? ""
    return "for \(purposes) at \(terms.rate)\(until)"
  }
}
