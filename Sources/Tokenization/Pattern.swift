// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CPCRE2

/// A compiled regular expression over UTF-8, by PCRE2 with Unicode properties.
///
/// Compiled machine code is used where the system allows it, with the interpreter behind it. A search
/// that takes more than `stepLimit` steps is an error, not an endless loop.
package final class Pattern: Sendable {
  /// How many steps one search may take.
  static let stepLimit: UInt32 = 10_000_000
  /// How much memory one search may take, KiB.
  static let memoryLimitKiB: UInt32 = 262_144
  /// The longest expression that is read, bytes.
  static let longestExpression = 65_536

  /// Never changed after `init`, and PCRE2 reads compiled code from any number of threads.
  private nonisolated(unsafe) let code: OpaquePointer
  private nonisolated(unsafe) let context: OpaquePointer

  /// Compiles an expression in PCRE2's syntax.
  ///
  /// - Parameters:
  ///   - expression: What to search for.
  ///   - key: Where the expression was found, for errors.
  /// - Throws: `TokenizerError.pattern` where it is none.
  package init(expression: String, key: String) throws(TokenizerError) {
    let units = Array(expression.utf8)
    guard units.count <= Self.longestExpression else {
      throw .wrong(key: key, expected: "at most \(Self.longestExpression) bytes")
    }
    var failure: Int32 = 0
    var offset = 0
    let options = UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP) | UInt32(PCRE2_MULTILINE)
    let newLines = pcre2_compile_context_create_8(nil)
    defer { pcre2_compile_context_free_8(newLines) }
    pcre2_set_newline_8(newLines, UInt32(PCRE2_NEWLINE_LF))
    let compiled = pcre2_compile_8(units, units.count, options, &failure, &offset, newLines)
    guard let compiled, let limits = pcre2_match_context_create_8(nil) else {
      throw .pattern(key: key, offset: offset, reason: Self.message(of: failure))
    }
    pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE))
    pcre2_set_match_limit_8(limits, Self.stepLimit)
    pcre2_set_heap_limit_8(limits, Self.memoryLimitKiB)
    code = compiled
    context = limits
  }

  deinit {
    pcre2_match_context_free_8(context)
    pcre2_code_free_8(code)
  }

  /// Finds all matches in a part of a text, as if the part were all of it.
  ///
  /// As in Oniguruma's iterator, an empty match directly behind a match is passed over.
  ///
  /// - Parameters:
  ///   - bytes: The text; the part is valid UTF-8.
  ///   - range: The part.
  ///   - body: Told every match, from left to right, as a range of `bytes`.
  /// - Throws: `TokenizerError.patternLimit`, and what `body` throws.
  package func forEachMatch(
    in bytes: [UInt8], _ range: Range<Int>, _ body: (Range<Int>) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    guard let data = pcre2_match_data_create_8(1, nil) else {
      throw .patternLimit(code: Int(PCRE2_ERROR_NOMEMORY))
    }
    defer { pcre2_match_data_free_8(data) }
    var offset = 0
    var lastEnd: Int?
    while offset <= range.count {
      guard let match = try search(bytes, range, from: offset, data) else { return }
      if match.isEmpty, match.upperBound == lastEnd {
        guard match.upperBound < range.count else { return }
        offset =
          match.upperBound
          + UTF8Neighbour.scalar(in: bytes, at: range.lowerBound + match.upperBound).length
        continue
      }
      offset = match.upperBound
      lastEnd = offset
      try body(range.lowerBound + match.lowerBound..<range.lowerBound + match.upperBound)
    }
  }

  /// The first match from an offset on; all offsets are from the start of the range.
  private func search(
    _ bytes: [UInt8], _ range: Range<Int>, from offset: Int, _ data: OpaquePointer
  ) throws(TokenizerError) -> Range<Int>? {
    let options = UInt32(PCRE2_NO_UTF_CHECK)
    let result = bytes.withUnsafeBufferPointer { buffer -> Int32 in
      // A pointer that may be nil only for an empty text, which PCRE2 accepts with a length of 0.
      let subject = buffer.baseAddress.map { $0 + range.lowerBound }
      let result = pcre2_match_8(
        code, subject, range.count, offset, options, data, context)
      guard result == PCRE2_ERROR_JIT_STACKLIMIT else { return result }
      return pcre2_match_8(
        code, subject, range.count, offset, options | UInt32(PCRE2_NO_JIT), data, context)
    }
    if result == PCRE2_ERROR_NOMATCH { return nil }
    guard result >= 0, let ends = pcre2_get_ovector_pointer_8(data), ends[0] <= ends[1] else {
      throw .patternLimit(code: Int(result))
    }
    return ends[0]..<ends[1]
  }

  private static func message(of code: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let length = pcre2_get_error_message_8(code, &buffer, buffer.count)
    return String(decoding: buffer.prefix(Int(max(length, 0))), as: UTF8.self)
  }
}
