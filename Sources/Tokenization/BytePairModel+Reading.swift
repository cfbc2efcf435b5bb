// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical

extension BytePairModel {
  /// Reads the member `model` of a `tokenizer.json`.
  ///
  /// `byte_fallback`, `unk_token` and `fuse_unk` have no effect here: every byte must have a token.
  static func read(_ field: TokenizerField) throws(TokenizerError) -> BytePairModel {
    if let type = field.optional("type") {
      guard try type.string() == "BPE" else {
        throw .unsupported(key: type.key, name: try type.string())
      }
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let text = field.optional(name), try text.string() != "" {
        throw .unsupported(key: text.key, name: try text.string())
      }
    }
    if let dropout = field.optional("dropout"), dropout.value.number != 0 {
      throw .unsupported(key: dropout.key, name: "dropout")
    }
    let vocabulary = try Vocabulary(field.member("vocab"))
    return try BytePairModel(
      tokens: vocabulary.tokens, others: vocabulary.others,
      merges: try vocabulary.merges(field.member("merges")),
      prefersWholeWords: try field.flag("ignore_merges"))
  }
}

/// The member `vocab` of a model.
private struct Vocabulary {
  var tokens: [(id: Int32, bytes: [UInt8])] = []
  /// Tokens written with characters outside the byte alphabet.
  var others: [(id: Int32, bytes: [UInt8])] = []
  private var words = WordTable()

  init(_ field: TokenizerField) throws(TokenizerError) {
    var identifiers: Set<Int32> = []
    for member in try field.object().members {
      let entry = TokenizerField(value: member.value, key: "\(field.key).\(member.key)")
      let id = try entry.identifier()
      guard identifiers.insert(id).inserted else {
        throw .conflict(key: field.key, token: member.key)
      }
      let decoded = ByteAlphabet.decode(member.key)
      guard (decoded?.count ?? member.key.utf8.count) <= Tokenizer.longestToken else {
        throw entry.wrong("a token of at most \(Tokenizer.longestToken) bytes")
      }
      if let bytes = decoded, !bytes.isEmpty {
        tokens.append((id, bytes))
        _ = words.insert(bytes, bytes.indices)
      } else {
        others.append((id, Array(member.key.utf8)))
      }
    }
  }

  /// Reads `merges`: `"a b"` or `["a", "b"]`; a pair that comes twice has its later rank.
  func merges(
    _ field: TokenizerField
  ) throws(TokenizerError) -> [TokenPair: BytePairModel.Merge] {
    var merges: [TokenPair: BytePairModel.Merge] = [:]
    for (rank, entry) in try field.elements().enumerated() {
      let (left, right) = try Self.halves(entry)
      guard let leftBytes = ByteAlphabet.decode(left), let rightBytes = ByteAlphabet.decode(right),
        !leftBytes.isEmpty, !rightBytes.isEmpty
      else { throw entry.wrong("a pair of tokens in the byte alphabet") }
      let pair = TokenPair(
        left: try id(of: leftBytes, left, entry), right: try id(of: rightBytes, right, entry))
      merges[pair] = BytePairModel.Merge(
        rank: UInt32(rank), result: try id(of: leftBytes + rightBytes, left + right, entry))
    }
    return merges
  }

  private static func halves(
    _ entry: TokenizerField
  ) throws(TokenizerError) -> (String, String) {
    if let text = entry.value.string {
      let halves = text.split(separator: " ", omittingEmptySubsequences: false)
      if halves.count == 2 { return (String(halves[0]), String(halves[1])) }
    } else if let list = entry.value.array, list.count == 2, let left = list[0].string,
      let right = list[1].string
    {
      return (left, right)
    }
    throw entry.wrong("two tokens")
  }

  private func id(
    of bytes: [UInt8], _ text: String, _ entry: TokenizerField
  ) throws(TokenizerError) -> Int32 {
    guard let number = words.number(of: bytes, bytes.indices) else {
      throw .unknownToken(key: entry.key, token: text)
    }
    return tokens[number].id
  }
}
