// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Register
import Signing

/// Draws places in status lists at random, so that a place says nothing about its grant.
///
/// A list is filled to a half: then two draws find a free place on average.
package struct StatusPlaces {
  private let base: String?
  private var list: Int
  private var taken: Set<Int>

  /// Begins with the last list of a register.
  package init(_ state: RegisterState) {
    base = state.statusBase
    list = state.lastStatusList ?? 0
    taken = state.takenStatusIndices(of: list)
  }

  /// A free place, taken from now on; nil in a register without an operator.
  package mutating func take() -> StatusEntry? {
    guard let base else { return nil }
    if taken.count >= StatusEntry.entriesPerList / 2 {
      list += 1
      taken = []
    }
    while true {
      let bytes = SecureRandom.bytes(count: 4)
      let drawn = bytes.reduce(0) { $0 << 8 | Int($1) } % StatusEntry.entriesPerList
      if taken.insert(drawn).inserted {
        return StatusEntry(base: base, list: list, index: drawn)
      }
    }
  }
}
