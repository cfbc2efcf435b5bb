// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// One answer as it comes in; what libcurl's callbacks write into.
final class Transfer {
  /// The headers of the answer whose status line came last.
  private(set) var headers: [HTTPReply.Header] = []
  /// The body so far.
  private(set) var body: [UInt8] = []
  /// Whether the body or the headers passed their limit, which ended the transfer.
  private(set) var isTooLarge = false

  private let limit: Int
  private let isStopped: @Sendable () -> Bool
  private var headerByteCount = 0

  init(limit: Int, isStopped: @escaping @Sendable () -> Bool) {
    self.limit = limit
    self.isStopped = isStopped
  }

  /// Makes libcurl write into this value, which must outlive the transfer.
  func attach(to handle: UnsafeMutableRawPointer) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    ccurl_set_bytes(
      handle, CURLOPT_WRITEFUNCTION, CURLOPT_WRITEDATA,
      { bytes, size, count, context in
        Transfer.of(context)?.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
          ?? 0
      }, context)
    ccurl_set_bytes(
      handle, CURLOPT_HEADERFUNCTION, CURLOPT_HEADERDATA,
      { bytes, size, count, context in
        Transfer.of(context)?.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
          ?? 0
      }, context)
    ccurl_set_progress(
      handle, { context, _, _, _, _ in Transfer.of(context)?.isStopped() == false ? 0 : 1 }, context
    )
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Returns how many bytes were taken; fewer than came end the transfer.
  private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard bytes.count <= limit - body.count else {
      isTooLarge = true
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    headerByteCount += bytes.count
    guard headerByteCount <= HTTPSession.maximumHeaderByteCount else {
      isTooLarge = true
      return -1
    }
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      // Another answer begins: what came with a redirect is not the answer's.
      headers = []
      body = []
    } else if let colon = line.firstIndex(of: ":") {
      headers.append(
        HTTPReply.Header(
          name: line[..<colon].lowercased(),
          value: Self.trimmed(line[line.index(after: colon)...])))
    }
    return bytes.count
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
