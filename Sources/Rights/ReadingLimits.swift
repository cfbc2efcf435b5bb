// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Register

/// The limits of everything that is read from outside.
package enum ReadingLimits {
  /// The largest robots.txt, ai.txt, header block, tdmrep.json or licence, in bytes.
  ///
  /// RFC 9309 section 2.5 asks for at least 500 KiB.
  package static let largestText = 1 << 20
  /// The largest page, in bytes.
  package static let largestPage = 16 << 20
  /// The largest file that embedded terms are looked for in, in bytes.
  package static let largestFile = 1 << 30
  /// The largest packet of metadata or assertion store in a file, in bytes.
  package static let largestEmbedded = 16 << 20
  /// How deep markup may nest.
  package static let deepestMarkup = 64
  /// The most elements or members of one document.
  package static let mostElements = 100_000
  /// The longest path that rules are matched against, in bytes; also the longest pattern.
  package static let longestPath = 2_048
  /// How deep boxes and CBOR may nest.
  package static let deepestBox = 32
  /// The most files of an archive that are looked at.
  package static let mostArchiveEntries = 100_000

  /// The largest document of a kind that is read; a larger one cannot be read.
  package static func largest(_ place: SignalPlace) -> Int {
    switch place {
    case .robots, .headers, .tdmrepFile, .license, .aiTxt: largestText
    case .html: largestPage
    case .epubPackage, .xmp, .contentCredential: largestEmbedded
    }
  }
}
