// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The members of a JSON object, kept in canonical order: by the UTF-16 code units of their names.
///
/// Names are compared by code units. Swift's `String` equality would call a composed and a
/// decomposed `é` the same key, and JSON does not.
package struct JSONObject: Hashable, Sendable {
  /// One name and its value.
  package struct Member: Hashable, Sendable {
    /// The name, unescaped.
    package let key: String
    /// The value.
    package var value: JSON

    package static func == (left: Member, right: Member) -> Bool {
      left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
    }
  }

  /// The members in canonical order; no two have the same name.
  package private(set) var members: [Member] = []

  /// Makes an empty object.
  package init() {}

  /// Makes an object; of two members with one name the later one stays.
  package init(_ members: some Sequence<(String, JSON)>) {
    for (key, value) in members { self[key] = value }
  }

  /// The value of a name; assigning nil removes the member.
  ///
  /// - Complexity: O(log *n*) to read, O(*n*) to insert.
  package subscript(key: String) -> JSON? {
    get {
      let index = insertionIndex(of: key)
      return holds(key, at: index) ? members[index].value : nil
    }
    set {
      let index = insertionIndex(of: key)
      switch (holds(key, at: index), newValue) {
      case (true, .some(let value)): members[index].value = value
      case (true, .none): members.remove(at: index)
      case (false, .some(let value)): members.insert(Member(key: key, value: value), at: index)
      case (false, .none): break
      }
    }
  }

  /// The names in canonical order.
  package var keys: [String] { members.map(\.key) }

  /// The same object without one member.
  package func removing(_ key: String) -> JSONObject {
    var copy = self
    copy[key] = nil
    return copy
  }

  private func holds(_ key: String, at index: Int) -> Bool {
    index < members.count && members[index].key.utf8.elementsEqual(key.utf8)
  }

  private func insertionIndex(of key: String) -> Int {
    var (low, high) = (0, members.count)
    while low < high {
      let middle = (low + high) / 2
      if members[middle].key.utf16.lexicographicallyPrecedes(key.utf16) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(elements)
  }
}
