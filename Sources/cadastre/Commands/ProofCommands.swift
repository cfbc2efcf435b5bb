// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Presentation
import Primitives
import Register
import Service
import Signing
import Storage

/// `cadastre proof` and `cadastre proof verify`.
enum ProofCommands {
  static func write(_ context: Context) throws -> Output {
    let layout = try context.layout()
    let name = context.arguments.requiredArgument("ENTRY")
    // A position needs no look-up, so that a proof can be had from the log alone.
    let short = Int(name).flatMap { String($0) == name && $0 < 1000 ? $0 : nil }
    let position = try short ?? context.index().entry(named: name)
    let result = try ProveEntry.run(layout, position: position)
    let bytes = result.bytes
    let proof = String(decoding: bytes, as: UTF8.self)
    let json: JSON = [
      "position": .integer(Int64(result.position)), "type": .string(result.event.body.type),
      "by": .string(result.event.by.text), "says": .string(result.event.words),
      "size": .integer(Int64(result.size)), "log": .string(result.verifier.text),
      "witnesses": .array(result.witnesses.map { .string($0) }), "proof": .string(proof),
    ]
    guard let path = context.arguments.string("out") else { return Output(text: proof, json: json) }
    try DurableFile.write(bytes, to: path)
    return Output(
      text: lines(
        "\(path)  \(bytes.count) bytes",
        "entry  \(result.position) of \(result.size), \(result.event.body.type)",
        "says   \(result.event.by.short) \(result.event.words)", "log    \(result.verifier.text)",
        "check  cadastre proof verify \(path) --log '\(result.verifier.text)'"),
      json: json)
  }

  static func verify(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let path = arguments.requiredArgument("FILE")
    let policy =
      try arguments.string("policy").map { file in
        try TrustPolicy(
          parsing: try FileSystem.readFile(file, limit: TrustPolicy.maximumByteCount))
      } ?? .bare
    let verifier = try verifier(context, policy)
    let bytes = try FileSystem.readFile(path, limit: CheckProof.maximumByteCount)
    let entry = try arguments.string("entry").map {
      try FileSystem.readFile($0, limit: 65_535)
    }
    let verdict = try CheckProof.run(bytes, entry: entry, verifier: verifier, policy: policy)
    let event = verdict.event
    return Output(
      text: context.console.style.apply(
        .good, to: "proven: entry \(verdict.index) of \(verdict.size) in \(verdict.origin)") + "\n"
        + lines(
          "signer \(event.by.text), \(event.at)", "says   \(event.by.short) \(event.words)",
          "log    signed by \(verifier.text)", "       \(others(verdict))"),
      json: [
        "proven": true, "index": .integer(Int64(verdict.index)),
        "size": .integer(Int64(verdict.size)),
        "root": .string(Base64.encode(verdict.root.bytes)),
        "log": .string(verifier.text),
        "witnesses": .array(
          verdict.witnesses.map {
            [
              "name": .string($0.name),
              "time": .string(Timestamp(secondsSinceEpoch: $0.time).description),
            ]
          }), "unknownSignatures": .integer(Int64(verdict.unknownSignatures)),
        "type": .string(event.body.type), "at": .string(event.at.description),
        "by": .string(event.by.text), "says": .string(event.words),
      ])
  }

  /// Who beside the log vouches for the checkpoint, in words.
  private static func others(_ verdict: CheckProof.Verdict) -> String {
    let known = verdict.witnesses.map {
      "\($0.name) at \(Timestamp(secondsSinceEpoch: $0.time))"
    }
    if !known.isEmpty { return "cosigned by " + known.joined(separator: ", ") }
    let count = verdict.unknownSignatures
    return count == 0
      ? "the log alone vouches for it: nobody cosigned this checkpoint"
      : "\(count) further signature\(count == 1 ? "" : "s"), not checked: give --policy FILE"
  }

  private static func lines(_ lines: String...) -> String {
    lines.map { TextStyle.safe($0) + "\n" }.joined()
  }

  /// The key that is given, else the only one of the policy, else that of the register here.
  private static func verifier(
    _ context: Context, _ policy: TrustPolicy
  ) throws -> NoteVerifier {
    if let text = context.arguments.string("log") {
      guard let verifier = NoteVerifier(text) else {
        throw ServiceError.usage(
          "'\(text)' is no key of a log: write NAME+ID+KEY as 'cadastre proof' prints it")
      }
      return verifier
    }
    if policy.logs.count == 1 { return policy.logs[0].verifier }
    let layout: RegisterLayout
    do {
      layout = try context.layout()
    } catch {
      throw ServiceError.usage(
        "nothing here says whose log it is: give its key with --log NAME+ID+KEY")
    }
    guard let verifier = try RegisterConfiguration.read(layout).verifier else {
      throw ConfigurationError.malformed(layout.configuration, "its origin is no name of a log")
    }
    return verifier
  }
}
