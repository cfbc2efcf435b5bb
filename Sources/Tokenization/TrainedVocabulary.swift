// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical

/// What training gives: the tokens in the order of their identifiers, and the merges in theirs.
package struct TrainedVocabulary: Hashable, Sendable {
  /// How many special tokens there are; they come first.
  package let specialTokenCount: Int
  /// The bytes of each token.
  package let tokens: [[UInt8]]
  /// The pairs that were joined; the result is the token of the joined bytes.
  package let merges: [TokenPair]

  /// The vocabulary as a `tokenizer.json` that `tokenizers` loads.
  package var tokenizerJSON: JSON {
    let names = tokens.enumerated().map { index, bytes in
      index < specialTokenCount
        ? String(decoding: bytes, as: UTF8.self) : ByteAlphabet.encode(bytes)
    }
    let vocabulary = names.enumerated().map { ($0.element, JSON.integer(Int64($0.offset))) }
      .sorted { $0.0.utf16.lexicographicallyPrecedes($1.0.utf16) }
    let added = names.prefix(specialTokenCount).enumerated().map { index, name -> JSON in
      [
        "id": .integer(Int64(index)), "content": .string(name), "single_word": false,
        "lstrip": false, "rstrip": false, "normalized": false, "special": true,
      ]
    }
    let byteLevel: JSON = [
      "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
    ]
    return [
      "version": "1.0", "truncation": .null, "padding": .null, "added_tokens": .array(added),
      "normalizer": .null, "pre_tokenizer": byteLevel, "post_processor": .null,
      "decoder": byteLevel,
      "model": [
        "type": "BPE", "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
        "end_of_word_suffix": .null, "fuse_unk": false, "byte_fallback": false,
        "ignore_merges": false, "vocab": .object(JSONObject(vocabulary)),
        "merges": .array(
          merges.map { .string(names[Int($0.left)] + " " + names[Int($0.right)]) }),
      ],
    ]
  }

  /// The `tokenizer_config.json` with which `transformers` loads the tokenizer.
  ///
  /// - Parameter contextLength: The most tokens the model reads.
  /// - Returns: The file's content.
  package static func configurationJSON(contextLength: Int) -> JSON {
    [
      "tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": false,
      "model_max_length": .integer(Int64(contextLength)),
    ]
  }
}
