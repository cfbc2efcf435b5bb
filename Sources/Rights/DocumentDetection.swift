// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Register

/// What a file is taken for, by its name and its first bytes.
package enum DocumentKind: String, Sendable, CaseIterable {
  case robots
  case headers
  case tdmrep
  case html
  case rsl
  case aiTxt = "ai-txt"
  case epubPackage = "epub-package"
  case xmp
  case c2pa
  /// A work that carries its terms: JPEG, PNG, PDF, EPUB, or anything with a packet of XMP.
  case file

  /// The place that the bytes are; nil for a file whose terms must be taken out first.
  package var place: SignalPlace? {
    switch self {
    case .robots: .robots
    case .headers: .headers
    case .tdmrep: .tdmrepFile
    case .html: .html
    case .rsl: .license
    case .aiTxt: .aiTxt
    case .epubPackage: .epubPackage
    case .xmp: .xmp
    case .c2pa: .contentCredential
    case .file: nil
    }
  }

  /// What a file seems to be; nil where neither its name nor its content says.
  package static func detect(name: String, bytes: [UInt8]) -> DocumentKind? {
    switch name.lowercased() {
    case "robots.txt": return .robots
    case "ai.txt": return .aiTxt
    case "tdmrep.json": return .tdmrep
    case "license.xml", "licence.xml": return .rsl
    case "headers.txt": return .headers
    default: break
    }
    let suffix = name.lowercased().split(separator: ".").last ?? ""
    if ["html", "htm", "xhtml"].contains(suffix) { return .html }
    if suffix == "opf" { return .epubPackage }
    if suffix == "c2pa" { return .c2pa }
    let head = ASCII.lowercased(bytes.prefix(4_096))
    if head.hasPrefix("http/") { return .headers }
    if head.contains("<!doctype html") || head.contains("<html") { return .html }
    if head.contains(LicenceFile.namespace), head.contains("<rsl") { return .rsl }
    if head.contains("user-agent:") { return .robots }
    if bytes.count >= 8, ASCII.text(bytes[4..<8]) == "jumb" { return .c2pa }
    let isKnown = magic.contains { bytes.starts(with: $0) }
    return isKnown || !EmbeddedTerms.packets(in: bytes).isEmpty ? .file : nil
  }

  /// How JPEG, PNG, PDF and ZIP begin.
  private static let magic: [[UInt8]] = [
    [0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47], Array("%PDF-".utf8), Array("PK".utf8),
  ]
}
