// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register
import Rights

extension FuzzTarget {
  /// What sources say: one target a kind of document, and what works carry in themselves.
  static let rights: [FuzzTarget] =
    SignalPlace.allCases.map { place in
      FuzzTarget("signal-\(place.rawValue)") { bytes in
        let documents = [SourceDocument(place: place, bytes: bytes)]
        let readings = SignalReader.read(documents, url: "/a/b.txt")
        guard readings == SignalReader.read(documents, url: "/a/b.txt") else {
          return "the same document reads otherwise the second time"
        }
        let isMild = readings.flatMap(\.readings).contains {
          $0.isUnreadable && $0.stances != .prohibitingAll
        }
        return isMild ? "a document that cannot be read does not prohibit" : nil
      }
    } + [
      FuzzTarget("embedded-terms") { bytes in
        let documents = try EmbeddedTerms.documents(in: bytes)
        _ = SignalReader.read(documents, url: nil)
        return documents.allSatisfy { $0.status == nil } ? nil : "a part of a file has a status"
      },
      FuzzTarget("structured-field") { bytes in
        let dictionary = try StructuredFieldParser.dictionary(bytes)
        let names = Set(dictionary.members.map(\.name))
        return names.count == dictionary.members.count ? nil : "a name stands twice"
      },
    ]
}
