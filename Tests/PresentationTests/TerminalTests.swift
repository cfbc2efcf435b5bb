// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Presentation
import Primitives
import Testing

private let plain = TextStyle(isOn: false)

@Suite struct TerminalTests {
  private func sample() -> TerminalTable {
    var table = TerminalTable([
      .init("Contributor", mayShrink: true), .init("Share", .right), .init(""),
      .init("Amount", .right),
    ])
    table.add(["Genesis", "31.0 %", .init(Bar.text(1, width: 6), .accent), "310.00"])
    table.add(["The Song of Solomon", "5.5 %", .init(Bar.text(0.18, width: 6)), "55.10"])
    table.setFooter([.init("Sum", .strong), "36.5 %", "", "365.10"])
    return table
  }

  @Test func `A table is aligned and ends in its sum`() {
    #expect(
      sample().text(width: 80) == """
        Contributor           Share          Amount
        ───────────────────  ──────  ──────  ──────
        Genesis              31.0 %  ██████  310.00
        The Song of Solomon   5.5 %  █▏       55.10
        ───────────────────  ──────  ──────  ──────
        Sum                  36.5 %          365.10

        """)
    #expect(
      sample().text(width: 36).split(separator: "\n")[3] == "The Song of…   5.5 %  █▏       55.10")
  }

  @Test(arguments: 30...60)
  func `A table keeps within the width it can be cut to`(width: Int) {
    for line in sample().text(width: width).split(separator: "\n") {
      #expect(line.count <= max(width, 34))
    }
    let colored = sample().text(width: width, style: TextStyle(isOn: true))
    let stripped = colored.replacing(/\u{1B}\[[0-9]*m/, with: "")
    #expect(stripped == sample().text(width: width))
  }

  @Test func `Text from outside sends no control character to the terminal`() {
    var table = TerminalTable([.init("Work")])
    table.add([.init("evil\u{1B}[2J\r\n\u{9B}31m\u{202E}")])
    let text = table.text(width: 80)
    #expect(
      text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    #expect(text.split(separator: "\n").count == 3)
  }

  @Test func `The progress line shows what fits, the most important first`() {
    let progress = ProgressLine(
      unit: "step", completed: 212, total: 400, elapsedSeconds: 46,
      details: ["loss 1.83", "12.3 k bytes/s"])
    #expect(
      progress.text(width: 90)
        == "[██████████▋         ]   53 %  step 212/400  loss 1.83  12.3 k bytes/s  eta 0:41")
    #expect(progress.text(width: 50) == "[█████▎    ]   53 %  step 212/400  eta 0:41")
    for width in 0...100 {
      for completed in [0, 1, 399, 400, 401] {
        var state = progress
        state.completed = completed
        #expect(state.text(width: width).count <= width)
      }
    }
  }

  @Test func `A bar has its width and grows with the fraction`() {
    var last = 0
    for step in 0...1000 {
      let bar = Bar.text(Double(step) / 1000, width: 12)
      #expect(bar.count == 12)
      let eighths = bar.unicodeScalars.filter { $0 != " " }.map { 0x2590 - Int($0.value) }
        .reduce(0, +)
      #expect(eighths >= last)
      last = eighths
    }
    #expect(last == 96)
    #expect(Bar.text(.nan, width: 3) == "   ")
  }

  @Test func `Numbers are written as people read them`() {
    #expect(Human.fixed(2.5, decimals: 0) == "3")
    #expect(Human.fixed(-0.004, decimals: 2) == "0.00")
    #expect(Human.fixed(-1.005, decimals: 1) == "−1.0")
    #expect(Human.fixed(.infinity, decimals: 1) == "–")
    #expect(Human.integer(-1_234_567) == "−1,234,567")
    #expect(Human.integer(.min) == "−9,223,372,036,854,775,808")
    #expect(Human.quantity(12_345, "bytes/s") == "12.3 k bytes/s")
    #expect(Human.quantity(999.6, "B") == "1.00 k B")
    #expect(Human.size(4_138_970) == "4.14 MB")
    #expect(Human.size(999) == "999 bytes")
    #expect(Human.duration(seconds: 0.42) == "420 ms")
    #expect(Human.duration(seconds: 59.96) == "1 min 00 s")
    #expect(Human.duration(seconds: 3720) == "1 h 02 min")
    #expect(Human.clock(seconds: 3723) == "1:02:03")
  }

  @Test func `A fixed number is within half a unit of its last place`() throws {
    var random = Philox4x32(key: 2, stream: 2)
    for _ in 0..<5000 {
      let value = (Double(random.next()) / 1e19 - 0.9) * 1e6
      let decimals = Int(random.below(7))
      let text = Human.fixed(value, decimals: decimals).replacing("−", with: "-")
      let read = try #require(Double(text))
      var unit = 1.0
      for _ in 0..<decimals { unit /= 10 }
      #expect((read - value).magnitude <= unit * 0.50001)
    }
  }
}
