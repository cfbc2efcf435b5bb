// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension Chart {
  /// A curve of a line chart.
  package struct Line: Sendable {
    package var name: String
    /// Horizontal and vertical values in drawing order; a value that is not finite breaks the curve.
    package var points: [(x: Double, y: Double)]
    /// A level to compare with, drawn dashed in the same colour.
    package var reference: Double?

    /// Describes a curve.
    package init(_ name: String, points: [(x: Double, y: Double)], reference: Double? = nil) {
      self.name = name
      self.points = points
      self.reference = reference
    }
  }

  /// The most points of a curve that show their values under the pointer.
  private static let markedPoints = 60

  /// Curves over a common axis, each with a dashed level to compare with where it has one.
  ///
  /// - Parameters:
  ///   - labels: The title and the axes.
  ///   - lines: The curves, in the order of the legend.
  ///   - referenceName: What the dashed levels are, for the legend.
  /// - Returns: The chart.
  package static func line(_ labels: Labels, lines: [Line], referenceName: String = "") -> Chart {
    let plot = Plot(
      horizontal: NiceScale(covering: lines.flatMap { $0.points.map(\.x) }, isTight: true),
      vertical: NiceScale(covering: lines.flatMap { $0.points.map(\.y) + [$0.reference ?? .nan] }),
      labels: labels)
    var content: [HTML] = []
    for (number, line) in lines.enumerated() {
      if let reference = line.reference, reference.isFinite {
        let (start, end) = (plot.horizontal.lower, plot.horizontal.upper)
        content.append(
          curve(
            "M" + plot.point(start, reference) + "L" + plot.point(end, reference),
            series: number, style: "reference", offset: number * 7 % 12,
            tooltip: "\(line.name), \(referenceName): \(Human.fixed(reference, decimals: 3))"))
      }
    }
    for (number, line) in lines.enumerated() {
      let path = path(of: line.points, in: plot)
      content.append(curve(path, series: number, style: "curve", tooltip: line.name))
    }
    for (number, line) in lines.enumerated() {
      content += points(of: line, series: number, in: plot, unit: labels.horizontal)
    }
    var legend = lines.enumerated().map { legendItem($1.name, series: $0, mark: "line") }
    if !referenceName.isEmpty, lines.contains(where: { $0.reference != nil }) {
      let mark = HTML.element("i", [("class", "line dashed")])
      legend.append(.element("li", [], [mark, .text(referenceName)]))
    }
    return Chart(
      title: labels.title, caption: labels.caption, legend: legend,
      drawing: plot.drawing(content))
  }

  private static func path(of points: [(x: Double, y: Double)], in plot: Plot) -> String {
    var path = ""
    var isOpen = false
    for point in points {
      guard point.x.isFinite, point.y.isFinite else {
        isOpen = false
        continue
      }
      path += (isOpen ? "L" : "M") + plot.point(point.x, point.y)
      isOpen = true
    }
    return path
  }

  /// A path without filling; `offset` shifts the dashes, so that near levels do not run together.
  private static func curve(
    _ path: String, series: Int, style: String, offset: Int = 0, tooltip: String
  ) -> HTML {
    let paint = "stroke:" + color(series) + (offset == 0 ? "" : ";stroke-dashoffset:\(offset)px")
    return .element(
      "path", [("class", style), ("d", path), ("style", paint)],
      [.element("title", [], [.text(tooltip)])])
  }

  private static func points(of line: Line, series: Int, in plot: Plot, unit: String) -> [HTML] {
    let finite = line.points.filter { $0.x.isFinite && $0.y.isFinite }
    let every = max(1, (finite.count + markedPoints - 1) / markedPoints)
    return stride(from: 0, to: finite.count, by: every).map { index in
      let point = finite[index]
      let tooltip =
        "\(line.name): \(Human.fixed(point.y, decimals: 3)) (\(unit) "
        + "\(Human.fixed(point.x, decimals: point.x == point.x.rounded() ? 0 : 2)))"
      return .element(
        "circle",
        [
          ("class", "point"), ("cx", Coordinate.text(plot.x(point.x))),
          ("cy", Coordinate.text(plot.y(point.y))), ("r", "5"),
          ("style", "color:" + color(series)),
        ], [.element("title", [], [.text(tooltip)])])
    }
  }
}
