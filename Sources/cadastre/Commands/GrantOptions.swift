// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Money
import Primitives
import Register
import Service
import Signing
import Storage

/// Reads what `cadastre grant` says of a grant.
struct GrantOptions {
  let arguments: ParsedArguments
  let writer: RegisterWriter

  /// What is covered: works, a collection, a model's outputs, or all works of the key's owner.
  func subjects() throws -> [GrantSubject] {
    let state = writer.state
    let works = arguments.strings("work")
    let (collection, model) = (arguments.string("collection"), arguments.string("model"))
    let named = [!works.isEmpty, arguments.flag("all"), collection != nil, model != nil]
    guard named.count(where: { $0 }) == 1 else {
      throw ServiceError.usage(
        "a grant covers one of --work WORK, --collection ROOT, --model MODEL and --all works")
    }
    if let collection {
      return [
        .collection(
          try Lookup.digest(collection, among: state.collections.keys, called: "collection"))
      ]
    }
    if let model {
      let name = try Lookup.model(model, in: state)
      guard let release = state.runs[name]?.release else { return [] }
      return [.model(release.identifier)]
    }
    if works.isEmpty { return [.allWorks] }
    return try works.map {
      .work(try Lookup.digest($0, among: state.works.keys, called: "work"))
    }
  }

  /// The terms, with a subject to be replaced.
  func terms() throws -> GrantTerms {
    let purposes = arguments.strings("purpose").compactMap(Purpose.init(rawValue:))
    guard !purposes.isEmpty else {
      throw ServiceError.usage("a grant names each --purpose, such as --purpose train")
    }
    guard let text = arguments.string("rate") else {
      throw ServiceError.usage("a grant needs --rate")
    }
    guard let rate = Rate(text) else {
      throw ServiceError.usage("'\(text)' is no rate: write a percentage such as 5% or 12.5%")
    }
    let from = try moment("from") ?? writer.now
    let until = try moment("until")
    if let until, until <= max(from, writer.now) {
      throw ServiceError.usage(
        "'\(arguments.string("until") ?? "")' is no date to come after the beginning: write one"
          + " such as 2030-12-31")
    }
    return GrantTerms(
      subject: .allWorks, grantee: try grantee(), purposes: purposes, rate: rate,
      minimumFee: try minimumFee(),
      territories: try arguments.strings("territory").compactMap(GrantCommands.territory),
      validFrom: from, validUntil: until,
      derivativesInherit: !arguments.flag("no-inheritance"))
  }

  private func moment(_ option: String) throws -> Timestamp? {
    guard let text = arguments.string(option) else { return nil }
    guard let moment = Timestamp(text) else {
      throw ServiceError.usage("'\(text)' is no date: write one such as 2030-12-31")
    }
    return moment
  }

  private func grantee() throws -> Grantee {
    guard arguments.string("grantee") == nil || !arguments.flag("anyone") else {
      throw ServiceError.usage("a grant allows --grantee DID, or --anyone, and not both")
    }
    if arguments.flag("anyone") { return .anyone }
    guard let party = arguments.string("grantee") else {
      return .party(writer.configuration.operator)
    }
    return .party(try Lookup.party(party, layout: writer.layout))
  }

  /// A fee such as `2.50 EUR`.
  private func minimumFee() throws -> Amount? {
    guard let text = arguments.string("minimum-fee") else { return nil }
    let words = text.split(separator: " ")
    guard words.count == 2, let currency = Currency(code: String(words[1])) else {
      throw ServiceError.usage(
        "'\(text)' is no fee: write an amount and a currency, such as '2.50 EUR'")
    }
    let amount: Amount
    do {
      amount = try Amount(String(words[0]), currency: currency)
    } catch {
      throw ServiceError.usage("\(error)")
    }
    guard amount.minorUnits > 0 else {
      throw ServiceError.usage("a minimum fee is more than nothing: leave --minimum-fee out")
    }
    return amount
  }
}
