// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Signing
import Storage
import Testing
import TransparencyLog

@Suite struct DamageTests {
  @Test(arguments: [1, 255, 256, 257, 700])
  func `One flipped bit in any file is found, and the file is named`(size: UInt64) throws {
    let log = try SampleLog()
    try log.fill(to: size)
    var random = Philox4x32(key: size, stream: 2)
    for name in try FileSystem.filesBelow(log.path) {
      let path = log.path + "/" + name
      let good = try FileSystem.readFile(path)
      for _ in 0..<12 {
        var bad = good
        bad[Int(random.below(UInt32(bad.count)))] ^= 1 << UInt8(random.below(8))
        try DurableFile.write(bad, to: path)
        #expect(log.findings().map(\.path) == [name])
      }
      for changed in [Array(good.dropLast()), good + [0], []] {
        try DurableFile.write(changed, to: path)
        #expect(log.findings().map(\.path) == [name])
        #expect(!log.findings().contains { !$0.isDamage })
      }
      try FileSystem.removeFile(path)
      // Nothing says which narrower tiles there were.
      let isNeeded = SampleLog.isNeeded(name, size: size)
      #expect(log.findings() == (isNeeded ? [Finding(path: name, fault: .missing)] : []))
      try DurableFile.write(good, to: path)
    }
    #expect(log.findings().isEmpty)
  }

  @Test func `Two files altered to agree are found by the hash above them`() throws {
    let log = try SampleLog()
    try log.fill(to: 600)
    let other = try SampleLog()
    let writer = try LogWriter.create(path: other.path, signer: other.signer)
    _ = try writer.append(
      (0..<600 as Range<UInt64>).map { $0 == 300 ? Array("forged".utf8) : SampleLog.entry($0) })
    for name in ["tile/entries/001", "tile/0/001"] {
      try DurableFile.write(
        FileSystem.readFile(other.path + "/" + name), to: log.path + "/" + name)
    }
    #expect(log.findings().map(\.path) == ["tile/0/001", "tile/entries/001"])
    let reader = try log.reader()
    #expect(throws: LogError.self) { try reader.entry(at: 300) }
    #expect(throws: LogError.self) { try reader.inclusionProof(of: 300) }
    // A whole log in the place of another is consistent in itself and still not the signed one.
    for name in try FileSystem.filesBelow(other.path) where name != "checkpoint" {
      try DurableFile.write(
        FileSystem.readFile(other.path + "/" + name), to: log.path + "/" + name)
    }
    #expect(log.findings() == [Finding(path: "checkpoint", fault: .wrongRoot)])
  }

  @Test func `A writer does not go on from a damaged end`() throws {
    for size: UInt64 in [300, 512] {
      let log = try SampleLog()
      try log.fill(to: size)
      for name in try FileSystem.filesBelow(log.path)
      where name.contains(".p/") && SampleLog.isNeeded(name, size: size) || name.hasSuffix("/001") {
        let path = log.path + "/" + name
        let good = try FileSystem.readFile(path)
        var bad = good
        bad[bad.count / 2] ^= 4
        try DurableFile.write(bad, to: path)
        #expect(throws: LogError.self, "\(name)") {
          try LogWriter.open(path: log.path, signer: log.signer)
        }
        try DurableFile.write(good, to: path)
      }
      #expect(try LogWriter.open(path: log.path, signer: log.signer).size == size)
    }
  }

  @Test func `Leftovers are told from damage, and the next writer removes them after a crash`()
    throws
  {
    let log = try SampleLog()
    try log.fill(to: 300)
    let leftovers = [
      "tile/0/001.p/46", "tile/entries/001.p/45", "tile/entries/002", "tile/2/000.p/1",
      "tile/0/.cadastre-7-1.tmp",
    ]
    for name in leftovers + ["tile/0/readme"] {
      var batch = DurableBatch(in: try SyncRoot(path: log.path))
      try batch.write([1], to: log.path + "/" + name)
      try batch.finish()
    }
    #expect(Set(log.findings().filter { !$0.isDamage }.map(\.path)) == Set(leftovers))
    #expect(
      log.findings().filter(\.isDamage) == [Finding(path: "tile/0/readme", fault: .foreign)])
    #expect(try log.reader().entries(0..<300).count == 300)
    try FileSystem.removeFile(log.path + "/tile/0/readme")
    // A process number in the free lock says that its last holder crashed.
    try DurableFile.write(Array("1\n".utf8), to: log.path + ".lock")
    let writer = try LogWriter.open(path: log.path, signer: log.signer)
    #expect(log.findings().isEmpty)
    #expect(try writer.append([SampleLog.entry(300)]) == 300..<301)
  }
}
