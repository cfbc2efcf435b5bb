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
      index(of: key).map { members[$0].value }
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
    // Among few, most names already differ in length.
    if members.count <= 16 {
      return members.firstIndex { Self.isSame($0.key, key) }
    }
    let index = insertionIndex(of: key)
    return holds(key, at: index) ? index : nil
  }

  /// Whether two names are the same, byte for byte.
  private static func isSame(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    let isSame = left.utf8.withContiguousStorageIfAvailable { one in
      right.utf8.withContiguousStorageIfAvailable { two in
        for index in 0..<min(one.count, two.count) where one[index] != two[index] { return false }
        return true
      }
    }
    return (isSame ?? nil) ?? left.utf8.elementsEqual(right.utf8)
  }

  /// Whether a name comes before another by its UTF-16 code units (RFC 8785 section 3.2.3).
  static func precedes(_ left: String, _ right: String) -> Bool {
    var (left, right) = (left, right)
    return left.withUTF8 { one in right.withUTF8 { two in precedes(one, two) } }
  }

  /// The same of names in UTF-8, whose bytes have the same order but for one case: beyond U+FFFF there
  /// are surrogates in UTF-16, which come before U+E000 to U+FFFF.
  static func precedes(
    _ one: UnsafeBufferPointer<UInt8>, _ two: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    for index in 0..<min(one.count, two.count) where one[index] != two[index] {
      let (a, b) = (one[index], two[index])
      if min(a, b) >= 0xee, (a >= 0xf0) != (b >= 0xf0) { return a > b }
      return a < b
    }
    return one.count < two.count
  }

  private func holds(_ key: String, at index: Int) -> Bool {
    index < members.count && Self.isSame(members[index].key, key)
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
