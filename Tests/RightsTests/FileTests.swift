// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Foundation
import Primitives
import Register
import TestSupport
import Testing

@testable import Rights

/// Terms that works carry in themselves.
@Suite struct FileTests {
  private static let entries: JSON = [
    "label": "cawg.training-mining",
    "data": [
      "entries": [
        "cawg.ai_generative_training": ["use": "notAllowed"],
        "cawg.ai_inference": ["use": "allowed"],
        "cawg.data_mining": ["use": "constrained", "constraint_info": "ask"],
      ]
    ],
  ]

  private func read(_ bytes: [UInt8]) throws -> Stances {
    let documents = try EmbeddedTerms.documents(in: bytes)
    return SignalReader.read(documents, url: nil).reduce(Stances()) {
      $0.combined(with: $1.stances)
    }
  }

  /// Segments of APP11 that carry a box in pieces, as long stores are written.
  private static func jpeg(_ store: [UInt8], piece: Int) -> [UInt8] {
    let bytes: [UInt8] = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2]
    let (head, content) = (store.prefix(8), Array(store.dropFirst(8)))
    var pieces: [[UInt8]] = []
    for (number, start) in stride(from: 0, to: content.count, by: piece).enumerated() {
      var writer = ByteWriter()
      writer.write("JP".utf8)
      writer.writeBigEndian(UInt16(1))
      writer.writeBigEndian(UInt32(number + 1))
      writer.write(head + content[start..<min(start + piece, content.count)])
      var length = ByteWriter()
      length.writeBigEndian(UInt16(writer.bytes.count + 2))
      pieces.append([0xff, 0xeb] + length.bytes + writer.bytes)
    }
    // The pieces may come in any order.
    return bytes + pieces.reversed().flatMap { $0 } + [0xff, 0xda, 0, 2, 0xff, 0xd9]
  }

  private static func png(_ store: [UInt8]) -> [UInt8] {
    var length = ByteWriter()
    length.writeBigEndian(UInt32(store.count))
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + length.bytes + Array("caBX".utf8)
      + store + [0, 0, 0, 0]
  }

  @Test func `An assertion is found in JPEG, PNG and a store by itself`() throws {
    let store = boxes(of: Self.entries)
    for bytes in [
      store, Self.png(store), Self.jpeg(store, piece: 40), Self.jpeg(store, piece: 9_999),
    ] {
      let stances = try read(bytes)
      #expect(Set(stances.purposes(.prohibited)) == Set(Crosswalk.training))
      #expect(stances.purposes(.allowed) == [.ground])
      #expect(stances[.evaluate] == .unknown)
    }
  }

  @Test func `Both prefixes are read, and constrained without words prohibits`() throws {
    func store(_ label: String, _ name: String, _ entry: JSON) -> [UInt8] {
      boxes(of: [
        "label": .string(label), "data": ["entries": .object(JSONObject([(name, entry)]))],
      ])
    }
    for (label, prefix) in [("cawg.training-mining", "cawg."), ("c2pa.training-mining", "c2pa.")] {
      for entry: JSON in [
        ["use": "notAllowed"], ["use": "constrained"],
        ["use": "constrained", "constraint_info": ""],
      ] {
        let stances = try read(store(label, prefix + "ai_inference", entry))
        #expect(stances.purposes(.prohibited) == [.ground])
      }
      #expect(try read(store(label, prefix + "ai_inference", ["use": "maybe"])).isSilent)
      #expect(try read(store(label, prefix + "ai_inference", [:])).isSilent)
    }
    #expect(try read(store("cawg.other", "cawg.ai_inference", ["use": "notAllowed"])).isSilent)
    #expect(
      try read(store("cawg.training-mining__1", "cawg.ai_inference", ["use": "notAllowed"]))[
        .ground] == .prohibited)
  }

  @Test func `A damaged store prohibits, or cannot be taken out, and never allows`() throws {
    let entries: JSON = [
      "label": "cawg.training-mining",
      "data": ["entries": ["cawg.ai_inference": ["use": "allowed"]]],
    ]
    let store = boxes(of: entries)
    #expect(try read(store).purposes(.allowed) == [.ground])
    var changed = 0
    for place in store.indices {
      for bit in 0..<8 {
        var damaged = store
        damaged[place] ^= 1 << UInt8(bit)
        guard let stances = try? read(damaged) else { continue }
        if stances.purposes(.allowed) != [.ground] { changed += 1 }
        #expect(stances.purposes(.allowed).allSatisfy { $0 == .ground })
      }
    }
    #expect(changed > 100)
    for count in 8..<store.count {
      let stances = try? read(Array(store[..<count]))
      #expect(stances?.purposes(.allowed).isEmpty ?? true)
    }
  }

  @Test func `CBOR is read strictly, as deep as the limit and not deeper`() throws {
    func nested(_ depth: Int) -> [UInt8] { [UInt8](repeating: 0x81, count: depth - 1) + [0x00] }
    #expect((try? CBORReader.read(nested(ReadingLimits.deepestBox)[...])) != nil)
    #expect((try? CBORReader.read(nested(ReadingLimits.deepestBox + 1)[...])) == nil)
    let good: [([UInt8], CBORValue)] = [
      ([0x17], .integer(23)), ([0x38, 0x63], .integer(-100)), ([0xf5], .bool(true)),
      ([0x7f, 0x61, 0x61, 0x61, 0x62, 0xff], .text("ab")),
      ([0x9f, 0x01, 0xff], .array([.integer(1)])),
      ([0xbf, 0x61, 0x61, 0x01, 0xff], .map(["a": .integer(1)])),
      ([0xc1, 0x01], .integer(1)), ([0xfb, 0, 0, 0, 0, 0, 0, 0, 0], .other),
    ]
    for (bytes, value) in good { #expect(try CBORReader.read(bytes[...]) == value) }
    let bad: [[UInt8]] = [
      [], [0x18], [0x61], [0x62, 0x61], [0x01, 0x01], [0x1c], [0x9f, 0x01], [0x61, 0xff],
      [0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02], [0x1b, 0xff, 0, 0, 0, 0, 0, 0, 0],
      [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x7f, 0x41, 0x61, 0xff],
    ]
    for bytes in bad { #expect((try? CBORReader.read(bytes[...])) == nil, "\(bytes)") }
  }

  @Test func `Metadata is found in any file, and what begins and does not end prohibits`() throws {
    let packet = """
      <x:xmpmeta xmlns:x="adobe:ns:meta/"><d xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"
      plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"
      xmlns:t="http://www.w3.org/ns/tdmrep/" t:reservation="0"/></x:xmpmeta>
      """
    let pdf = Array("%PDF-1.7\n1 0 obj <</Type /Metadata>> stream\n\(packet)\nendstream".utf8)
    #expect(Set(try read(pdf).purposes(.prohibited)) == Set(Crosswalk.training))
    #expect(try read(pdf)[.ground] == .allowed)
    #expect(try read(Array(pdf.prefix(120))) == .prohibitingAll)
    #expect(try read(Array("%PDF-1.7 nothing".utf8)).isSilent)
  }

  @Test func `EPUB 2 and 3 are opened, and a container without its package cannot be`() throws {
    let package = """
      <package xmlns="http://www.idpf.org/2007/opf"><metadata>
      <meta name="tdm:reservation" content="1"/></metadata></package>
      """
    let container = """
      <container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
      <rootfile full-path="OPS/book.opf"/></rootfiles></container>
      """
    let whole = zip([
      ("mimetype", "application/epub+zip"), ("META-INF/container.xml", container),
      ("OPS/book.opf", package),
    ])
    #expect(try read(whole) == .prohibitingAll)
    #expect(try EmbeddedTerms.documents(in: whole).map(\.bytes) == [Array(package.utf8)])
    let broken = zip([("META-INF/container.xml", container)])
    #expect(throws: ReadingError.noPackage) { try EmbeddedTerms.documents(in: broken) }
    #expect(try EmbeddedTerms.documents(in: zip([("other.txt", "x")])).isEmpty)
    #expect(throws: ReadingError.self) {
      try EmbeddedTerms.documents(in: Array(whole.prefix(whole.count / 2)))
    }
  }

  /// An archive of stored files (PKWARE APPNOTE 4.3).
  private func zip(_ files: [(name: String, text: String)]) -> [UInt8] {
    var (body, index) = (ByteWriter(), ByteWriter())
    for file in files {
      let offset = UInt32(body.bytes.count)
      var head = ByteWriter()
      for value: UInt16 in [20, 0, 0, 0, 0] { head.writeLittleEndian(value) }
      for value in [
        checksum(file.text), UInt32(file.text.utf8.count), UInt32(file.text.utf8.count),
      ] {
        head.writeLittleEndian(value)
      }
      head.writeLittleEndian(UInt16(file.name.utf8.count))
      head.writeLittleEndian(UInt16(0))
      body.writeLittleEndian(UInt32(0x0403_4b50))
      body.write(head.bytes + Array(file.name.utf8) + Array(file.text.utf8))
      index.writeLittleEndian(UInt32(0x0201_4b50))
      index.writeLittleEndian(UInt16(20))
      index.write(head.bytes)
      for value: UInt16 in [0, 0, 0] { index.writeLittleEndian(value) }
      index.writeLittleEndian(UInt32(0))
      index.writeLittleEndian(offset)
      index.write(file.name.utf8)
    }
    let offset = UInt32(body.bytes.count)
    body.write(index.bytes)
    body.writeLittleEndian(UInt32(0x0605_4b50))
    for value in [0, 0, UInt16(files.count), UInt16(files.count)] { body.writeLittleEndian(value) }
    body.writeLittleEndian(UInt32(index.bytes.count))
    body.writeLittleEndian(offset)
    body.writeLittleEndian(UInt16(0))
    return body.bytes
  }

  private func checksum(_ text: String) -> UInt32 {
    var value: UInt32 = 0xffff_ffff
    for byte in text.utf8 {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value >> 1 ^ (value & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return ~value
  }
}
