// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A drawing of numbers as inline SVG, with its title and legend.
package struct Chart: Sendable {
  /// The most colours that are told apart; further series share the last one.
  package static let colorCount = 9

  /// What a chart is called and what its axes count.
  package struct Labels: Sendable {
    package var title: String
    /// A sentence that says how to read it.
    package var caption: String
    package var horizontal: String
    package var vertical: String

    /// Names a chart and its axes.
    package init(_ title: String, caption: String = "", horizontal: String, vertical: String) {
      self.title = title
      self.caption = caption
      self.horizontal = horizontal
      self.vertical = vertical
    }
  }

  /// The figure with its caption, legend and drawing.
  let html: HTML

  /// Puts title, legend and drawing together.
  init(title: String, caption: String, legend: [HTML], drawing: HTML) {
    let small: [HTML] = caption.isEmpty ? [] : [.element("small", [], [.text(caption)])]
    var parts = [HTML.element("figcaption", [], [.text(title)] + small)]
    if !legend.isEmpty { parts.append(.element("ul", [("class", "legend")], legend)) }
    html = .element("figure", [], parts + [drawing])
  }

  /// A legend's line: a mark in the series' colour and its name.
  static func legendItem(_ name: String, series: Int, mark: String = "") -> HTML {
    let paint = mark.isEmpty ? "background:" : "border-color:"
    return .element(
      "li", [],
      [
        .element("i", [("class", mark), ("style", paint + color(series))]), .text(name),
      ])
  }

  /// The colour of a series by its place.
  static func color(_ series: Int) -> String {
    "var(--s\(min(series, colorCount - 1)))"
  }
}
