// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A binary heap whose greatest element is taken first.
struct Heap<Element: Comparable> {
  private var elements: [Element]

  /// Orders the elements; O(*n*).
  init(_ elements: [Element] = []) {
    self.elements = elements
    for index in (0..<elements.count / 2).reversed() { sink(from: index) }
  }

  /// Adds an element; O(log *n*).
  mutating func push(_ element: Element) {
    elements.append(element)
    var index = elements.count - 1
    while index > 0, elements[(index - 1) / 2] < elements[index] {
      elements.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  /// Takes the greatest element, if there is one; O(log *n*).
  mutating func pop() -> Element? {
    guard let last = elements.popLast() else { return nil }
    guard let first = elements.first else { return last }
    elements[0] = last
    sink(from: 0)
    return first
  }

  private mutating func sink(from start: Int) {
    var index = start
    while true {
      var child = 2 * index + 1
      guard child < elements.count else { return }
      if child + 1 < elements.count, elements[child] < elements[child + 1] { child += 1 }
      guard elements[index] < elements[child] else { return }
      elements.swapAt(index, child)
      index = child
    }
  }
}
