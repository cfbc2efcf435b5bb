// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Why nothing was fetched from an address, or not what was asked for.
package enum HTTPError: Error, Hashable, Sendable {
  /// No address that is fetched: not `http` or `https`, or with white space or control characters.
  case notAnAddress(String)
  /// The name does not resolve, or nobody answers there; `detail` is libcurl's own line.
  case unreachable(url: String, detail: String)
  /// The server's certificate is not one to trust.
  case notTrusted(url: String, detail: String)
  /// No answer, or not all of it, within the time allowed.
  case timedOut(url: String, seconds: Int)
  /// The answer is larger than the caller can take.
  case tooLarge(url: String, limit: Int)
  /// The connection ended before the answer did, or the answer is not HTTP.
  case garbled(url: String, detail: String)
  /// The answer leads elsewhere too often, or to a scheme that is not followed.
  case badRedirect(url: String)
  /// The server answers, but not with what was asked for.
  case refused(url: String, status: Int)
  /// The user asked to stop.
  case interrupted(url: String)

  /// Whether the server said that there is nothing at the address (404 or 410).
  package var isMissing: Bool {
    if case .refused(_, let status) = self { status == 404 || status == 410 } else { false }
  }

  /// Whether the same request may well succeed later: no answer, too slow, or the server's own fault.
  package var isTransient: Bool {
    switch self {
    case .unreachable, .timedOut, .garbled: true
    case .refused(_, let status): status == 429 || status >= 500
    case .notAnAddress, .notTrusted, .tooLarge, .badRedirect, .interrupted: false
    }
  }
}

extension HTTPError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAnAddress(let text):
      "'\(text)' is no address to fetch: write it as http://HOST/… or https://HOST/…"
    case .unreachable(let url, let detail):
      "nobody answers at \(url) (\(detail)): check the address and the network, then try again"
    case .notTrusted(let url, let detail):
      "the certificate of \(url) is not trusted (\(detail)): check the address with its operator"
    case .timedOut(let url, let seconds):
      "\(url) did not answer in full within \(seconds) s: try again later"
    case .tooLarge(let url, let limit):
      "\(url) is larger than the \(limit) bytes it may have: it is not what belongs there"
    case .garbled(let url, let detail):
      "the answer of \(url) is cut short or not HTTP (\(detail)): try again, or name another server"
    case .badRedirect(let url):
      "\(url) leads elsewhere too often or to another scheme: name the address it leads to"
    case .refused(let url, let status) where status == 404 || status == 410:
      "there is nothing at \(url) (\(status)): check the address"
    case .refused(let url, let status):
      "\(url) answers \(status): ask its operator"
    case .interrupted(let url): "stopped while fetching \(url): run the command again to go on"
    }
  }
}
