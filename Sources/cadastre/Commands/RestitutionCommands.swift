// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Money
import Presentation
import Primitives
import Restitution
import Service
import Signing
import Storage

/// `cadastre restitute` and `restitution sign`.
enum RestitutionCommands {
  static func sign(_ context: Context) throws -> Output {
    let output = context.arguments.required("out")
    let policy = try Restitute.sign(
      policy: context.arguments.requiredArgument("FILE"), to: output, layout: try context.layout(),
      at: Context.clock())
    return Output(
      text: "signed '\(TextStyle.safe(policy.name))', SHA-256 \(policy.digest.hex): \(output)\n",
      json: ["policyDigest": .string(policy.digest.hex), "file": .string(output)])
  }

  static func restitute(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let proceeds = try proceeds(arguments.requiredArgument("PROCEEDS"))
    let answer = try Restitute.run(
      proceeds, profile: try profile(arguments.required("profile"), context),
      policy: try arguments.string("policy").map { ($0, try signer(context)) },
      directory: arguments.string("territories") ?? Restitute.debianData)
    let spreads = answer.spreads
    let json = answer.json(spreads)
    var notes = ""
    if let directory = arguments.string("out") {
      try FileSystem.createDirectory(directory)
      try DurableFile.write(
        Array(json.prettyText.utf8), to: directory + "/restitution.json")
      try DurableFile.write(Array(answer.csv.utf8), to: directory + "/amounts.csv")
      try RestitutionPage(answer, spreads: spreads).write(to: directory + "/report.html")
      notes += "\(directory)/restitution.json, amounts.csv, report.html\n"
    }
    if let path = arguments.string("html") {
      try RestitutionPage(answer, spreads: spreads).write(to: path)
      notes += "\(path)\n"
    }
    return Output(
      text: RestitutionView.text(
        of: answer, spreads: spreads, showsAll: arguments.flag("all"), context.console) + notes,
      json: json)
  }

  private static func proceeds(_ text: String) throws -> Amount {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 2 else {
      throw ServiceError.usage(
        "'\(text)' is no sum with its currency: write it as one word, such as '1000000.00 EUR'")
    }
    guard let currency = Currency(code: words[1]) else {
      throw ServiceError.usage(
        "'\(words[1])' is no currency of ISO 4217 with minor units, such as EUR")
    }
    let amount: Amount
    do throws(AmountError) {
      amount = try Amount(words[0], currency: currency)
    } catch {
      throw ServiceError.usage("\(error)")
    }
    guard amount.minorUnits > 0 else {
      throw ServiceError.usage("\(amount) is not above zero: there is nothing to divide")
    }
    return amount
  }

  private static func signer(_ context: Context) throws -> DIDKey {
    guard let text = context.arguments.string("signer") else {
      return try RegisterConfiguration.read(try context.layout()).operator
    }
    guard let signer = DIDKey(text) else {
      throw ServiceError.usage("'\(text)' is no did:key of Ed25519")
    }
    return signer
  }

  /// A profile's file, a manifest, or else a model's name.
  private static func profile(
    _ text: String, _ context: Context
  ) throws -> (ContributionProfile, Restitute.Source) {
    guard FileSystem.fileExists(text) else {
      guard !text.contains("/"), !text.hasSuffix(".json") else {
        throw ServiceError.usage("there is no file '\(text)'")
      }
      let snapshot = try context.snapshot()
      return try RegisterProfile.model(try Lookup.model(text, in: snapshot.state), in: snapshot)
    }
    let bytes = try FileSystem.readFile(text, limit: 1 << 30)
    if let json = try? JSON.parse(bytes), json["manifest"] != nil {
      return try RegisterProfile.manifest(try ManifestFile(path: text), in: try context.snapshot())
    }
    return try Restitute.profile(file: text)
  }
}
