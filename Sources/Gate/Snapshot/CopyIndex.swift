// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Finds the registered works that a text shares grams with.
package protocol CopyIndex: Sendable {
  /// Every registered work that shares a gram with the text, the closest first.
  func matches(of words: WordSequence) throws(SnapshotError) -> [Resemblance]
}

extension FingerprintIndex: CopyIndex {
  package func matches(of words: WordSequence) -> [Resemblance] { resemblances(of: words).matches }
}
