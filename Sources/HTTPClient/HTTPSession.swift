// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc

/// Fetches over HTTP by libcurl, one request after the other over connections that are kept.
///
/// Everything has a limit: time to connect, time in all, bytes of the body and of the headers. Where
/// one is passed nothing is returned, so half an answer is never taken for one. Redirects are followed
/// to `http` and `https` only, from `https` to `https` only, and not at all for POST. A proxy that the
/// environment names (`http_proxy`, `https_proxy`, `no_proxy`) is used.
///
/// For one thread; it waits for the network, so that thread is not one of the cooperative pool.
package final class HTTPSession {
  /// How long and how much.
  package struct Limits: Hashable, Sendable {
    /// Seconds to find the host and connect.
    package var connectSeconds: Int
    /// Seconds for one request in all.
    package var totalSeconds: Int
    /// Redirects of one request.
    package var redirectCount: Int
    /// Seconds after which a request ends that brought less than a kilobyte a second.
    package var stalledSeconds: Int

    /// States limits.
    package init(
      connectSeconds: Int = 10, totalSeconds: Int = 60, redirectCount: Int = 5,
      stalledSeconds: Int = 30
    ) {
      self.connectSeconds = connectSeconds
      self.totalSeconds = totalSeconds
      self.redirectCount = redirectCount
      self.stalledSeconds = stalledSeconds
    }
  }

  /// The most bytes of header lines in one answer.
  package static let maximumHeaderByteCount = 64 << 10

  private static let isReady = ccurl_global_start() == CURLE_OK

  private let handle: UnsafeMutableRawPointer
  private let limits: Limits
  private let isStopped: @Sendable () -> Bool

  /// Makes a session without connections.
  ///
  /// - Parameters:
  ///   - limits: How long a request may take.
  ///   - isStopped: Asked about once a second and at each piece; true ends the request.
  package init(
    limits: Limits = Limits(), isStopped: @escaping @Sendable () -> Bool = { false }
  ) {
    precondition(Self.isReady, "libcurl could not start: no memory or no randomness")
    guard let handle = curl_easy_init() else { preconditionFailure("no memory for libcurl") }
    self.handle = handle
    self.limits = limits
    self.isStopped = isStopped
  }

  deinit { curl_easy_cleanup(handle) }

  /// Asks for what is at an address.
  ///
  /// - Parameters:
  ///   - url: An `http` or `https` address.
  ///   - limit: The most bytes of the body.
  ///   - headers: Further header lines.
  /// - Returns: The answer, whatever its status.
  /// - Throws: `HTTPError`, but `.refused` never.
  package func get(
    _ url: String, limit: Int, headers: [HTTPReply.Header] = []
  ) throws(HTTPError) -> HTTPReply {
    try perform(url, limit: limit, headers: headers, body: nil)
  }

  /// The bytes at an address.
  ///
  /// - Throws: `HTTPError`, `.refused` for any status but 200 among it.
  package func bytes(at url: String, limit: Int) throws(HTTPError) -> [UInt8] {
    let reply = try get(url, limit: limit)
    guard reply.status == 200 else { throw .refused(url: url, status: reply.status) }
    return reply.body
  }

  /// Sends bytes to an address; redirects are not followed.
  ///
  /// - Parameters:
  ///   - body: What is sent.
  ///   - type: Its media type.
  ///   - url: An `http` or `https` address.
  ///   - limit: The most bytes of the answer's body.
  /// - Returns: The answer, whatever its status.
  /// - Throws: `HTTPError`, but `.refused` never.
  package func post(
    _ body: [UInt8], type: String, to url: String, limit: Int
  ) throws(HTTPError) -> HTTPReply {
    // Without `Expect`, for which small servers would keep the client waiting a second.
    let headers = [
      HTTPReply.Header(name: "Content-Type", value: type), .init(name: "Expect", value: ""),
    ]
    return try perform(url, limit: limit, headers: headers, body: body)
  }

  // MARK: - libcurl

  private func perform(
    _ url: String, limit: Int, headers: [HTTPReply.Header], body: [UInt8]?
  ) throws(HTTPError) -> HTTPReply {
    guard HTTPAddress.isFetched(url) else { throw .notAnAddress(url) }
    // Forgets the options of the last request and keeps its connections.
    curl_easy_reset(handle)
    let transfer = Transfer(limit: limit, isStopped: isStopped)
    setOptions(url, hasBody: body != nil)
    var list: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(list) }
    for header in headers { list = curl_slist_append(list, "\(header.name): \(header.value)") }
    ccurl_set_list(handle, CURLOPT_HTTPHEADER, list)
    let status = withExtendedLifetime(transfer) {
      transfer.attach(to: handle)
      guard let body else { return Self.withoutPipeSignal { curl_easy_perform(handle) } }
      return body.withUnsafeBytes { buffer in
        ccurl_set_number(handle, CURLOPT_POST, 1)
        ccurl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(buffer.count))
        // libcurl reads the bytes where they are, and only inside this call.
        ccurl_set_text(
          handle, CURLOPT_POSTFIELDS, buffer.baseAddress?.assumingMemoryBound(to: CChar.self))
        return Self.withoutPipeSignal { curl_easy_perform(handle) }
      }
    }
    guard status == CURLE_OK else {
      throw error(status, url: url, limit: limit, transfer: transfer)
    }
    return HTTPReply(
      status: ccurl_status(handle), headers: transfer.headers, body: transfer.body)
  }

  /// Runs with SIGPIPE held back from this thread: TLS may write to a connection that the server left.
  private static func withoutPipeSignal(_ body: () -> CURLcode) -> CURLcode {
    var pipe = sigset_t()
    var before = sigset_t()
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipe, &before)
    defer {
      var now = timespec()
      while sigtimedwait(&pipe, nil, &now) == SIGPIPE {}
      pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    return body()
  }

  private func setOptions(_ url: String, hasBody: Bool) {
    ccurl_set_text(handle, CURLOPT_URL, url)
    ccurl_set_text(handle, CURLOPT_USERAGENT, "cadastre")
    // Any compression that libcurl knows; limits count what comes out of it.
    ccurl_set_text(handle, CURLOPT_ACCEPT_ENCODING, "")
    ccurl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    ccurl_set_text(
      handle, CURLOPT_REDIR_PROTOCOLS_STR, url.hasPrefix("https:") ? "https" : "http,https")
    ccurl_set_number(handle, CURLOPT_FOLLOWLOCATION, hasBody ? 0 : 1)
    ccurl_set_number(handle, CURLOPT_MAXREDIRS, limits.redirectCount)
    ccurl_set_number(handle, CURLOPT_CONNECTTIMEOUT, limits.connectSeconds)
    ccurl_set_number(handle, CURLOPT_TIMEOUT, limits.totalSeconds)
    ccurl_set_number(handle, CURLOPT_LOW_SPEED_LIMIT, 1024)
    ccurl_set_number(handle, CURLOPT_LOW_SPEED_TIME, limits.stalledSeconds)
    // Time-outs without signals, which belong to the whole process.
    ccurl_set_number(handle, CURLOPT_NOSIGNAL, 1)
    ccurl_set_number(handle, CURLOPT_NOPROGRESS, 0)
  }

  private func error(
    _ status: CURLcode, url: String, limit: Int, transfer: Transfer
  ) -> HTTPError {
    if transfer.isTooLarge { return .tooLarge(url: url, limit: limit) }
    let detail = String(cString: curl_easy_strerror(status))
    return switch status {
    case CURLE_OPERATION_TIMEDOUT: .timedOut(url: url, seconds: limits.totalSeconds)
    case CURLE_ABORTED_BY_CALLBACK: .interrupted(url: url)
    case CURLE_URL_MALFORMAT: .notAnAddress(url)
    case CURLE_TOO_MANY_REDIRECTS, CURLE_UNSUPPORTED_PROTOCOL: .badRedirect(url: url)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CONNECT_ERROR:
      .notTrusted(url: url, detail: detail)
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
      .unreachable(url: url, detail: detail)
    default: .garbled(url: url, detail: detail)
    }
  }
}
