// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import HTTPClient
import Merkle
import Primitives
package import Signing
package import TransparencyLog

/// Asks witnesses to cosign a log's checkpoint (C2SP tlog-witness).
///
/// What a witness answers counts only where its own key signed this very checkpoint at about this
/// moment. For one thread.
package struct WitnessClient {
  /// How far a witness's clock may be off, in seconds.
  package static let maximumClockDifference: Int64 = 3600
  /// The most bytes of an answer.
  package static let maximumAnswerByteCount = 64 << 10
  /// How often a witness is asked again after it named another size.
  package static let maximumRounds = 4

  /// What asking one witness came to.
  package struct Answer: Sendable {
    /// The witness.
    package let witness: TrustPolicy.Witness
    /// Its cosignature, or why there is none.
    package let result: Result<Cosignature, Refusal>
  }

  /// Why a witness's cosignature is missing.
  package enum Refusal: Error, Hashable, Sendable {
    /// The policy does not say where it is.
    case noAddress
    /// It did not answer.
    case unreachable(HTTPError)
    /// It answers with a status that means no; the first line of what it says stands behind.
    case refused(status: Int, String)
    /// It says that it cosigned a larger tree than this log has.
    case sawMore(size: UInt64, ownSize: UInt64)
    /// It does not keep to the protocol.
    case protocolBroken(String)
    /// No line of its answer is this witness's cosignature.
    case notItsSignature(NoteError)
    /// It states a time that is off by so many seconds.
    case wrongTime(offSeconds: Int64)
    /// A proof for it cannot be read from the log.
    case noProof(LogError)
  }

  private let session: HTTPSession
  private let clock: () -> Int64

  /// A client with its connections.
  ///
  /// - Parameters:
  ///   - session: What fetches.
  ///   - clock: The present moment, in seconds since 1970.
  package init(session: HTTPSession, clock: @escaping () -> Int64) {
    self.session = session
    self.clock = clock
  }

  /// Asks one witness.
  ///
  /// - Parameters:
  ///   - witness: Whom to ask.
  ///   - note: The checkpoint with the log's own signature.
  ///   - reader: The log, opened at this checkpoint.
  ///   - older: The size that the witness cosigned last, as far as is known.
  /// - Returns: The cosignature, or why there is none.
  package func ask(
    _ witness: TrustPolicy.Witness, to note: SignedNote, reader: LogReader, older: UInt64 = 0
  ) -> Answer {
    do throws(Refusal) {
      let cosignature = try ask(witness, note, reader, older)
      return Answer(witness: witness, result: .success(cosignature))
    } catch {
      return Answer(witness: witness, result: .failure(error))
    }
  }

  private func ask(
    _ witness: TrustPolicy.Witness, _ note: SignedNote, _ reader: LogReader, _ first: UInt64
  ) throws(Refusal) -> Cosignature {
    guard let url = witness.url, let address = HTTPAddress(url) else { throw .noAddress }
    var older = min(first, reader.size)
    for _ in 0..<Self.maximumRounds {
      let request = WitnessRequest(
        older: older, proof: try proof(from: older, reader), note: SignedNote.bytes(note))
      let reply: HTTPReply
      do throws(HTTPError) {
        reply = try session.post(
          request.encoded, type: "text/plain; charset=utf-8", to: address.file("add-checkpoint"),
          limit: Self.maximumAnswerByteCount)
      } catch {
        throw .unreachable(error)
      }
      switch reply.status {
      case 200: return try cosignature(of: witness, on: note, in: reply.body)
      case 409:
        let size = try Self.size(reply)
        guard size <= reader.size else { throw .sawMore(size: size, ownSize: reader.size) }
        guard size != older else { throw .protocolBroken("it refuses the size it asks for") }
        older = size
      case let status: throw .refused(status: status, Self.firstLine(reply.body))
      }
    }
    throw .protocolBroken("it names another size each time")
  }

  private func proof(from older: UInt64, _ reader: LogReader) throws(Refusal) -> [Digest] {
    guard older > 0 else { return [] }
    do throws(LogError) {
      return try reader.consistencyProof(from: older).path
    } catch {
      throw .noProof(error)
    }
  }

  private static func size(_ reply: HTTPReply) throws(Refusal) -> UInt64 {
    guard reply.header("content-type")?.hasPrefix("text/x.tlog.size") == true,
      let text = String(validating: reply.body, as: UTF8.self), text.hasSuffix("\n"),
      let size = UInt64(text.dropLast()), text == "\(size)\n"
    else { throw .protocolBroken("it answers 409 without the size it expects") }
    return size
  }

  private func cosignature(
    of witness: TrustPolicy.Witness, on note: SignedNote, in body: [UInt8]
  ) throws(Refusal) -> Cosignature {
    guard let text = String(validating: body, as: UTF8.self), text.hasSuffix("\n") else {
      throw .protocolBroken("its answer is no text")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let signatures = lines.compactMap { SignedNote.Signature(line: String($0)) }
    guard signatures.count == lines.count, signatures.count <= SignedNote.maximumSignatureCount
    else { throw .protocolBroken("its answer is not made of signature lines") }
    let newest: Cosignature
    do throws(NoteError) {
      let answered = SignedNote(text: note.text, signatures: signatures)
      let found = try witness.verifier.cosignatures(on: answered)
      guard let first = found.first else { throw .notSigned(by: witness.verifier.name) }
      newest = first
    } catch {
      throw .notItsSignature(error)
    }
    let difference = newest.time - clock()
    guard abs(difference) <= Self.maximumClockDifference else {
      throw .wrongTime(offSeconds: difference)
    }
    return newest
  }

  /// What a server says, made fit to be shown: one line of visible ASCII, not too long.
  private static func firstLine(_ body: [UInt8]) -> String {
    let visible = body.prefix(200).prefix { $0 != 0x0a }.filter { (0x20...0x7e).contains($0) }
    return String(decoding: visible, as: UTF8.self)
  }
}

extension WitnessClient.Refusal: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noAddress: "the policy has no http address for it: add one at the end of its line"
    case .unreachable(let error): error.description
    case .refused(let status, let line):
      "it answers \(status)" + (line.isEmpty ? "" : " '\(line)'")
        + (status == 404 ? ": ask its operator to watch this log" : "")
    case .sawMore(let size, let ownSize):
      "it cosigned \(size) entries of this log, which has \(ownSize): "
        + "the log was put back to an older state; restore what is missing from a mirror"
    case .protocolBroken(let reason): "it does not keep to the protocol: \(reason)"
    case .notItsSignature(let error): "its answer is not its cosignature: \(error)"
    case .wrongTime(let seconds): "its clock is \(seconds) s from ours: compare both"
    case .noProof(let error): "no proof could be made: \(error)"
    }
  }
}
