// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Presentation
import Primitives
import Testing

@Suite struct BrailleCurveTests {
  @Test func `A falling line goes from the upper left to the lower right`() {
    let lines = BrailleCurve.lines([7, 6, 5, 4, 3, 2, 1, 0], title: "", width: 9, height: 2)
    #expect(lines == ["7.00 ⠑⢄⠀⠀", "0.00 ⠀⠀⠑⢄"])
  }

  @Test func `Every curve fits its place and shows each value`() {
    var random = Philox4x32(key: 5, stream: 1)
    for count in [0, 1, 2, 3, 10, 57, 1000] {
      let values = (0..<count).map { _ in Double(random.below(1000)) / 100 }
      for (width, height) in [(12, 2), (40, 4), (79, 3)] {
        let lines = BrailleCurve.lines(values, title: "loss", width: width, height: height)
        #expect(lines.count == height)
        #expect(lines.allSatisfy { $0.count == width })
        let dots = lines.joined().unicodeScalars.reduce(0) {
          (0x2800...0x28FF).contains($1.value) ? $0 + ($1.value - 0x2800).nonzeroBitCount : $0
        }
        let columns = lines[0].unicodeScalars.count { (0x2800...0x28FF).contains($0.value) }
        #expect(dots == min(count, 2 * columns))
      }
    }
  }

  @Test func `What is no number leaves a gap`() {
    let lines = BrailleCurve.lines([1, .nan, .infinity, 1], title: "", width: 8, height: 2)
    #expect(lines == ["1.00 ⠀⠀⠀", "1.00 ⡀⢀⠀"])
  }
}
