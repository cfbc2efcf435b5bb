// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical

extension SplitStep {
  /// How deep sequences of steps may stand in each other.
  private static let maximumDepth = 8

  /// Reads the steps of `pre_tokenizer`; the last must be `ByteLevel`.
  ///
  /// - Throws: `TokenizerError.unsupported` for a step that is not known, or where `ByteLevel` is not last.
  static func read(_ field: TokenizerField) throws(TokenizerError) -> [SplitStep] {
    var steps: [SplitStep] = []
    var isByteLevel = false
    try read(field, depth: 0, into: &steps, &isByteLevel)
    guard isByteLevel else {
      throw .unsupported(key: field.key, name: "no ByteLevel step")
    }
    return steps
  }

  private static func read(
    _ field: TokenizerField, depth: Int, into steps: inout [SplitStep], _ isByteLevel: inout Bool
  ) throws(TokenizerError) {
    let type = try field.type()
    guard !isByteLevel else {
      throw .unsupported(key: field.key, name: "\(type) behind ByteLevel")
    }
    switch type {
    case "Sequence":
      guard depth < maximumDepth else { throw field.wrong("nested less deeply") }
      for step in try field.member("pretokenizers").elements() {
        try read(step, depth: depth + 1, into: &steps, &isByteLevel)
      }
    case "ByteLevel":
      isByteLevel = true
      steps.append(
        try byteLevel(
          usesExpression: try field.flag("use_regex", default: true),
          addsPrefixSpace: try field.flag("add_prefix_space", default: true), key: field.key))
    case "Split": steps.append(try split(field))
    case "Digits":
      let isSingle = try field.flag("individual_digits")
      steps.append(
        SplitStep(
          target: .pattern(try Pattern(expression: #"\p{N}"#, key: field.key)),
          behaviour: isSingle ? .isolated : .contiguous))
    default: throw .unsupported(key: field.key + ".type", name: type)
    }
  }

  private static func split(_ field: TokenizerField) throws(TokenizerError) -> SplitStep {
    let pattern = try field.member("pattern")
    let target: Target
    if let literal = pattern.optional("String") {
      target = .literal(Array(try literal.string().utf8))
    } else {
      let regex = try pattern.member("Regex")
      let expression = try PatternTranslation.translate(try regex.string(), key: regex.key)
      target = .pattern(try Pattern(expression: expression, key: regex.key))
    }
    let behaviour = try field.member("behavior")
    guard let known = SplitBehaviour(rawValue: try behaviour.string()) else {
      throw .unsupported(key: behaviour.key, name: try behaviour.string())
    }
    return SplitStep(
      target: target, behaviour: known, isInverted: try field.flag("invert"))
  }
}
