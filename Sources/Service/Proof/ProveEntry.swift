// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import LogNetwork
import Merkle
package import Primitives
package import Register
package import Signing
package import Storage
import TransparencyLog

/// Makes proofs of single entries that others check without the register.
package enum ProveEntry {
  /// A proof, with what it proves.
  package struct Result: Sendable {
    /// The proof, with the entry in its further data.
    let proof: LogProof
    /// The place of the entry.
    package let position: Int
    /// What the entry says.
    package let event: Event
    /// What checks the checkpoint.
    package let verifier: NoteVerifier
    /// The state of the log that vouches for the entry.
    package let size: UInt64
    /// The witnesses of the register's policy whose cosignatures the checkpoint carries.
    package let witnesses: [String]

    /// The bytes of the proof's file.
    package var bytes: [UInt8] { proof.encoded }
  }

  /// Makes the proof of the entry at a position.
  ///
  /// The checkpoint is the one that met the quorum of the register's policy where there is one that
  /// has the entry, and the newest otherwise.
  ///
  /// - Throws: `ServiceError` where the log does not hold or has no such entry.
  /// - Complexity: O(log *n*) file reads, at most ten for a log of up to 2³² entries.
  package static func run(_ layout: RegisterLayout, position: Int) throws -> Result {
    let configuration = try RegisterConfiguration.read(layout)
    guard let verifier = configuration.verifier else {
      throw ConfigurationError.malformed(layout.configuration, "its origin is no name of a log")
    }
    // Before the reader, which may then only be of a newer state.
    let newest = try FileSystem.readFile(
      layout.log + "/checkpoint", limit: SignedNote.maximumByteCount)
    let policy = try CosignCheckpoint.policy(of: layout)
    let witnessed = try? FileSystem.readFile(
      layout.witnessedCheckpoint, limit: SignedNote.maximumByteCount)
    do {
      let reader = try LogReader(path: layout.log, verifier: verifier)
      let notes = [(witnessed, policy), (newest, .bare)].filter { note, policy in
        isOfThisLog(note ?? [], policy, covering: position, reader, verifier)
      }
      guard let note = notes.first?.0 else {
        throw LogError.outOfRange(UInt64(position), size: reader.size)
      }
      return try proof(of: position, under: note, policy, from: reader, verifier)
    } catch let error as LogError {
      if case .outOfRange(_, let size) = error {
        throw ServiceError.refused(
          "the log has \(size) entries, from 0 on: there is no entry \(position)")
      }
      throw ServiceError.refused(
        "the log of '\(layout.root)' does not hold: \(error): run 'cadastre verify'")
    }
  }

  private static func isOfThisLog(
    _ note: [UInt8], _ policy: TrustPolicy, covering position: Int, _ reader: LogReader,
    _ verifier: NoteVerifier
  ) -> Bool {
    guard let checkpoint = (try? policy.accept(note, of: verifier))?.checkpoint,
      checkpoint.size > UInt64(position), checkpoint.size <= reader.size
    else { return false }
    return (try? reader.root(at: checkpoint.size)) == checkpoint.root
  }

  private static func proof(
    of position: Int, under note: [UInt8], _ policy: TrustPolicy, from reader: LogReader,
    _ verifier: NoteVerifier
  ) throws -> Result {
    let accepted = try policy.read(note, of: verifier)
    let checkpoint = accepted.checkpoint
    let entry = try reader.entry(at: UInt64(position))
    let inclusion = try reader.inclusionProof(of: UInt64(position), at: checkpoint.size)
    let proof = LogProof(
      extra: entry, index: inclusion.index, path: inclusion.path, checkpoint: note)
    return Result(
      proof: proof, position: position, event: try Event(parsing: entry), verifier: verifier,
      size: checkpoint.size, witnesses: accepted.witnessings.map(\.witness.name))
  }
}

/// Checks the proof of an entry with nothing but the log's key.
package enum CheckProof {
  /// The largest file that is read, in bytes.
  package static let maximumByteCount = LogProof.maximumByteCount

  /// What a proof shows.
  package struct Verdict: Sendable {
    /// The entry as it was logged.
    package let event: Event
    /// Its place in the log.
    package let index: UInt64
    /// The name of the log.
    package let origin: String
    /// The state of the log that vouches for it, by its size.
    package let size: UInt64
    /// The signed root of that state.
    package let root: Digest
    /// The witnesses of the policy that cosigned it, and when, in seconds since 1970.
    package let witnesses: [(name: String, time: Int64)]
    /// How many other signatures it carries that nothing here is known of.
    package let unknownSignatures: Int
  }

  /// Checks the log's signature, the way from the entry to the signed root, and the entry's own proof.
  ///
  /// - Parameters:
  ///   - bytes: The proof's file.
  ///   - entry: The entry's bytes where they travel beside the proof; nil where they are inside.
  ///   - verifier: The log's key.
  ///   - policy: Which witnesses must have cosigned the checkpoint; `bare` for none.
  /// - Returns: What is shown.
  /// - Throws: `ServiceError.refused` with the first thing that does not hold.
  package static func run(
    _ bytes: [UInt8], entry: [UInt8]?, verifier: NoteVerifier, policy: TrustPolicy = .bare
  ) throws -> Verdict {
    let proof: LogProof
    let checkpoint: Checkpoint
    do {
      proof = try LogProof(parsing: bytes)
      guard let entry = entry ?? proof.extra else {
        throw ServiceError.usage(
          "the proof does not carry the entry: give its file with --entry FILE")
      }
      checkpoint = try proof.verify(entry: entry, by: verifier)
      let accepted = try policy.accept(proof.checkpoint, of: verifier)
      let known = accepted.note.signatures.count { line in
        line.isOf(verifier)
          || policy.witnesses.contains {
            $0.verifier.keyID == line.keyID && $0.verifier.name.utf8.elementsEqual(line.name.utf8)
          }
      }
      return Verdict(
        event: try Event(parsing: entry), index: proof.index, origin: checkpoint.origin,
        size: checkpoint.size, root: checkpoint.root,
        witnesses: accepted.witnessings.map { ($0.witness.name, $0.cosignature.time) },
        unknownSignatures: accepted.note.signatures.count - known)
    } catch let error as PolicyRefusal {
      throw ServiceError.refused("\(error)")
    } catch let error as LogProofError {
      throw ServiceError.refused("\(error)")
    } catch let error as EventError {
      throw ServiceError.refused("the entry is in the log, but shows nothing: \(error)")
    }
  }
}

extension SignedNote.Signature {
  /// Whether the line claims to be of that key.
  func isOf(_ verifier: NoteVerifier) -> Bool {
    keyID == verifier.keyID && name.utf8.elementsEqual(verifier.name.utf8)
  }
}
