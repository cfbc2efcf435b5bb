// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import HTTPListener
import Merkle
import Primitives
package import Signing
package import Storage
import Synchronization
import TransparencyLog

/// Answers requests for a register's log (C2SP tlog-tiles) and its other public files.
///
/// Paths are those below the register's directory, so that a copy of it on any web server answers the
/// same. What is not named by `PublicFile.isPublic` or the log's own format does not exist.
package final class RegisterSite: Sendable {
  private let layout: RegisterLayout
  private let verifier: NoteVerifier
  private let policy: TrustPolicy
  private let publication: LogPublication
  /// The size of the newest checkpoint that was read: a log grows only.
  private let knownSize = Mutex<UInt64>(0)

  /// Makes the site of a register.
  ///
  /// - Parameters:
  ///   - layout: Where the register is.
  ///   - verifier: The log's key.
  ///   - policy: Which witnesses a checkpoint needs before it is published.
  package init(_ layout: RegisterLayout, verifier: NoteVerifier, policy: TrustPolicy) {
    self.layout = layout
    self.verifier = verifier
    self.policy = policy
    publication = LogPublication(path: layout.log, verifier: verifier)
  }

  private static let prefix = "log/"
  private static let shortly = HTTPHeader("Cache-Control", "public, max-age=5")
  private static let forever = HTTPHeader("Cache-Control", "public, max-age=31536000, immutable")
  private static let binary = HTTPHeader("Content-Type", "application/octet-stream")
  private static let anyOrigin = HTTPHeader("Access-Control-Allow-Origin", "*")
  private static let nothing = HTTPResponse.text(404, "nothing here")

  /// Answers a request.
  package func answer(_ request: HTTPRequest) -> HTTPResponse {
    guard request.method == "GET" || request.method == "HEAD" else {
      return .text(405, "this is read only", headers: [HTTPHeader("Allow", "GET, HEAD")])
    }
    let path = request.target.path
    var response =
      if path == Self.prefix + "checkpoint" {
        checkpoint(for: request)
      } else if path.hasPrefix(Self.prefix) {
        Tile(path: String(path.dropFirst(Self.prefix.utf8.count)))
          .map { tile($0, for: request) } ?? Self.nothing
      } else if PublicFile.isPublic(path) {
        file(path, for: request)
      } else {
        Self.nothing
      }
    // All of it is public: a page elsewhere may read it.
    response.headers.append(Self.anyOrigin)
    return response
  }

  private func checkpoint(for request: HTTPRequest) -> HTTPResponse {
    let note: [UInt8]
    do {
      note = try newestNote()
    } catch let error as LogSourceError where error.isMissing {
      return .text(503, "no checkpoint has met the quorum of witnesses yet")
    } catch {
      return .text(503, "there is no checkpoint to publish")
    }
    let response = HTTPResponse(
      status: 200,
      headers: [HTTPHeader("Content-Type", "text/plain; charset=utf-8"), Self.shortly],
      body: .bytes(note))
    return response.tagged("\"\(SHA256.digest(note).hex.prefix(32))\"", for: request)
  }

  /// The newest checkpoint, or the newest that met the quorum where there is one to meet.
  private func newestNote() throws -> [UInt8] {
    guard policy.needsWitnesses else { return try publication.checkpoint().note }
    let bytes: [UInt8]
    do throws(StorageError) {
      bytes = try FileSystem.readFile(
        layout.witnessedCheckpoint, limit: SignedNote.maximumByteCount)
    } catch {
      throw LogSourceError.read(error)
    }
    _ = try policy.accept(bytes, of: verifier)
    return bytes
  }

  private func tile(_ tile: Tile, for request: HTTPRequest) -> HTTPResponse {
    do throws(LogError) {
      let known = knownSize.withLock { $0 }
      var bytes = try publication.tile(tile, size: known)
      if bytes == nil {
        let size = try publication.checkpoint().checkpoint.size
        knownSize.withLock { $0 = max($0, size) }
        bytes = try publication.tile(tile, size: size)
      }
      guard let bytes else { return Self.nothing }
      let response = HTTPResponse(
        status: 200, headers: [Self.binary, Self.forever], body: .bytes(bytes))
      return response.tagged("\"\(SHA256.digest(bytes).hex.prefix(32))\"", for: request)
    } catch .storage(let error) where error.isMissing {
      return Self.nothing
    } catch {
      return .text(500, "the log cannot be read")
    }
  }

  private func file(_ path: String, for request: HTTPRequest) -> HTTPResponse {
    guard let file = HTTPFile(path: layout.root + "/" + path) else { return Self.nothing }
    let type =
      path.hasSuffix(".json") || path.hasPrefix("status/")
      ? "application/json"
      : path.hasSuffix(".txt") || path.hasSuffix(".jsonl") || path == "policy"
        ? "text/plain; charset=utf-8" : "application/octet-stream"
    let isNamedByDigest = path.hasPrefix("signals/")
    let response = HTTPResponse(
      status: 200,
      headers: [
        HTTPHeader("Content-Type", type), isNamedByDigest ? Self.forever : Self.shortly,
        // What others wrote is never shown as a page of this site.
        HTTPHeader("X-Content-Type-Options", "nosniff"),
      ], body: .file(file))
    return response.tagged(file.entityTag, for: request)
  }
}
