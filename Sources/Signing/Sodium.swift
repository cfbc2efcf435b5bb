// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CSodium

/// The libsodium library, made ready once.
enum Sodium {
  private static let isReady = sodium_init() >= 0

  /// Must be called before any other function of the library.
  static func prepare() {
    precondition(isReady, "libsodium could not start: the system gives no randomness")
  }
}

/// Randomness for salts and keys.
package enum SecureRandom {
  /// Unpredictable bytes from the operating system's generator.
  package static func bytes(count: Int) -> [UInt8] {
    Sodium.prepare()
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, count)
    return bytes
  }
}
