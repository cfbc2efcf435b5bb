// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A token that is found in the text itself, before any cutting and merging.
struct AddedToken: Sendable {
  var id: Int32
  var content: [UInt8]
  /// Whether it stands for no text of its own, such as a beginning of text.
  var isSpecial = false
  /// Whether it counts only where no word character stands beside it.
  var isSingleWord = false
  /// Whether it takes the white space before or behind it.
  var stripsLeft = false
  var stripsRight = false
  /// Whether it is looked for in normalized text.
  var isNormalized = false
}

/// The added tokens that are looked for in one pass over the text.
struct AddedTokens: Sendable {
  private let tokens: [AddedToken]
  /// The tokens by their first byte, longest first.
  private let byFirstByte: [[Int]]

  init(_ tokens: [AddedToken]) {
    self.tokens = tokens
    var lists = [[Int]](repeating: [], count: 256)
    for (index, token) in tokens.enumerated() {
      if let first = token.content.first { lists[Int(first)].append(index) }
    }
    byFirstByte = lists.map { $0.sorted { tokens[$0].content.count > tokens[$1].content.count } }
  }

  /// Cuts a part of a text at its added tokens: of those that begin leftmost, the longest.
  ///
  /// A token that is passed over (by `isSingleWord`, or special where those are read as text) hides
  /// what else begins inside it, as in `tokenizers`.
  ///
  /// - Parameters:
  ///   - bytes: The text, valid UTF-8 in `range`.
  ///   - range: The part, taken as if it were all.
  ///   - readsSpecials: Whether special tokens are looked for.
  /// - Returns: The pieces in order, with the token's identifier or nil for text; none empty but one
  ///   of white space that a token left.
  func split(
    _ bytes: [UInt8], _ range: Range<Int>, readsSpecials: Bool
  ) -> [(range: Range<Int>, id: Int32?)] {
    guard !tokens.isEmpty else { return [(range, nil)] }
    var pieces: [(range: Range<Int>, id: Int32?)] = []
    var end = range.lowerBound
    var index = range.lowerBound
    while index < range.upperBound {
      guard let token = token(in: bytes, at: index, before: range.upperBound) else {
        index += 1
        continue
      }
      var match = index..<index + token.content.count
      index = match.upperBound
      if token.isSpecial, !readsSpecials { continue }
      if token.isSingleWord, !standsAlone(match, bytes, range) { continue }
      guard match.lowerBound >= end else { continue }
      if token.stripsLeft { match = max(spaceStart(match, bytes, range), end)..<match.upperBound }
      if token.stripsRight { match = match.lowerBound..<spaceEnd(match, bytes, range) }
      if end < match.lowerBound { pieces.append((end..<match.lowerBound, nil)) }
      pieces.append((match, token.id))
      end = match.upperBound
    }
    if end < range.upperBound { pieces.append((end..<range.upperBound, nil)) }
    return pieces
  }

  private func token(in bytes: [UInt8], at index: Int, before limit: Int) -> AddedToken? {
    let candidates = byFirstByte[Int(bytes[index])]
    guard !candidates.isEmpty else { return nil }
    for candidate in candidates {
      let content = tokens[candidate].content
      if index + content.count <= limit,
        bytes[index..<index + content.count].elementsEqual(content)
      {
        return tokens[candidate]
      }
    }
    return nil
  }

  private func standsAlone(_ match: Range<Int>, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    if match.lowerBound > range.lowerBound,
      UTF8Neighbour.scalar(in: bytes, before: match.lowerBound).scalar.isWordCharacter
    {
      return false
    }
    return match.upperBound == range.upperBound
      || !UTF8Neighbour.scalar(in: bytes, at: match.upperBound).scalar.isWordCharacter
  }

  private func spaceStart(_ match: Range<Int>, _ bytes: [UInt8], _ range: Range<Int>) -> Int {
    var start = match.lowerBound
    while start > range.lowerBound {
      let (scalar, length) = UTF8Neighbour.scalar(in: bytes, before: start)
      guard scalar.properties.isWhitespace else { break }
      start -= length
    }
    return start
  }

  private func spaceEnd(_ match: Range<Int>, _ bytes: [UInt8], _ range: Range<Int>) -> Int {
    var end = match.upperBound
    while end < range.upperBound {
      let (scalar, length) = UTF8Neighbour.scalar(in: bytes, at: end)
      guard scalar.properties.isWhitespace else { break }
      end += length
    }
    return end
  }
}

extension Unicode.Scalar {
  /// Whether it matches `\w` by Unicode TR 18, annex C.
  fileprivate var isWordCharacter: Bool {
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }
}
