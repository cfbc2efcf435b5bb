// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import HTTPListener
import Signing

/// The two interfaces of a witness over HTTP (C2SP tlog-witness).
package struct WitnessSite: Sendable {
  private let witness: Witness

  /// The site of a witness.
  package init(_ witness: Witness) { self.witness = witness }

  /// Answers `POST /add-checkpoint` and `GET /ORIGIN-HASH/checkpoint`.
  package func answer(_ request: HTTPRequest) -> HTTPResponse {
    if request.target.path == "add-checkpoint" {
      guard request.method == "POST" else {
        return .text(405, "checkpoints are posted here", headers: [HTTPHeader("Allow", "POST")])
      }
      return answer(to: request.body)
    }
    let parts = request.target.parts
    guard request.method == "GET" || request.method == "HEAD" else {
      return .text(405, "this is read only", headers: [HTTPHeader("Allow", "GET, HEAD")])
    }
    guard parts.count == 2, parts[1] == "checkpoint",
      let note = witness.checkpoint(of: String(parts[0]))
    else { return .text(404, "nothing here") }
    return HTTPResponse(
      status: 200,
      headers: [
        HTTPHeader("Content-Type", "text/plain; charset=utf-8"),
        HTTPHeader("Cache-Control", "no-cache"),
      ], body: .bytes(note))
  }

  private func answer(to body: [UInt8]) -> HTTPResponse {
    switch witness.add(body) {
    case .cosigned(let signature):
      HTTPResponse(
        status: 200, headers: [HTTPHeader("Content-Type", "text/plain; charset=utf-8")],
        body: .bytes(Array(signature.line.utf8)))
    case .malformed(let reason): .text(400, reason)
    case .notSigned(let reason): .text(403, reason)
    case .unknownLog: .text(404, "a log that this witness does not watch")
    case .otherSize(let size):
      HTTPResponse(
        status: 409, headers: [HTTPHeader("Content-Type", "text/x.tlog.size")],
        body: .bytes(Array("\(size)\n".utf8)))
    case .notConsistent(let reason): .text(422, reason)
    case .failed: .text(500, "the witness could not keep the checkpoint: try again later")
    }
  }
}
