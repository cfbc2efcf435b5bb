// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The frame of a chart with two axes: scales, grid, ticks, and the way from values to places.
struct Plot {
  static let width = 760.0
  static let height = 360.0
  private static let left = 66.0
  private static let right = 24.0
  private static let top = 46.0
  private static let bottom = 54.0

  let horizontal: NiceScale
  let vertical: NiceScale
  let labels: Chart.Labels

  func x(_ value: Double) -> Double {
    Self.left + horizontal.place(of: value) * (Self.width - Self.left - Self.right)
  }

  func y(_ value: Double) -> Double {
    Self.height - Self.bottom - vertical.place(of: value) * (Self.height - Self.top - Self.bottom)
  }

  /// The point as a path writes it.
  func point(_ horizontal: Double, _ vertical: Double) -> String {
    Coordinate.text(x(horizontal)) + " " + Coordinate.text(y(vertical))
  }

  /// The whole drawing: grid, what the chart draws, the horizontal axis and the texts on top.
  func drawing(_ content: [HTML]) -> HTML {
    .element(
      "svg",
      [
        ("viewBox", "0 0 \(Coordinate.text(Self.width)) \(Coordinate.text(Self.height))"),
        ("role", "img"), ("aria-label", labels.title),
      ],
      [.joined(grid + content + axes, separator: "\n")])
  }

  private var grid: [HTML] {
    vertical.ticks.map { tick in
      Self.line(
        from: (Self.left, y(tick.value)), to: (Self.width - Self.right, y(tick.value)), "grid")
    }
  }

  private var axes: [HTML] {
    var parts: [HTML] = []
    for tick in vertical.ticks {
      parts.append(Self.text(tick.text, at: (Self.left - 10, y(tick.value)), anchor: "end", 0.35))
    }
    let base = Self.height - Self.bottom
    let zero = vertical.lower < 0 && vertical.upper > 0 ? y(0) : base
    parts.append(Self.line(from: (Self.left, zero), to: (Self.width - Self.right, zero), "axis"))
    for tick in horizontal.ticks {
      parts.append(
        Self.line(from: (x(tick.value), base), to: (x(tick.value), base + 5), "axis"))
      parts.append(Self.text(tick.text, at: (x(tick.value), base + 9), anchor: "middle", 0.8))
    }
    parts.append(
      Self.text(labels.horizontal, at: (Self.width - Self.right, Self.height), anchor: "end", -0.35)
    )
    parts.append(Self.text(labels.vertical, at: (0, 4), anchor: "start", 0.8))
    return parts
  }

  private static func line(
    from start: (Double, Double), to end: (Double, Double), _ style: String
  ) -> HTML {
    .element(
      "line",
      [
        ("class", style), ("x1", Coordinate.text(start.0)), ("y1", Coordinate.text(start.1)),
        ("x2", Coordinate.text(end.0)), ("y2", Coordinate.text(end.1)),
      ])
  }

  /// A text whose baseline is moved down by a part of its own size.
  static func text(
    _ text: String, at place: (Double, Double), anchor: String, _ shift: Double,
    style: String = ""
  ) -> HTML {
    .element(
      "text",
      [
        ("class", style), ("x", Coordinate.text(place.0)), ("y", Coordinate.text(place.1)),
        ("dy", Coordinate.text(shift) + "em"), ("text-anchor", anchor),
      ], [.text(text)])
  }
}
