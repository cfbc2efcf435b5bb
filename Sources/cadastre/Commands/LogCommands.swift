// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Glibc
import HTTPClient
import HTTPListener
import LogNetwork
import Merkle
import Primitives
import Service
import Signing
import Storage
import TransparencyLog

/// `cadastre log show`, `serve`, `cosign` and `witness`: what an operator runs.
enum LogCommands {
  // MARK: - What all of them read

  /// The log's key of a register.
  static func verifier(of layout: RegisterLayout) throws -> NoteVerifier {
    guard let verifier = try RegisterConfiguration.read(layout).verifier else {
      throw ConfigurationError.malformed(layout.configuration, "its origin is no name of a log")
    }
    return verifier
  }

  /// A log's key as it was given.
  static func verifier(_ text: String) throws -> NoteVerifier {
    guard let verifier = NoteVerifier(text) else {
      throw ServiceError.usage(
        "'\(text)' is no log's key: copy the line NAME+ID+KEY that 'cadastre log show' prints")
    }
    return verifier
  }

  /// The policy in a file; one that asks for nobody where none is named.
  static func policy(_ path: String?) throws -> TrustPolicy {
    guard let path else { return .bare }
    return try TrustPolicy(
      parsing: try FileSystem.readFile(path, limit: TrustPolicy.maximumByteCount))
  }

  private static func ownPolicy(_ context: Context, _ layout: RegisterLayout) throws -> TrustPolicy
  {
    if let path = context.arguments.string("policy") { return try policy(path) }
    return try CosignCheckpoint.policy(of: layout)
  }

  private static func address(_ context: Context) throws -> ListenAddress {
    let text = context.arguments.required("listen")
    guard let address = ListenAddress(text) else {
      throw ServiceError.usage(
        "'\(text)' is no place to listen: write an address and a port, such as 127.0.0.1:8788")
    }
    return address
  }

  static let clock: @Sendable () -> Int64 = { Int64(time(nil)) }

  // MARK: - Commands

  static func show(_ context: Context) throws -> Output {
    let layout = try context.layout()
    let verifier = try verifier(of: layout)
    let checkpoint = try LogPublication(path: layout.log, verifier: verifier).checkpoint()
      .checkpoint
    let policy = try CosignCheckpoint.policy(of: layout)
    var json: JSONObject = [
      "key": .string(verifier.text), "origin": .string(checkpoint.origin),
      "size": .string(String(checkpoint.size)), "root": .string(checkpoint.root.hex),
    ]
    var text = "\(verifier.text)\n\(checkpoint.size) entries, root \(checkpoint.root.hex)\n"
    if policy.needsWitnesses {
      let bytes = try? FileSystem.readFile(
        layout.witnessedCheckpoint, limit: SignedNote.maximumByteCount)
      let witnessed = bytes.flatMap { try? policy.accept($0, of: verifier) }
      json["witnessedSize"] = .string(witnessed.map { String($0.checkpoint.size) } ?? "")
      text +=
        witnessed.map {
          "\($0.checkpoint.size) entries cosigned by "
            + $0.witnessings.map(\.witness.name).joined(separator: ", ") + "\n"
        } ?? "no checkpoint has met the quorum yet: run 'cadastre log cosign'\n"
    }
    return Output(text: text, json: .object(json))
  }

  static func serve(_ context: Context) throws -> Output {
    let layout = try context.layout()
    let verifier = try verifier(of: layout)
    let site = RegisterSite(layout, verifier: verifier, policy: try ownPolicy(context, layout))
    let address = try address(context)
    return try run(context, at: address, saying: "the log '\(verifier.name)'") { site.answer($0) }
  }

  static func witness(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let name = arguments.required("name")
    guard let signer = CosignatureSigner(name: name, key: try witnessKey(context)) else {
      throw ServiceError.usage("'\(name)' cannot name a witness: use no white space and no '+'")
    }
    let witness = try Witness(
      signer: signer, logs: try arguments.strings("log").map { try verifier($0) },
      directory: arguments.required("state"), clock: clock)
    let site = WitnessSite(witness)
    let address = try address(context)
    return try run(
      context, at: address, limits: .init(bodyByteCount: WitnessRequest.maximumByteCount),
      saying: "the witness \(witness.verifier.text)"
    ) { site.answer($0) }
  }

  private static func witnessKey(_ context: Context) throws -> SecretKey {
    let name = context.arguments.required("key")
    guard context.arguments.flag("new-key") else {
      let layout = (try? context.layout()) ?? RegisterLayout(root: ".")
      return try KeyStore(layout).load(name)
    }
    guard !FileSystem.fileExists(name) else {
      throw ServiceError.refused("'\(name)' exists: leave out --new-key to use it")
    }
    let key = SecretKey.generate()
    try KeyStore.write(key, to: name)
    return key
  }

  /// Serves until the user stops it.
  private static func run(
    _ context: Context, at address: ListenAddress, limits: HTTPServer.Limits = .init(),
    saying what: String, answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse
  ) throws -> Output {
    Interruption.catchSignals()
    let server = try HTTPServer(at: address, limits: limits, handler: answer)
    let line = "serving \(what) at http://\(server.address)/ until Ctrl-C\n"
    if context.arguments.flag("json") {
      Stream.error.write(line)
    } else {
      Stream.output.write(line)
    }
    server.run { Interruption.isRequested }
    return Output(text: "stopped\n", json: ["address": .string("\(server.address)")])
  }

  static func cosign(_ context: Context) throws -> Output {
    let layout = try context.layout()
    let policy = try ownPolicy(context, layout)
    guard !policy.witnesses.isEmpty else {
      throw ServiceError.usage(
        "there is no policy with witnesses: write the file 'policy' into the register, or name one"
          + " with --policy")
    }
    Interruption.catchSignals()
    let session = HTTPSession(limits: .init(connectSeconds: 5, totalSeconds: 15)) {
      Interruption.isRequested
    }
    let job = CosignCheckpoint(
      layout: layout, verifier: try verifier(of: layout), policy: policy)
    let outcome: CosignCheckpoint.Outcome
    do {
      defer { context.console.endProgress() }
      outcome = try job.run(session: session, clock: clock) {
        context.console.progress("asking \($0.name) …")
      }
    }
    var text = ""
    for answer in outcome.answers {
      switch answer.result {
      case .success: text += "\(answer.witness.name) cosigned\n"
      case .failure(let refusal): text += "\(answer.witness.name) did not: \(refusal)\n"
      }
    }
    let size = outcome.published.checkpoint.size
    text += "published the checkpoint of \(size) entries with the quorum's cosignatures\n"
    return Output(
      text: text,
      json: [
        "size": .string(String(size)),
        "witnesses": .array(
          outcome.answers.map { answer in
            var object: JSONObject = ["name": .string(answer.witness.name)]
            switch answer.result {
            case .success(let cosignature): object["time"] = .integer(cosignature.time)
            case .failure(let refusal): object["refusal"] = .string("\(refusal)")
            }
            return .object(object)
          }),
      ])
  }
}
