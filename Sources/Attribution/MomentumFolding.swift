// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// That works' momenta were folded, and what it lost, measured on works kept exactly as well.
package struct MomentumFolding: Hashable, Sendable {
  /// How many numbers stand for a work's momentum.
  package let numbersPerLine: Int
  /// How many works were kept exactly beside.
  package let sampledLines: Int
  /// The root mean square of the error of their credits, as a part of that of the credits.
  package let errorPartsPerMillion: Int64

  /// States what was measured.
  package init(numbersPerLine: Int, sampledLines: Int, errorPartsPerMillion: Int64) {
    self.numbersPerLine = numbersPerLine
    self.sampledLines = sampledLines
    self.errorPartsPerMillion = errorPartsPerMillion
  }
}
