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

  /// Takes members that stand in canonical order already.
  ///
  /// - Precondition: the names ascend, none twice.
  init(ascending members: [Member]) { self.members = members }

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

  /// Where the member of a name stands; nil where there is none.
  func index(of key: String) -> Int? {
    let index = insertionIndex(of: key)
    return holds(key, at: index) ? index : nil
  }

  /// Whether a name comes before another by its UTF-16 code units (RFC 8785 section 3.2.3).
  ///
  /// The bytes of UTF-8 have the same order but for one case: beyond U+FFFF there are surrogates in
  /// UTF-16, which come before U+E000 to U+FFFF.
  static func precedes(_ left: String, _ right: String) -> Bool {
    var (left, right) = (left, right)
    return left.withUTF8 { one in
      right.withUTF8 { two in
        let shorter = min(one.count, two.count)
        for index in 0..<shorter where one[index] != two[index] {
          let (a, b) = (one[index], two[index])
          if min(a, b) >= 0xee, (a >= 0xf0) != (b >= 0xf0) { return a > b }
          return a < b
        }
        return one.count < two.count
      }
    }
  }

  private func holds(_ key: String, at index: Int) -> Bool {
    index < members.count && members[index].key.utf8.elementsEqual(key.utf8)
  }

  private func insertionIndex(of key: String) -> Int {
    var (low, high) = (0, members.count)
    while low < high {
      let middle = (low + high) / 2
      if Self.precedes(members[middle].key, key) {
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
