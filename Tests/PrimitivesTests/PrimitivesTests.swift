// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Testing

@Suite struct PrimitivesTests {
  @Test func `Philox reproduces the vectors of its authors`() {
    let zero = Philox4x32.rounds(counter: (0, 0, 0, 0), key: (0, 0))
    #expect(zero == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = Philox4x32.rounds(
      counter: (.max, .max, .max, .max), key: (.max, .max))
    #expect(ones == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let digits = Philox4x32.rounds(
      counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      key: (0xa409_3822, 0x299f_31d0))
    #expect(digits == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func `Base64 and hexadecimal round-trip every length`() {
    var random = Philox4x32(key: 1, stream: 2)
    for count in 0..<100 {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next32()) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
      #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    }
  }

  @Test(arguments: ["Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", "Zm 9", "=m9v"])
  func `Base64 refuses text that is not canonical`(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test func `Timestamps round-trip over four centuries`() {
    var random = Philox4x32(key: 7, stream: 0)
    for _ in 0..<2000 {
      let seconds = Int64(random.next() % 12_622_780_800) - 2_208_988_800
      let stamp = Timestamp(secondsSinceEpoch: seconds)
      #expect(Timestamp(stamp.description) == stamp)
    }
    #expect(Timestamp("2000-02-29T12:00:00Z")?.secondsSinceEpoch == 951_825_600)
  }

  @Test(arguments: [
    "2025-02-29", "2025-13-01", "2025-00-10", "2025-1-01", "2025-01-01T24:00:00Z",
    "2025-01-01 00:00:00Z", "2025-01-01T00:00:00+00:00", "",
  ])
  func `Impossible timestamps are refused`(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func `Bytes written are bytes read`() {
    var writer = ByteWriter()
    writer.writeLittleEndian(UInt16(0x0102))
    writer.writeBigEndian(Int64(-5))
    writer.write([9, 8])
    var reader = ByteReader(writer.bytes)
    #expect(reader.readLittleEndian(UInt16.self) == 0x0102)
    #expect(reader.readBigEndian(Int64.self) == -5)
    #expect(reader.read(count: 3) == nil)
    #expect(reader.read(count: 2).map(Array.init) == [9, 8])
    #expect(reader.readLittleEndian(UInt8.self) == nil)
  }

  @Test func `Digests sort as their hexadecimal text`() throws {
    var random = Philox4x32(key: 3, stream: 0)
    let digests = (0..<200).map { _ in
      Digest(random.next(), random.next(), random.next(), random.next())
    }
    #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
    for digest in digests { #expect(Digest(bytes: digest.bytes) == digest) }
    #expect(Digest(hex: "00") == nil)
  }
}
