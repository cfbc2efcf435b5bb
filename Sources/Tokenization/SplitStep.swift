// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What becomes of the matches of a split, by the names of `tokenizers`.
enum SplitBehaviour: String {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"

  /// The pieces that come of a text whose matches and gaps follow each other.
  func pieces(of parts: [(range: Range<Int>, isMatch: Bool)]) -> [Range<Int>] {
    switch self {
    case .isolated: return parts.map(\.range)
    case .removed: return parts.filter { !$0.isMatch }.map(\.range)
    case .mergedWithNext:
      var pieces: [Range<Int>] = []
      var previousMatched = false
      for part in parts.reversed() {
        if part.isMatch, !previousMatched, let last = pieces.popLast() {
          pieces.append(part.range.lowerBound..<last.upperBound)
        } else {
          pieces.append(part.range)
        }
        previousMatched = part.isMatch
      }
      return pieces.reversed()
    case .mergedWithPrevious, .contiguous:
      var pieces: [Range<Int>] = []
      var previousMatched = false
      for part in parts {
        let joins =
          self == .contiguous ? part.isMatch == previousMatched : part.isMatch && !previousMatched
        if joins, let last = pieces.popLast() {
          pieces.append(last.lowerBound..<part.range.upperBound)
        } else {
          pieces.append(part.range)
        }
        previousMatched = part.isMatch
      }
      return pieces
    }
  }
}

/// One step that cuts text into smaller pieces before merges are made inside each.
struct SplitStep: Sendable {
  /// What is searched for.
  enum Target: Sendable {
    case pattern(Pattern)
    case literal([UInt8])
  }

  /// What is searched for; nil where the step cuts nothing.
  var target: Target?
  var behaviour = SplitBehaviour.isolated
  /// Whether matches and gaps change places.
  var isInverted = false
  /// Whether a space is put in front of every piece that does not begin with one.
  var addsPrefixSpace = false

  /// The expression of GPT-2, which `ByteLevel` stands for.
  static let byteLevelExpression =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  /// The step that `ByteLevel` makes.
  static func byteLevel(
    usesExpression: Bool = true, addsPrefixSpace: Bool = false, key: String = "pre_tokenizer"
  ) throws(TokenizerError) -> SplitStep {
    guard usesExpression else { return SplitStep(addsPrefixSpace: addsPrefixSpace) }
    let expression = try PatternTranslation.translate(byteLevelExpression, key: key)
    return SplitStep(
      target: .pattern(try Pattern(expression: expression, key: key)),
      addsPrefixSpace: addsPrefixSpace)
  }

  /// The pieces of a part of a text, none empty.
  func pieces(of bytes: [UInt8], _ range: Range<Int>) throws(TokenizerError) -> [Range<Int>] {
    guard let target else { return [range] }
    var parts: [(range: Range<Int>, isMatch: Bool)] = []
    var end = range.lowerBound
    let add = { (match: Range<Int>) in
      if end < match.lowerBound { parts.append((end..<match.lowerBound, isInverted)) }
      parts.append((match, !isInverted))
      end = match.upperBound
    }
    switch target {
    case .pattern(let pattern):
      try pattern.forEachMatch(in: bytes, range) { (match) throws(TokenizerError) in add(match) }
    case .literal(let literal): Self.forEachOccurrence(of: literal, in: bytes, range, add)
    }
    if end < range.upperBound { parts.append((end..<range.upperBound, isInverted)) }
    return behaviour.pieces(of: parts).filter { !$0.isEmpty }
  }

  private static func forEachOccurrence(
    of literal: [UInt8], in bytes: [UInt8], _ range: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    guard let first = literal.first else { return }
    var index = range.lowerBound
    while index + literal.count <= range.upperBound {
      if bytes[index] == first, bytes[index..<index + literal.count].elementsEqual(literal) {
        body(index..<index + literal.count)
        index += literal.count
      } else {
        index += 1
      }
    }
  }
}
