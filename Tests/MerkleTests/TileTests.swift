// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing
import Testing

@Suite struct TileTests {
  @Test(arguments: [
    (Tile(.hashes(level: 0), index: 1_234_067), "tile/0/x001/x234/067"),
    (Tile(.hashes(level: 0), index: 273, width: 112), "tile/0/273.p/112"),
    (Tile(.hashes(level: 2), index: 0, width: 1), "tile/2/000.p/1"),
    (Tile(.entries, index: 1000), "tile/entries/x001/000"),
    (Tile(.entries, index: 999, width: 255), "tile/entries/999.p/255"),
  ])
  func `Paths are spelled as the specification spells them`(tile: Tile, path: String) {
    #expect(tile.path == path)
    #expect(Tile(path: path) == tile)
  }

  @Test(arguments: [
    "", "tile", "tile/0", "tile/0/0", "tile/00/000", "tile/8/000", "tile/-1/000", "tile/0/1000",
    "tile/0/x000/001", "tile/0/001/002", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/07",
    "tile/0/000.p", "tile/0/000.p/", "tile/entries/000/", "/tile/0/000", "tile/0/+01",
    "tile/data/000", "tile/0/xx01/000", "tile/0/x099/x999/x999/x999/x999/x999/x999/999",
  ])
  func `Paths that are spelled in another way are refused`(path: String) {
    #expect(Tile(path: path) == nil)
  }

  @Test func `Every tile of a size is named once, and their number is that of the definition`() {
    var random = Philox4x32(key: 3, stream: 0)
    for size in [0, 1, 255, 256, 257, 65_535, 65_536, 70_000]
      + (0..<20).map({ _ in
        UInt64(random.below(300_000))
      })
    {
      var count = 0
      for level in Tile.levels(size: size) {
        let tiles = Array(Tile.row(.hashes(level: level), size: size))
        let items = Tile.itemCount(level: level, size: size)
        #expect(tiles.reduce(0) { $0 + UInt64($1.width) } == items)
        #expect(items > 0)
        count += tiles.count
        for tile in tiles.suffix(2) { #expect(Tile(path: tile.path) == tile) }
      }
      if size == 70_000 {
        // The count found by another implementation: with bundles and checkpoint, 552 files.
        #expect(count + Array(Tile.row(.entries, size: size)).count + 1 == 552)
      }
      #expect(Tile.at(.entries, index: (size + 255) / 256, size: size) == nil)
    }
  }

  @Test func `Bundles and hash tiles round-trip, and any other length is refused`() {
    var random = Philox4x32(key: 4, stream: 0)
    for _ in 0..<50 {
      let count = Int(random.below(9)) + 1
      let entries = (0..<count).map { _ in
        (0..<random.below(40)).map { _ in UInt8(truncatingIfNeeded: random.next32()) }
      }
      let bytes = EntryBundle.encode(entries)
      #expect(EntryBundle.decode(bytes, count: count) == entries)
      #expect(EntryBundle.decode(bytes + [0], count: count) == nil)
      #expect(EntryBundle.decode(bytes.dropLast(), count: count) == nil)
      let hashes = entries.map { SHA256.digest($0) }
      let tile = Tile(.hashes(level: 0), index: 0, width: count)
      let row = Tile.encode(hashes: hashes)
      #expect(tile.decodeHashes(row) == hashes)
      #expect(tile.decodeHashes(row + [0]) == nil)
      #expect(tile.decodeHashes(row.dropLast()) == nil)
    }
    let largest = [UInt8](repeating: 7, count: EntryBundle.maximumEntryByteCount)
    #expect(EntryBundle.decode(EntryBundle.encode([largest]), count: 1) == [largest])
  }

  @Test func `A checkpoint has one spelling`() {
    let root = SHA256.digest([])
    let checkpoint = Checkpoint(origin: "log.example/royalty", size: 70_000, root: root)
    let text = "log.example/royalty\n70000\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    #expect(checkpoint.text == text)
    #expect(Checkpoint(text: text) == checkpoint)
    #expect(Checkpoint(text: text + "more\n")?.extensions == ["more"])
    for wrong in [
      text + "\n", String(text.dropLast()), text.replacing("70000", with: "070000"),
      text.replacing("70000", with: "+70000"),
      text.replacing("70000", with: "18446744073709551616"),
      text.replacing("FU=", with: "FV="), "\n" + text, "", "a\n1\n", text.replacing("47", with: ""),
    ] {
      #expect(Checkpoint(text: wrong) == nil, "\(wrong)")
    }
  }
}
