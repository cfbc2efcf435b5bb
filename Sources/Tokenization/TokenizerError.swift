// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical

/// Why a tokenizer cannot be read, trained or used.
///
/// Keys are paths such as `model.vocab`.
package enum TokenizerError: Error, Hashable, Sendable {
  /// The file is not JSON.
  case notJSON(JSONError)
  /// A key that must be there is absent.
  case missing(key: String)
  /// A key holds something of another kind or out of range.
  case wrong(key: String, expected: String)
  /// A key names something that tokenizers may have and this one does not do.
  case unsupported(key: String, name: String)
  /// A token is named that the vocabulary lacks.
  case unknownToken(key: String, token: String)
  /// Two entries claim the same identifier or content.
  case conflict(key: String, token: String)
  /// The vocabulary has no token for a byte, so not every text can be encoded.
  case missingByte(UInt8)
  /// A regular expression does not compile; the offset is in code units of its translation.
  case pattern(key: String, offset: Int, reason: String)
  /// A regular expression took more steps than allowed on a text.
  case patternLimit(code: Int)
  /// A token identifier that the vocabulary does not have.
  case notInVocabulary(id: Int32)
  /// The vocabulary asked for cannot hold the bytes and the special tokens, or is too large.
  case vocabularySize(Int, range: ClosedRange<Int>)
}

extension TokenizerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notJSON(let error): "the tokenizer is not JSON: \(error)"
    case .missing(let key): "the tokenizer lacks '\(key)': use a complete tokenizer.json"
    case .wrong(let key, let expected): "'\(key)' of the tokenizer is not \(expected)"
    case .unsupported(let key, let name):
      "'\(key)' of the tokenizer asks for '\(name)', which is not supported: use a byte-level BPE"
    case .unknownToken(let key, let token):
      "'\(key)' of the tokenizer names '\(token)', which is not in its vocabulary"
    case .conflict(let key, let token):
      "'\(key)' of the tokenizer has '\(token)' in conflict with another entry"
    case .missingByte(let byte):
      "the tokenizer has no token for the byte \(byte): use a byte-level BPE with all 256"
    case .pattern(let key, let offset, let reason):
      "the expression in '\(key)' of the tokenizer does not compile at \(offset): \(reason)"
    case .patternLimit(let code):
      "the tokenizer's expression takes too many steps on a text (PCRE2 \(code))"
    case .notInVocabulary(let id): "token \(id) is not in the tokenizer's vocabulary"
    case .vocabularySize(let size, let range):
      "a vocabulary of \(size) tokens cannot be trained: use \(range.lowerBound) to"
        + " \(range.upperBound)"
    }
  }
}
