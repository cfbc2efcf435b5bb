// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Tokenization

/// The member `tokenizer` of a run's configuration.
enum TokenizerChoice: Hashable, Sendable {
  /// Every byte is a token.
  case bytes
  /// A byte-level BPE vocabulary, trained on the training texts of the run.
  case bytePairs(vocabularySize: Int)

  /// Reads `"bytes"` or `{"type": "bpe", "vocabulary_size": 4096}`.
  ///
  /// - Throws: `JSONFieldError` for another form or a size out of range.
  init(json: JSON) throws(JSONFieldError) {
    let subject = "'tokenizer' of the configuration"
    if json.string == "bytes" {
      self = .bytes
      return
    }
    guard json.object != nil else {
      throw .wrong(
        name: "tokenizer", expected: "'bytes' or {\"type\": \"bpe\", \"vocabulary_size\": 4096}",
        subject: "the configuration")
    }
    var fields = try JSONFields(json, of: subject)
    let type = try fields.string("type")
    guard type == "bpe" else {
      throw .wrong(name: "type", expected: "'bpe'", subject: subject)
    }
    let range = Int64(BytePairTrainer.sizes.lowerBound)...Int64(BytePairTrainer.sizes.upperBound)
    self = .bytePairs(vocabularySize: Int(try fields.integer("vocabulary_size", in: range)))
    try fields.finish()
  }

  /// The form it is read from.
  var json: JSON {
    switch self {
    case .bytes: "bytes"
    case .bytePairs(let size): ["type": "bpe", "vocabulary_size": .integer(Int64(size))]
    }
  }
}
