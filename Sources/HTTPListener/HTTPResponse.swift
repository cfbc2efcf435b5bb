// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What a request is answered with.
package struct HTTPResponse: Sendable {
  /// The body.
  package enum Body: Sendable {
    /// Bytes in memory.
    case bytes([UInt8])
    /// A file on disk, sent from there.
    case file(HTTPFile)
  }

  /// The status code.
  package var status: Int
  /// The header lines, `Content-Length` and `Date` left out.
  package var headers: [HTTPHeader]
  /// The body.
  package var body: Body

  /// States an answer.
  package init(status: Int, headers: [HTTPHeader] = [], body: Body = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// An answer of one line of text.
  package static func text(
    _ status: Int, _ line: String, headers: [HTTPHeader] = []
  ) -> HTTPResponse {
    HTTPResponse(
      status: status,
      headers: [HTTPHeader("Content-Type", "text/plain; charset=utf-8")] + headers,
      body: .bytes(Array((line + "\n").utf8)))
  }

  /// The number of bytes of the body.
  package var byteCount: Int {
    switch body {
    case .bytes(let bytes): bytes.count
    case .file(let file): file.byteCount
    }
  }

  /// This answer with its version named, or 304 where the client has that version already.
  package func tagged(_ entityTag: String, for request: HTTPRequest) -> HTTPResponse {
    var response = self
    response.headers.append(HTTPHeader("ETag", entityTag))
    if status == 200, request.has(entityTag: entityTag) {
      response.status = 304
      response.body = .bytes([])
      response.headers.removeAll { $0.name == "Content-Type" }
    }
    return response
  }
}
