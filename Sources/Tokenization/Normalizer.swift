// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

@_spi(_Unicode) internal import Swift

/// What is done to text before it is cut: nothing, or Unicode's composed form (NFC, UAX 15).
enum Normalizer: Sendable {
  case none
  case composed

  /// Reads `normalizer`: absent, `NFC`, or a sequence of these.
  static func read(_ field: TokenizerField?, depth: Int = 0) throws(TokenizerError) -> Normalizer {
    guard let field else { return .none }
    let type = try field.type()
    switch type {
    case "NFC": return .composed
    case "Sequence":
      guard depth < 8 else { throw field.wrong("nested less deeply") }
      var result = Normalizer.none
      for step in try field.member("normalizers").elements() {
        if case .composed = try read(step, depth: depth + 1) { result = .composed }
      }
      return result
    default: throw .unsupported(key: field.key + ".type", name: type)
    }
  }

  /// The normalized form of valid UTF-8; nil where nothing changes.
  func normalized(_ bytes: some Collection<UInt8>) -> [UInt8]? {
    guard case .composed = self, bytes.contains(where: { $0 >= 0x80 }) else { return nil }
    var result = String.UnicodeScalarView()
    for scalar in String(decoding: bytes, as: UTF8.self)._nfc { result.append(scalar) }
    return Array(String(result).utf8)
  }
}
