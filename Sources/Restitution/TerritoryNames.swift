// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Rights

/// English names of territories, as CLDR's `main/en.xml` gives them; for people to read alone.
package struct TerritoryNames: Sendable {
  private var names: [String: String] = [:]

  /// No names: codes stand for themselves.
  package init() {}

  /// Reads the names of territories in a file of a language.
  ///
  /// - Throws: `RestitutionError.territoryData` for what is no XML.
  package init(_ bytes: [UInt8]) throws(RestitutionError) {
    do throws(ReadingError) {
      let root = try MarkupReader.read(bytes, ignoringDocumentType: true)
      for list in root.descendants where list.name == "territories" {
        for entry in list.children where entry.attribute("alt") == nil {
          if let code = entry.attribute("type") { names[code] = entry.text }
        }
      }
    } catch {
      throw .territoryData(line: 0, problem: "\(error)")
    }
  }

  /// The name of a territory, else its code.
  package func name(of code: String) -> String { names[code] ?? code }
}
