// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The version of the program.
package enum CadastreVersion {
  /// Major, minor and patch number.
  package static let text = "0.1.0"
}
