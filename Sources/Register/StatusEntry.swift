// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical

/// Where a credential's bits stand in the status lists of a register.
///
/// One index serves two lists, that of revocations and that of suspensions (W3C Bitstring Status
/// List 1.0, section 2.1). The lists are a function of the log; who has only the credential and the
/// lists learns what became of it.
package struct StatusEntry: Hashable, Sendable {
  /// What a list says of the credentials in it.
  package enum Purpose: String, Sendable, CaseIterable {
    /// Irreversible.
    case revocation
    /// Until it is lifted.
    case suspension
  }

  /// What the lists' addresses begin with: the register's own, ending in `/` or `:`.
  package let base: String
  /// The number of the list.
  package let list: Int
  /// The place of the bit.
  package let index: Int

  /// The entries of every list: the least that the standard allows, for the crowd to hide in.
  package static let entriesPerList = 131_072
  /// The most lists a register keeps.
  package static let maximumLists = 1 << 20

  /// Names a place in a list; traps for one that no list has.
  package init(base: String, list: Int, index: Int) {
    precondition(
      (0..<Self.maximumLists).contains(list) && (0..<Self.entriesPerList).contains(index),
      "a status entry lies in a list")
    self.base = base
    self.list = list
    self.index = index
  }

  /// The address of one of the lists.
  package static func address(base: String, purpose: Purpose, list: Int) -> String {
    base + "status/\(purpose.rawValue)/\(list)"
  }

  /// The `credentialStatus` of a credential: one entry a purpose.
  package var json: JSON {
    .array(
      Purpose.allCases.map { purpose in
        let address = Self.address(base: base, purpose: purpose, list: list)
        return [
          "id": .string("\(address)#\(index)"), "type": "BitstringStatusListEntry",
          "statusPurpose": .string(purpose.rawValue), "statusListIndex": .string("\(index)"),
          "statusListCredential": .string(address),
        ]
      })
  }

  /// Reads `credentialStatus`; only the form that ``json`` writes is known.
  ///
  /// - Throws: `GrantError.unknownStatus` for anything else: a status that cannot be looked up is no
  ///   status.
  init(json: JSON) throws(GrantError) {
    guard let first = json.array?.first?.object,
      let address = first["statusListCredential"]?.string,
      let marker = address.range(ofLast: "status/revocation/"),
      let list = Int(address[marker.upperBound...]), (0..<Self.maximumLists).contains(list),
      let index = first["statusListIndex"]?.string.flatMap({ Int($0) }),
      (0..<Self.entriesPerList).contains(index)
    else { throw .unknownStatus }
    self.init(base: String(address[..<marker.lowerBound]), list: list, index: index)
    guard self.json == json else { throw .unknownStatus }
  }
}

extension String {
  /// The last place where a text of ASCII occurs.
  fileprivate func range(ofLast text: String) -> Range<Index>? {
    var found: Range<Index>?
    for start in indices where self[start...].hasPrefix(text) {
      found = start..<index(start, offsetBy: text.count)
    }
    return found
  }
}
