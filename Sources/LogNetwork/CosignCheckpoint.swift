// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import HTTPClient
import Merkle
package import Signing
package import Storage
import TransparencyLog

/// Collects the cosignatures that a register's policy asks for, and publishes the checkpoint with them.
///
/// The cosigned checkpoint lies beside the log, not in it: the log's writer replaces its own
/// checkpoint at each append.
package struct CosignCheckpoint {
  /// What came of it.
  package struct Outcome: Sendable {
    /// The checkpoint as it was published.
    package let published: WitnessedCheckpoint
    /// What each witness answered, in the order of the policy.
    package let answers: [WitnessClient.Answer]
  }

  /// The register.
  package let layout: RegisterLayout
  /// The log's key.
  package let verifier: NoteVerifier
  /// Whom to ask, and whose word is enough.
  package let policy: TrustPolicy

  /// States what is to be done.
  package init(layout: RegisterLayout, verifier: NoteVerifier, policy: TrustPolicy) {
    self.layout = layout
    self.verifier = verifier
    self.policy = policy
  }

  /// Reads the register's own policy; one that asks for nobody where there is none.
  ///
  /// - Throws: `PolicyError` or `StorageError`.
  package static func policy(of layout: RegisterLayout) throws -> TrustPolicy {
    guard FileSystem.fileExists(layout.policy) else { return .bare }
    return try TrustPolicy(
      parsing: try FileSystem.readFile(layout.policy, limit: TrustPolicy.maximumByteCount))
  }

  /// Asks every witness of the policy, and publishes where the quorum is met.
  ///
  /// - Throws: `CosignError` where it is not; nothing was replaced then. `LogError`, `StorageError`.
  package func run(
    session: HTTPSession, clock: @escaping () -> Int64,
    progress: (TrustPolicy.Witness) -> Void = { _ in }
  ) throws -> Outcome {
    guard policy.logs.isEmpty || policy.logs.contains(where: { $0.verifier == verifier }) else {
      throw CosignError.otherLog(verifier.name)
    }
    // One at a time: of two runs the slower would put the older checkpoint in place.
    try FileSystem.createDirectory(FileSystem.parentDirectory(of: layout.witnessedCheckpoint))
    let lock = try FileLock(path: layout.witnessedCheckpoint + ".lock")
    defer { lock.release() }
    let reader = try LogReader(path: layout.log, verifier: verifier)
    let earlier = earlierCheckpoint()
    var note = SignedNote(text: reader.checkpoint.text, signatures: try ownSignatures(reader))
    if let earlier, earlier.checkpoint.size > reader.size {
      throw CosignError.wentBack(cosigned: earlier.checkpoint.size, size: reader.size)
    }
    let client = WitnessClient(session: session, clock: clock)
    var answers: [WitnessClient.Answer] = []
    for witness in policy.witnesses {
      progress(witness)
      let known = earlier?.witnessings.contains { $0.witness == witness } == true
      answers.append(
        client.ask(
          witness, to: note, reader: reader,
          older: known ? earlier?.checkpoint.size ?? 0 : 0))
    }
    for answer in answers {
      if case .success(let cosignature) = answer.result {
        note.signatures.append(cosignature.signature)
      }
    }
    let bytes = SignedNote.bytes(note)
    let published: WitnessedCheckpoint
    do throws(PolicyRefusal) {
      published = try policy.accept(bytes, of: verifier)
    } catch {
      if case .quorumNotMet = error { throw CosignError.quorumNotMet(answers) }
      throw error
    }
    try DurableFile.write(bytes, to: layout.witnessedCheckpoint)
    return Outcome(published: published, answers: answers)
  }

  /// What was published last; nil where there is nothing or nothing that can be read.
  private func earlierCheckpoint() -> WitnessedCheckpoint? {
    guard
      let bytes = try? FileSystem.readFile(
        layout.witnessedCheckpoint, limit: SignedNote.maximumByteCount)
    else { return nil }
    return try? policy.read(bytes, of: verifier)
  }

  /// The log's own signature lines under the checkpoint that the reader began with.
  private func ownSignatures(_ reader: LogReader) throws -> [SignedNote.Signature] {
    for _ in 0..<3 {
      let publication = LogPublication(path: layout.log, verifier: verifier)
      let (checkpoint, bytes) = try publication.checkpoint()
      guard checkpoint == reader.checkpoint else { continue }
      return try SignedNote(parsing: bytes).signatures
    }
    throw CosignError.logMoves
  }
}

/// Why a checkpoint was not published with cosignatures.
package enum CosignError: Error, Sendable {
  /// The policy names logs, and this one is not among them.
  case otherLog(String)
  /// A larger checkpoint than the log's present one was cosigned before.
  case wentBack(cosigned: UInt64, size: UInt64)
  /// Too few witnesses cosigned.
  case quorumNotMet([WitnessClient.Answer])
  /// The log grows faster than it can be read.
  case logMoves
}

extension CosignError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .otherLog(let name):
      "the policy names other logs than '\(name)': add its 'log' line, or use another policy"
    case .wentBack(let cosigned, let size):
      "a checkpoint of \(cosigned) entries was cosigned and the log has \(size): "
        + "it was put back to an older state; restore what is missing from a mirror"
    case .quorumNotMet(let answers):
      "the quorum of witnesses is not met and nothing was published: "
        + answers.compactMap { answer in
          if case .failure(let refusal) = answer.result {
            "\(answer.witness.name): \(refusal)"
          } else {
            nil
          }
        }.joined(separator: "; ")
    case .logMoves: "the log grows while it is read: run the command again"
    }
  }
}
