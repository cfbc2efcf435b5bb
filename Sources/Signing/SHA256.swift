// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc
package import Primitives

/// SHA-256 (FIPS 180-4) by OpenSSL, which uses the processor's SHA instructions.
///
/// The algorithm is fetched once and each thread keeps one context: for tree nodes that is three
/// times as fast as the one-shot call of OpenSSL 3.
package enum SHA256 {
  /// The digest of the bytes.
  package static func digest(_ bytes: [UInt8]) -> Digest {
    bytes.withUnsafeBytes { digest($0) }
  }

  /// The digest of the bytes in memory.
  package static func digest(_ bytes: UnsafeRawBufferPointer) -> Digest {
    let context = threadContext
    start(context)
    update(context, bytes)
    return finish(context)
  }

  /// The digest of two pieces of the bytes, one after the other.
  package static func digest(_ bytes: [UInt8], pieces: (Range<Int>, Range<Int>)) -> Digest {
    bytes.withUnsafeBytes { buffer in
      let context = threadContext
      start(context)
      update(context, UnsafeRawBufferPointer(rebasing: buffer[pieces.0]))
      if !pieces.1.isEmpty { update(context, UnsafeRawBufferPointer(rebasing: buffer[pieces.1])) }
      return finish(context)
    }
  }

  /// The digest of a text's UTF-8 form.
  package static func digest(_ text: String) -> Digest {
    digest(Array(text.utf8))
  }

  /// A digest of bytes that come in pieces.
  package struct Hasher: ~Copyable {
    private let context: OpaquePointer

    /// Starts a digest.
    package init() {
      context = SHA256.makeContext()
      SHA256.start(context)
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes.
    package mutating func update(_ bytes: [UInt8]) {
      bytes.withUnsafeBytes { SHA256.update(context, $0) }
    }

    /// Adds bytes in memory.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      SHA256.update(context, bytes)
    }

    /// The digest of everything that was added; ends the hasher.
    package consuming func finish() -> Digest {
      SHA256.finish(context)
    }
  }
}

// MARK: - OpenSSL

extension SHA256 {
  // Fetched once and never changed or freed, so sharing the pointer between threads is sound.
  private nonisolated(unsafe) static let algorithm: OpaquePointer = {
    guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
      preconditionFailure(
        "OpenSSL has no SHA-256: its configuration must load the default provider")
    }
    return algorithm
  }()

  private static let contextKey: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key) { context in
      EVP_MD_CTX_free(context.map { OpaquePointer($0) })
    }
    precondition(status == 0, "the process has no thread-specific key left")
    return key
  }()

  /// The context of this thread; freed when the thread ends.
  private static var threadContext: OpaquePointer {
    if let context = pthread_getspecific(contextKey) { return OpaquePointer(context) }
    let context = makeContext()
    let status = pthread_setspecific(contextKey, UnsafeRawPointer(context))
    precondition(status == 0, "no memory for a digest context")
    return context
  }

  fileprivate static func makeContext() -> OpaquePointer {
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for a digest") }
    return context
  }

  fileprivate static func start(_ context: OpaquePointer) {
    let status = EVP_DigestInit_ex2(context, algorithm, nil)
    precondition(status == 1, "OpenSSL could not start a digest")
  }

  fileprivate static func update(_ context: OpaquePointer, _ bytes: UnsafeRawBufferPointer) {
    let status = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(status == 1, "OpenSSL could not continue a digest")
  }

  fileprivate static func finish(_ context: OpaquePointer) -> Digest {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    let status = withUnsafeMutableBytes(of: &words) { output in
      EVP_DigestFinal_ex(context, output.assumingMemoryBound(to: UInt8.self).baseAddress, nil)
    }
    precondition(status == 1, "OpenSSL could not end a digest")
    return Digest(
      words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
  }

  /// The digest of a prefix byte and what follows it.
  static func digest(prefix: UInt8, _ bytes: UnsafeRawBufferPointer) -> Digest {
    let context = threadContext
    start(context)
    withUnsafeBytes(of: prefix) { update(context, $0) }
    update(context, bytes)
    return finish(context)
  }
}
