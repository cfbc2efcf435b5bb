// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CXML2

/// Reads XML through libxml2: without document types, entities, network or files.
package enum MarkupReader {
  /// The root of a document.
  ///
  /// - Parameters:
  ///   - bytes: The document in UTF-8.
  ///   - ignoringDocumentType: Whether a document type that only names its file is passed over;
  ///     the file is not read, and entities are refused as ever.
  /// - Returns: The root.
  /// - Throws: `ReadingError` for what is no UTF-8, has a document type, is not well-formed, nests
  ///   too deep or has too many elements.
  package static func read(
    _ bytes: [UInt8], ignoringDocumentType: Bool = false
  ) throws(ReadingError) -> MarkupElement {
    if let offset = firstInvalid(bytes) { throw .notText(offset: offset) }
    // Entities live in document types only; without them nothing can expand or be fetched.
    guard ignoringDocumentType || !contains("<!DOCTYPE", in: bytes),
      !contains("<!ENTITY", in: bytes)
    else {
      throw .documentType
    }
    guard let count = Int32(exactly: bytes.count) else {
      throw .tooLarge(bytes: bytes.count, limit: Int(Int32.max))
    }
    Library.start
    var line: Int32 = 0
    let document = bytes.withUnsafeBytes { buffer in
      cxml2_read(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), count, &line)
    }
    guard let document else { throw .notXML(line: Int(line)) }
    defer { xmlFreeDoc(document) }
    guard let root = xmlDocGetRootElement(document) else { throw .notXML(line: 1) }
    var left = ReadingLimits.mostElements
    return try element(root, depth: 1, left: &left)
  }

  private enum Library {
    /// Sets the library up once, before several threads use it.
    static let start: Void = xmlInitParser()
  }

  /// Whether the bytes hold a word of markup, in any case.
  private static func contains(_ word: String, in bytes: [UInt8]) -> Bool {
    let needle = Array(word.utf8)
    guard bytes.count >= needle.count else { return false }
    for start in 0...(bytes.count - needle.count) where bytes[start] == needle[0] {
      if (1..<needle.count).allSatisfy({ bytes[start + $0] & 0xdf == needle[$0] & 0xdf }) {
        return true
      }
    }
    return false
  }

  /// The first byte that is not UTF-8, or is zero.
  private static func firstInvalid(_ bytes: [UInt8]) -> Int? {
    if let zero = bytes.firstIndex(of: 0) { return zero }
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    var (lower, upper) = (0, bytes.count)
    // The longest valid prefix: a text cut anywhere in it fails only for its last character.
    while lower < upper {
      let middle = (lower + upper + 1) / 2
      if isValidPrefix(bytes[..<middle]) { lower = middle } else { upper = middle - 1 }
    }
    return lower
  }

  private static func isValidPrefix(_ bytes: ArraySlice<UInt8>) -> Bool {
    (0...min(3, bytes.count)).contains {
      String(validating: bytes.dropLast($0), as: UTF8.self) != nil
    }
  }

  private static func element(
    _ node: xmlNodePtr, depth: Int, left: inout Int
  ) throws(ReadingError) -> MarkupElement {
    guard depth <= ReadingLimits.deepestMarkup else {
      throw .tooDeep(limit: ReadingLimits.deepestMarkup)
    }
    left -= 1
    guard left >= 0 else { throw .tooManyElements(limit: ReadingLimits.mostElements) }
    var children: [MarkupElement] = []
    var text = ""
    var child = node.pointee.children
    while let current = child {
      switch current.pointee.type {
      case XML_ELEMENT_NODE:
        children.append(try element(current, depth: depth + 1, left: &left))
      case XML_TEXT_NODE, XML_CDATA_SECTION_NODE: text += string(current.pointee.content)
      default: break
      }
      child = current.pointee.next
    }
    return MarkupElement(
      name: string(node.pointee.name), namespace: namespace(node.pointee.ns),
      declared: declared(node), attributes: attributes(node), children: children, text: text,
      line: xmlGetLineNo(node))
  }

  private static func attributes(_ node: xmlNodePtr) -> [MarkupElement.Attribute] {
    var attributes: [MarkupElement.Attribute] = []
    var next = node.pointee.properties
    while let attribute = next {
      let value = xmlNodeListGetString(node.pointee.doc, attribute.pointee.children, 1)
      attributes.append(
        .init(
          name: string(attribute.pointee.name), namespace: namespace(attribute.pointee.ns),
          value: string(value)))
      value.map { cxml2_free($0) }
      next = attribute.pointee.next
    }
    return attributes
  }

  private static func declared(_ node: xmlNodePtr) -> [String: String] {
    var declared: [String: String] = [:]
    var next = node.pointee.nsDef
    while let each = next {
      declared[string(each.pointee.prefix)] = string(each.pointee.href)
      next = each.pointee.next
    }
    return declared
  }

  private static func namespace(_ namespace: xmlNsPtr?) -> String {
    string(namespace?.pointee.href)
  }

  private static func string(_ text: UnsafePointer<xmlChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
  }
}
