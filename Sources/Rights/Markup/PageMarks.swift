// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CXML2
import Register

/// The `<meta>` elements of a page, as libxml2's HTML parser finds them.
struct PageMarks {
  /// The names in lower case, the contents, the lines.
  private(set) var metas: [(name: String, content: String, line: Int)] = []

  /// Collects while the parser reports elements; no tree is built, so nothing nests.
  private final class Collector {
    var metas: [(name: String, content: String, line: Int)] = []
    var parser: htmlParserCtxtPtr?
  }

  /// Reads a page; HTML has no errors, only less found.
  ///
  /// - Throws: `ReadingError.tooLarge` for more than the parser can count.
  init(parsing bytes: [UInt8]) throws(ReadingError) {
    guard let count = Int32(exactly: bytes.count) else {
      throw .tooLarge(bytes: bytes.count, limit: Int(Int32.max))
    }
    let collector = Collector()
    var handler = xmlSAXHandler()
    handler.startElement = { context, name, attributes in
      guard let context, let name, String(cString: name) == "meta" else { return }
      let collector = Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue()
      var found: [String: String] = [:]
      var index = 0
      while let attributes, let key = attributes[index] {
        found[String(cString: key)] = attributes[index + 1].map { String(cString: $0) } ?? ""
        index += 2
      }
      guard let name = found["name"] ?? found["http-equiv"] else { return }
      let line = collector.parser.map { Int(xmlSAX2GetLineNumber($0)) } ?? 0
      collector.metas.append((name.lowercased(), found["content"] ?? "", line))
    }
    withExtendedLifetime(collector) {
      let context = Unmanaged.passUnretained(collector).toOpaque()
      let parser = htmlCreatePushParserCtxt(
        &handler, context, nil, 0, nil, XML_CHAR_ENCODING_NONE)
      collector.parser = parser
      guard let parser else { return }
      bytes.withUnsafeBytes { buffer in
        let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
        _ = htmlParseChunk(parser, start, count, 1)
      }
      htmlFreeParserCtxt(parser)
    }
    metas = collector.metas
  }
}

/// What a page says of itself.
enum PageReading {
  /// TDMRep's `<meta name="tdm-reservation">`, and `<meta name="robots" content="noai">`.
  static func readings(of bytes: [UInt8]) throws(ReadingError) -> [Reading] {
    let marks = try PageMarks(parsing: bytes)
    var readings: [Reading] = []
    let reservations = marks.metas.filter { $0.name == "tdm-reservation" }
    if let reading = TDMReservation.marks(
      reservations.map { ($0.content, $0.line) }, in: .html)
    {
      readings.append(reading)
    }
    let robots = marks.metas.filter { $0.name == "robots" }.map(\.content)
    if let reading = RobotsTag.reading(robots, in: .html) { readings.append(reading) }
    return readings
  }
}
