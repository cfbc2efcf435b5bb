// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Service
import TestSupport
import Testing

@Suite struct SegmentDrawTests {
  @Test func `Draws are of different segments, the same every time, and others for other texts`() {
    var seen: Set<[Int]> = []
    for text in 0..<50 {
      let draw = SegmentDraw(7, of: 40, from: "log\n\(text)\n")
      #expect(draw == SegmentDraw(7, of: 40, from: "log\n\(text)\n"))
      #expect(Set(draw.segments).count == 7)
      #expect(draw.segments.allSatisfy { (0..<40).contains($0) })
      seen.insert(draw.segments)
    }
    #expect(seen.count == 50)
    #expect(SegmentDraw(6, of: 6, from: "x").segments.sorted() == Array(0..<6))
    #expect(SegmentDraw(0, of: 6, from: "x").segments.isEmpty)
    // A smaller draw is the beginning of a larger one.
    let larger = SegmentDraw(9, of: 40, from: "x").segments
    #expect(SegmentDraw(3, of: 40, from: "x").segments == Array(larger.prefix(3)))
  }

  @Test func `All segments are alike to the draw`() {
    var counts = [Int](repeating: 0, count: 10)
    for text in 0..<3_000 {
      for segment in SegmentDraw(3, of: 10, from: "\(text)").segments { counts[segment] += 1 }
    }
    // 900 each are expected, with a deviation of 25.
    #expect(counts.allSatisfy { (775...1_025).contains($0) }, "\(counts)")
  }

  @Test func `The chance of missing is the share of draws that pass over what was altered`() {
    for count in 1...9 {
      for drawn in 0...count {
        for altered in 0...count {
          // Every set of `drawn` segments, as bits; the altered ones are the lowest.
          let draws = (0..<1 << count).filter { $0.nonzeroBitCount == drawn }
          let missing = draws.filter { $0 & (1 << altered - 1) == 0 }
          let chance = SegmentDraw(drawn, of: count, from: "").chanceOfMissing(altered: altered)
          #expect(abs(chance - Double(missing.count) / Double(draws.count)) < 1e-12)
        }
      }
    }
  }

  @Test func `A few lines of Python draw the same`() throws {
    let python = BuiltProgram(path: "/usr/bin/python3")
    guard FileManager.default.isExecutableFile(atPath: python.path) else {
      print("NOTICE: drawing segments in Python: skipped (no /usr/bin/python3)")
      return
    }
    let script = """
      import hashlib, sys
      drawn, count, text = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
      seed = hashlib.sha256(b"challenge" + text.encode()).digest()
      places, counter = list(range(count)), 0
      for place in range(drawn):
          rest = count - place
          while True:
              x = int.from_bytes(hashlib.sha256(seed + counter.to_bytes(8, "big")).digest()[:8], "big")
              counter += 1
              if x < 2**64 // rest * rest:
                  break
          other = place + x % rest
          places[place], places[other] = places[other], places[place]
      print(places[:drawn])
      """
    for (drawn, count) in [(1, 1), (3, 6), (20, 1_000), (64, 64)] {
      let text = "cadastre/x\n\(count)\nroot\n"
      let outcome = try python.run(["-c", script, "\(drawn)", "\(count)", text], in: "/")
      #expect(outcome.output == "\(SegmentDraw(drawn, of: count, from: text).segments)\n")
    }
  }
}
