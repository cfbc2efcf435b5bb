// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A way to cut texts into tokens of a vocabulary.
package protocol TextEncoding: Sendable {
  /// How many different tokens there are; a model's vocabulary may be larger, never smaller.
  var vocabularySize: Int { get }

  /// The text's tokens, which together stand for all its bytes.
  func encode(_ bytes: [UInt8]) throws -> TokenText

  /// The bytes that a token stands for; nil where the vocabulary does not have it.
  func bytes(of token: Int32) -> [UInt8]?
}

/// Every byte is a token.
package struct ByteEncoding: TextEncoding {
  package let vocabularySize = 256

  package init() {}

  package func encode(_ bytes: [UInt8]) -> TokenText { TokenText(bytes: bytes) }

  package func bytes(of token: Int32) -> [UInt8]? { UInt8(exactly: token).map { [$0] } }
}
