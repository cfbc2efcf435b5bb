// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// Whose word makes a checkpoint valid: logs, witnesses and a quorum of these (C2SP tlog-policy).
package struct TrustPolicy: Hashable, Sendable {
  /// A log that is known.
  package struct Log: Hashable, Sendable {
    /// Its key.
    package let verifier: NoteVerifier
    /// Where it is, if the policy says so.
    package let url: String?
  }

  /// A witness that is known.
  package struct Witness: Hashable, Sendable {
    /// What the policy calls it; the name in its key is another.
    package let name: String
    /// Its key.
    package let verifier: CosignatureVerifier
    /// Where checkpoints are sent to, if the policy says so.
    package let url: String?
  }

  /// Which witnesses are enough.
  package indirect enum Rule: Hashable, Sendable {
    /// Nobody is needed.
    case none
    /// That witness, by its place in `witnesses`.
    case witness(Int)
    /// At least so many of these.
    case group(name: String, threshold: Int, members: [Rule])

    /// Whether these witnesses, by their places, are enough.
    package func isMet(by witnesses: Set<Int>) -> Bool {
      switch self {
      case .none: true
      case .witness(let place): witnesses.contains(place)
      case .group(_, let threshold, let members):
        members.count { $0.isMet(by: witnesses) } >= threshold
      }
    }

    /// The places of all witnesses that can count.
    package var witnesses: [Int] {
      switch self {
      case .none: []
      case .witness(let place): [place]
      case .group(_, _, let members): members.flatMap(\.witnesses)
      }
    }
  }

  /// The logs, in the order of their lines.
  package let logs: [Log]
  /// The witnesses, in the order of their lines.
  package let witnesses: [Witness]
  /// Which of them are enough.
  package let quorum: Rule

  /// Puts a policy together, as its reader does.
  init(logs: [Log], witnesses: [Witness], quorum: Rule) {
    self.logs = logs
    self.witnesses = witnesses
    self.quorum = quorum
  }

  /// A policy that asks for no witness.
  package static let bare = TrustPolicy(logs: [], witnesses: [], quorum: .none)

  /// Whether any witness is needed.
  package var needsWitnesses: Bool { !quorum.isMet(by: []) }
}

/// A checkpoint that its log signed and that enough witnesses cosigned.
package struct WitnessedCheckpoint: Hashable, Sendable {
  /// A witness of the policy and its newest cosignature.
  package struct Witnessing: Hashable, Sendable {
    /// The witness.
    package let witness: TrustPolicy.Witness
    /// Its cosignature.
    package let cosignature: Cosignature
  }

  /// What was signed.
  package let checkpoint: Checkpoint
  /// The signed note.
  package let note: SignedNote
  /// The cosignatures of the policy's witnesses, in its order.
  package let witnessings: [Witnessing]
}

extension TrustPolicy {
  /// Takes a checkpoint that the log itself signed and that the quorum of witnesses cosigned.
  ///
  /// The log's own signature counts by name and key; no signature of a witness can stand for it. A
  /// line in the name and of the key of a known witness that does not verify refuses the whole note.
  ///
  /// - Parameters:
  ///   - bytes: The signed note.
  ///   - log: The log's key.
  /// - Returns: The checkpoint with the cosignatures of known witnesses.
  /// - Throws: `PolicyRefusal`.
  package func accept(
    _ bytes: [UInt8], of log: NoteVerifier
  ) throws(PolicyRefusal) -> WitnessedCheckpoint {
    let accepted = try read(bytes, of: log)
    let present = Set(
      witnesses.indices.filter { place in
        accepted.witnessings.contains { $0.witness == witnesses[place] }
      })
    guard quorum.isMet(by: present) else {
      throw .quorumNotMet(
        size: accepted.checkpoint.size, has: present.sorted().map { witnesses[$0].name },
        lacks: quorum.witnesses.filter { !present.contains($0) }.map { witnesses[$0].name })
    }
    return accepted
  }

  /// Takes a checkpoint as `accept` does, whether or not the quorum is met.
  package func read(
    _ bytes: [UInt8], of log: NoteVerifier
  ) throws(PolicyRefusal) -> WitnessedCheckpoint {
    do throws(NoteError) {
      let checkpoint = try Checkpoint(signed: bytes, by: log)
      let note = try SignedNote(parsing: bytes)
      var found: [WitnessedCheckpoint.Witnessing] = []
      for witness in witnesses {
        do throws(NoteError) {
          if let newest = try witness.verifier.cosignatures(on: note).first {
            found.append(.init(witness: witness, cosignature: newest))
          }
        } catch .notSigned {
          continue
        }
      }
      return WitnessedCheckpoint(checkpoint: checkpoint, note: note, witnessings: found)
    } catch {
      throw .note(error)
    }
  }
}

/// Why a policy does not take a checkpoint.
package enum PolicyRefusal: Error, Hashable, Sendable {
  /// The note, the log's signature or a known witness's is not right.
  case note(NoteError)
  /// Too few witnesses; names as the policy has them.
  case quorumNotMet(size: UInt64, has: [String], lacks: [String])
}

extension PolicyRefusal: CustomStringConvertible {
  package var description: String {
    switch self {
    case .note(let error): error.description
    case .quorumNotMet(let size, let has, let lacks):
      "the checkpoint of size \(size) has the cosignatures of "
        + (has.isEmpty ? "no witness" : has.joined(separator: ", "))
        + ", which is no quorum: ask the others (\(lacks.joined(separator: ", "))) to cosign it"
    }
  }
}
