// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Service
import Testing

@Suite struct TextStreamTests {
  @Test func `The pieces of a stream are the text, and nothing whole is held back`() {
    var random = Philox4x32(key: 31, stream: 0)
    let samples: [[UInt8]] = [
      Array("a".utf8), Array("é".utf8), Array("€".utf8), Array("𝄞".utf8), [0x80], [0xF0, 0x9F],
      [0xE2, 0x82], [0xC3], [0xFF], [0xED, 0xA0, 0x80],
    ]
    for _ in 0..<300 {
      let bytes = (0..<12).flatMap { _ in samples[Int(random.below(UInt32(samples.count)))] }
      var stream = TextStream()
      var text = ""
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = min(rest.count, 1 + Int(random.below(3)))
        text += stream.take(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      #expect(text + stream.end() == String(decoding: bytes, as: UTF8.self))
    }
    var stream = TextStream()
    #expect("é€𝄞x".utf8.map { stream.take([$0]) } == ["", "é", "", "", "€", "", "", "", "𝄞", "x"])
  }
}
