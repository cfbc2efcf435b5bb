// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// An element of XML: its name with namespace, its attributes, what it holds.
package struct MarkupElement: Hashable, Sendable {
  /// An attribute.
  package struct Attribute: Hashable, Sendable {
    package let name: String
    package let namespace: String
    package let value: String
  }

  /// The local name.
  package let name: String
  /// The namespace; empty without one.
  package let namespace: String
  /// The namespaces in force by their prefix, as declared here.
  package let declared: [String: String]
  /// The attributes in order.
  package let attributes: [Attribute]
  /// The elements inside, in order.
  package let children: [MarkupElement]
  /// The text inside, that of elements inside left out.
  package let text: String
  /// The line it begins at.
  package let line: Int

  /// The value of an attribute without namespace.
  package func attribute(_ name: String) -> String? {
    attributes.first { $0.name == name && $0.namespace.isEmpty }?.value
  }

  /// The value of an attribute of a namespace.
  package func attribute(_ name: String, in namespace: String) -> String? {
    attributes.first { $0.name == name && $0.namespace == namespace }?.value
  }

  /// The elements inside of that name and namespace.
  package func children(_ name: String, in namespace: String) -> [MarkupElement] {
    children.filter { $0.name == name && $0.namespace == namespace }
  }

  /// This element and all below it.
  package var descendants: [MarkupElement] {
    var found: [MarkupElement] = []
    var waiting = [self]
    while let element = waiting.popLast() {
      found.append(element)
      waiting += element.children.reversed()
    }
    return found
  }

  /// The words of the text.
  package var words: [String] { Self.words(text) }

  /// The words of a text, between white space.
  package static func words(_ text: String) -> [String] {
    text.split { " \t\n\r".contains($0) || $0 == "\r\n" }.map(String.init)
  }
}
