// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Register
import Signing

/// A document as it was obtained: the bytes, what it is, and how it was answered.
package struct SourceDocument: Hashable, Sendable {
  /// What kind of document.
  package let place: SignalPlace
  /// The bytes as they came.
  package let bytes: [UInt8]
  /// The HTTP status, 0 where nobody answered; nil where the document was not fetched.
  package let status: Int?

  /// The status that stands for no answer at all.
  package static let noAnswer = 0

  /// Makes a document.
  package init(place: SignalPlace, bytes: [UInt8], status: Int? = nil) {
    self.place = place
    self.bytes = bytes
    self.status = status
  }

  /// What an observation keeps of it.
  package var evidence: SignalObservation.Evidence {
    SignalObservation.Evidence(
      place: place, digest: SHA256.digest(bytes), byteCount: Int64(bytes.count),
      status: status.map(Int64.init))
  }

  /// What the status alone decides.
  enum Answer {
    /// The bytes are the document.
    case present
    /// There is no such document, which says nothing.
    case absent
    /// Nothing can be known, which prohibits.
    case failed(ReadingError)
  }

  /// RFC 9309 section 2.3.1: 4xx is no document, 5xx and silence prohibit.
  ///
  /// A redirection is not the document either; who fetches follows it.
  var answer: Answer {
    guard let status else { return .present }
    switch status {
    case Self.noAnswer: return .failed(.unreachable)
    case 200..<300: return .present
    case 300..<400: return .failed(.redirected(status))
    case 400..<500: return .absent
    case 500..<600: return .failed(.serverError(status))
    default: return .failed(.noStatus(status))
    }
  }
}
