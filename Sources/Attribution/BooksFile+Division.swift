// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Signing

extension BooksFile {
  /// Divides the model over the lines, as a share register states it: units of 10⁻¹² a line.
  ///
  /// Lines stand in the order of owner and work, accounts in that of their owners, which breaks ties.
  ///
  /// - Throws: `ShareDivisionError` where there is nothing to divide.
  package func divide() throws(ShareDivisionError) -> [Int64] {
    let owners = Array(Set(lines.map(\.owner))).sorted()
    let index = Dictionary(uniqueKeysWithValues: owners.enumerated().map { ($1, $0) })
    return try ShareDivision(
      books, owners: lines.map { index[$0.owner] ?? 0 },
      weights: targets.map { UInt64($0.weight) }, commons: targets.map(\.commonsLine)
    ).shares
  }
}
