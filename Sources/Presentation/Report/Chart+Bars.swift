// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension Chart {
  /// A bar with its name and its value in words.
  package struct BarValue: Sendable {
    package var name: String
    package var value: Double
    package var text: String

    /// Describes a bar; `text` stands at its end.
    package init(_ name: String, value: Double, text: String) {
      self.name = name
      self.value = value
      self.text = text
    }
  }

  /// The longest name that is shown whole; longer ones end in `…` and are whole in the tooltip.
  private static let longestName = 18

  /// Horizontal bars from a common zero line, one below the other.
  ///
  /// - Parameters:
  ///   - title: What they show.
  ///   - caption: A sentence that says how to read it.
  ///   - bars: The bars from the top; negative values go to the left of the zero line.
  /// - Returns: The chart.
  package static func bars(_ title: String, caption: String = "", _ bars: [BarValue]) -> Chart {
    let (width, names, texts, pitch) = (760.0, 244.0, 110.0, 30.0)
    let values = bars.map { $0.value.isFinite ? $0.value : 0 }
    let lowest = min(values.min() ?? 0, 0)
    let span = max((values.max() ?? 0) - lowest, lowest.magnitude, .leastNormalMagnitude)
    let left = names + (lowest < 0 ? texts : 0)
    let scale = (width - left - texts) / span
    let zero = left - lowest * scale
    let height = Double(bars.count) * pitch
    var content: [HTML] = []
    for (row, bar) in bars.enumerated() {
      let middle = (Double(row) + 0.5) * pitch
      let length = values[row] * scale
      let start = min(zero, zero + length)
      let isCut = bar.name.count > longestName
      let name = isCut ? String(bar.name.prefix(longestName - 1)) + "…" : bar.name
      let end = length < 0 ? (start - 8, "end") : (start + length.magnitude + 8, "start")
      content.append(
        .element(
          "g", [("class", "block")],
          [
            .element("title", [], [.text("\(bar.name): \(bar.text)")]),
            Plot.text(name, at: (names - 14, middle), anchor: "end", 0.35, style: "name"),
            .element(
              "rect",
              [
                ("x", Coordinate.text(start)), ("y", Coordinate.text(middle - 8)),
                ("width", Coordinate.text(max(length.magnitude, 0.5))), ("height", "16"),
                ("style", "fill:var(--accent)"),
              ]),
            Plot.text(bar.text, at: (end.0, middle), anchor: end.1, 0.35),
          ]))
    }
    content.append(
      .element(
        "line",
        [
          ("class", "axis"), ("x1", Coordinate.text(zero)), ("y1", "0"),
          ("x2", Coordinate.text(zero)), ("y2", Coordinate.text(height)),
        ]))
    let drawing = HTML.element(
      "svg",
      [
        ("viewBox", "0 0 \(Coordinate.text(width)) \(Coordinate.text(max(height, 1)))"),
        ("role", "img"), ("aria-label", title),
      ], [.joined(content, separator: "\n")])
    return Chart(title: title, caption: caption, legend: [], drawing: drawing)
  }
}
