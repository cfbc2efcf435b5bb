// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical

extension Tokenizer {
  /// Reads a `tokenizer.json` of `tokenizers`: byte-level BPE.
  ///
  /// `truncation` and `padding` are not applied, the `decoder` may be `ByteLevel` or absent, and of the
  /// `post_processor` only the special tokens around one text are kept.
  ///
  /// - Parameter json: The file's bytes.
  /// - Throws: `TokenizerError`, naming the key that is wrong or not supported.
  package init(json: [UInt8]) throws(TokenizerError) {
    let value: JSON
    do {
      value = try JSON.parse(json)
    } catch {
      throw .notJSON(error)
    }
    try self.init(value)
  }

  /// Reads a parsed `tokenizer.json`.
  package init(_ json: JSON) throws(TokenizerError) {
    let root = TokenizerField(value: json, key: "")
    guard json.object != nil else { throw .wrong(key: "tokenizer.json", expected: "an object") }
    let model = try BytePairModel.read(root.member("model"))
    let added = try Self.added(root.optional("added_tokens"), model: model)
    if let decoder = root.optional("decoder") {
      let type = try decoder.type()
      guard type == "ByteLevel" else {
        throw .unsupported(key: decoder.key + ".type", name: type)
      }
    }
    var (prefix, suffix): ([Int32], [Int32]) = ([], [])
    if let template = root.optional("post_processor") {
      (prefix, suffix) = try Self.template(template, depth: 0)
    }
    self.init(
      model: model, normalizer: try Normalizer.read(root.optional("normalizer")),
      steps: try SplitStep.read(root.member("pre_tokenizer")), added: added, prefix: prefix,
      suffix: suffix)
    for id in prefix + suffix where bytes(of: id) == nil {
      throw .unknownToken(key: "post_processor", token: String(id))
    }
  }

  private static func added(
    _ field: TokenizerField?, model: BytePairModel
  ) throws(TokenizerError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    var seen = WordTable()
    var identifiers: Set<Int32> = []
    for entry in try field?.elements() ?? [] {
      let content = try entry.member("content")
      let text = try content.string()
      let bytes = Array(text.utf8)
      guard (1...longestToken).contains(bytes.count) else {
        throw content.wrong("text of 1 to \(longestToken) bytes")
      }
      let token = AddedToken(
        id: try entry.member("id").identifier(), content: bytes,
        isSpecial: try entry.flag("special"), isSingleWord: try entry.flag("single_word"),
        stripsLeft: try entry.flag("lstrip"), stripsRight: try entry.flag("rstrip"),
        isNormalized: try entry.flag("normalized"))
      let place = Int(token.id)
      let known = model.tokens.indices.contains(place) ? model.tokens[place] : nil
      // A token in the vocabulary is written there in the byte alphabet, or as it is.
      let isKnownAsWritten = known == bytes || known == ByteAlphabet.decode(text)
      guard seen.insert(bytes, bytes.indices).isNew, identifiers.insert(token.id).inserted,
        known == nil || isKnownAsWritten
      else { throw .conflict(key: entry.key, token: text) }
      tokens.append(token)
    }
    return tokens
  }

  /// The special tokens a template puts before and behind a single text.
  private static func template(
    _ field: TokenizerField, depth: Int
  ) throws(TokenizerError) -> ([Int32], [Int32]) {
    let type = try field.type()
    switch type {
    case "ByteLevel": return ([], [])
    case "Sequence":
      guard depth < 8 else { throw field.wrong("nested less deeply") }
      var (prefix, suffix): ([Int32], [Int32]) = ([], [])
      for processor in try field.member("processors").elements() {
        let (before, behind) = try template(processor, depth: depth + 1)
        prefix = before + prefix
        suffix += behind
      }
      return (prefix, suffix)
    case "TemplateProcessing": return try templateProcessing(field)
    default: throw .unsupported(key: field.key + ".type", name: type)
    }
  }

  private static func templateProcessing(
    _ field: TokenizerField
  ) throws(TokenizerError) -> ([Int32], [Int32]) {
    let single = try field.member("single")
    var (prefix, suffix): ([Int32], [Int32]) = ([], [])
    var texts = 0
    for item in try single.elements() {
      if item.optional("Sequence") != nil {
        texts += 1
        continue
      }
      let name = try item.member("SpecialToken").member("id").string()
      let ids = try field.member("special_tokens").member(name).member("ids")
      for id in try ids.elements() {
        if texts == 0 {
          prefix.append(try id.identifier())
        } else {
          suffix.append(try id.identifier())
        }
      }
    }
    guard texts == 1 else { throw single.wrong("a template of one text") }
    return (prefix, suffix)
  }
}
