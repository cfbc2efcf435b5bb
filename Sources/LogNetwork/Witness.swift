// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
package import Signing
package import Storage
import Synchronization

/// A witness (C2SP tlog-witness): cosigns a log's checkpoint where it follows the last one it cosigned.
///
/// What it cosigned last is on the disk before it answers. One state directory is one witness: two
/// processes over it, or a copy put back from a backup, could cosign two histories.
package final class Witness: Sendable {
  /// What a submission came to; each case is one status of the protocol.
  package enum Outcome: Hashable, Sendable {
    /// 200: cosigned; the line is the witness's signature.
    case cosigned(SignedNote.Signature)
    /// 400: no such body can be, or it says that the tree shrank.
    case malformed(String)
    /// 403: no signature of a key that the witness trusts for this log, or a wrong one.
    case notSigned(String)
    /// 404: a log that the witness does not know.
    case unknownLog(String)
    /// 409: the witness's last checkpoint has another size than the one the proof begins with.
    case otherSize(UInt64)
    /// 422: the checkpoint does not follow from the last one.
    case notConsistent(String)
    /// 500: the disk failed; nothing was cosigned.
    case failed(StorageError)
  }

  /// The witness's key.
  package var verifier: CosignatureVerifier { signer.verifier }

  private let signer: CosignatureSigner
  private let logs: [NoteVerifier]
  private let store: WitnessStore
  private let clock: @Sendable () -> Int64
  /// The last word on each log, by its folder.
  ///
  /// Held from the comparison to the end of the write, so
  /// that no older checkpoint comes after.
  private let turn = Mutex<[String: WitnessStore.Record]>([:])

  /// Starts a witness on its state.
  ///
  /// - Parameters:
  ///   - signer: The witness's key.
  ///   - logs: The keys of the logs it watches; several of one name are one log with several keys.
  ///   - directory: Where it keeps what it cosigned; made where it does not exist.
  ///   - clock: The present moment, in seconds since 1970.
  /// - Throws: `StorageError` where the state cannot be used or another process uses it;
  ///   `WitnessStateError` where a record is not one this witness cosigned.
  package init(
    signer: CosignatureSigner, logs: [NoteVerifier], directory: String,
    clock: @escaping @Sendable () -> Int64
  ) throws {
    self.signer = signer
    self.logs = logs
    self.clock = clock
    store = try WitnessStore(directory: directory)
    var records: [String: WitnessStore.Record] = [:]
    for log in logs {
      let folder = WitnessStore.folder(of: log.name)
      records[folder] = try store.read(log.name, witness: signer.verifier)
    }
    turn.withLock { $0 = records }
  }

  /// Takes the body of `add-checkpoint`.
  package func add(_ body: [UInt8]) -> Outcome {
    guard let request = WitnessRequest(parsing: body) else {
      return .malformed("the body is not 'old SIZE', a proof, an empty line and a checkpoint")
    }
    guard let note = try? SignedNote(parsing: request.note),
      let checkpoint = Checkpoint(text: note.text)
    else { return .malformed("there is no signed checkpoint in the body") }
    let keys = logs.filter { $0.name.utf8.elementsEqual(checkpoint.origin.utf8) }
    guard !keys.isEmpty else { return .unknownLog(checkpoint.origin) }
    var isSigned = false
    for key in keys {
      do throws(NoteError) {
        try note.verify(by: key)
        isSigned = true
      } catch .notSigned {
        continue
      } catch {
        return .notSigned("\(error)")
      }
    }
    guard isSigned else { return .notSigned("no known key of the log has signed the checkpoint") }
    guard request.older <= checkpoint.size else {
      return .malformed("the old size is beyond that of the checkpoint")
    }
    return turn.withLock { records in
      decide(request, note: note, checkpoint: checkpoint, &records)
    }
  }

  private func decide(
    _ request: WitnessRequest, note: SignedNote, checkpoint: Checkpoint,
    _ records: inout [String: WitnessStore.Record]
  ) -> Outcome {
    let folder = WitnessStore.folder(of: checkpoint.origin)
    let last = records[folder]
    let size = last?.checkpoint.size ?? 0
    guard request.older == size else { return .otherSize(size) }
    if let fault = Self.fault(request, checkpoint, last: last?.checkpoint) {
      // The log signed both: whoever keeps them can show it.
      if let last { try? store.keepContradiction(last.note, SignedNote.bytes(note)) }
      return .notConsistent(fault)
    }
    // Never before its own last word, though the machine's clock was set back.
    let time = max(clock(), last?.time ?? 0)
    let signature = signer.sign(note.text, at: time)
    var cosigned = note
    cosigned.signatures.append(signature)
    let record = WitnessStore.Record(
      checkpoint: checkpoint, note: SignedNote.bytes(cosigned), time: time)
    do throws(StorageError) {
      try store.write(record)
    } catch {
      return .failed(error)
    }
    records[folder] = record
    return .cosigned(signature)
  }

  private static func fault(
    _ request: WitnessRequest, _ checkpoint: Checkpoint, last: Checkpoint?
  ) -> String? {
    let hasher = SHA256Tree()
    if checkpoint.size == 0, checkpoint.root != hasher.emptyRoot {
      return "the root of size 0 is not that of the empty tree"
    }
    guard let last, last.size > 0 else {
      return request.proof.isEmpty ? nil : "a proof from size 0 must be empty"
    }
    let proof = ConsistencyProof(older: last.size, newer: checkpoint.size, path: request.proof)
    switch proof.verify(olderRoot: last.root, newerRoot: checkpoint.root, hasher: hasher) {
    case .valid: return nil
    case .invalid(let fault): return "the consistency proof does not hold: \(fault)"
    }
  }

  /// The newest checkpoint that was cosigned, by the SHA-256 of the log's origin in hex; nil where
  /// there is none.
  package func checkpoint(of origin: String) -> [UInt8]? {
    turn.withLock { $0[origin]?.note }
  }
}

extension SignedNote {
  /// The bytes of a note as it is published.
  static func bytes(_ note: SignedNote) -> [UInt8] { Array(note.encoded.utf8) }
}
