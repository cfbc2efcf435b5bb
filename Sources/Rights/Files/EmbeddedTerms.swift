// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register

/// Finds what a file carries about its own use, and takes out just that: the packet, the store or
/// the package file is kept as evidence, and the work is not.
package enum EmbeddedTerms {
  /// The documents in a file; empty where it carries none.
  ///
  /// - Throws: `ReadingError` where the file says that it carries some, and they cannot be taken out.
  package static func documents(in bytes: [UInt8]) throws(ReadingError) -> [SourceDocument] {
    guard bytes.count <= ReadingLimits.largestFile else {
      throw .tooLarge(bytes: bytes.count, limit: ReadingLimits.largestFile)
    }
    if bytes.starts(with: Array("PK".utf8)) {
      return try PublicationArchive.packages(in: bytes).map {
        SourceDocument(place: .epubPackage, bytes: $0)
      }
    }
    var documents = packets(in: bytes).map { SourceDocument(place: .xmp, bytes: $0) }
    for store in try ImageStores.stores(in: bytes) {
      documents.append(SourceDocument(place: .contentCredential, bytes: store))
    }
    return documents
  }

  /// The packets of XMP that stand in the file as plain UTF-8, whatever its format.
  ///
  /// A packet that begins and does not end is cut where the file ends, and is then not well-formed.
  static func packets(in bytes: [UInt8]) -> [[UInt8]] {
    let (start, end) = (Array("<x:xmpmeta".utf8), Array("</x:xmpmeta>".utf8))
    let (bare, bareEnd) = (Array("<rdf:RDF".utf8), Array("</rdf:RDF>".utf8))
    var packets = spans(from: start, to: end, in: bytes)
    if packets.isEmpty { packets = spans(from: bare, to: bareEnd, in: bytes) }
    return packets.map { Array(bytes[$0]) }
  }

  private static func spans(
    from start: [UInt8], to end: [UInt8], in bytes: [UInt8]
  ) -> [Range<Int>] {
    var spans: [Range<Int>] = []
    var offset = 0
    while spans.count < SignalObservation.mostDocuments,
      let begin = find(start, in: bytes, from: offset)
    {
      let finish = find(end, in: bytes, from: begin).map { $0 + end.count } ?? bytes.count
      spans.append(begin..<finish)
      offset = finish
    }
    return spans
  }

  private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= needle.count, start <= bytes.count - needle.count else { return nil }
    return bytes.withUnsafeBufferPointer { buffer in
      (start...(buffer.count - needle.count)).first { place in
        buffer[place] == needle[0]
          && needle.indices.dropFirst().allSatisfy { buffer[place + $0] == needle[$0] }
      }
    }
  }
}
