// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The values of Structured Fields (RFC 9651 section 3.3).
package enum BareItem: Hashable, Sendable {
  case integer(Int64)
  /// Thousandths.
  case decimal(Int64)
  case string(String)
  case token(String)
  case bytes([UInt8])
  case bool(Bool)
  case date(Int64)
  case display(String)
}

/// A name and its value beside an item (RFC 9651 section 3.1.2).
package struct Parameter: Hashable, Sendable {
  package let name: String
  package let value: BareItem
}

/// A value with its parameters.
package struct StructuredItem: Hashable, Sendable {
  package let value: BareItem
  package let parameters: [Parameter]
}

/// A member of a list or a dictionary.
package enum StructuredMember: Hashable, Sendable {
  case item(StructuredItem)
  case list([StructuredItem], parameters: [Parameter])
}

/// A dictionary of RFC 9651: names in order, of duplicates the last value.
package struct StructuredDictionary: Hashable, Sendable {
  /// The members in order.
  package private(set) var members: [(name: String, value: StructuredMember)] = []
  private var places: [String: Int] = [:]

  /// The value of a name.
  package subscript(name: String) -> StructuredMember? { places[name].map { members[$0].value } }

  mutating func set(_ name: String, to value: StructuredMember) {
    if let place = places[name] {
      members[place].value = value
    } else {
      places[name] = members.count
      members.append((name, value))
    }
  }

  package static func == (left: StructuredDictionary, right: StructuredDictionary) -> Bool {
    left.members.elementsEqual(right.members) { $0.name == $1.name && $0.value == $1.value }
  }

  package func hash(into hasher: inout Hasher) {
    for member in members {
      hasher.combine(member.name)
      hasher.combine(member.value)
    }
  }
}

/// Where a field stops being one.
package struct StructuredFieldError: Error, Hashable, Sendable {
  /// The byte, from 0.
  package let offset: Int
}
