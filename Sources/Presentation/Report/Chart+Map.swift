// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension Chart {
  /// A country's shade and what stands under the pointer.
  package struct MapValue: Sendable {
    /// The code of ISO 3166-1, or CLDR's.
    package var code: String
    /// Which class of the legend it is in.
    package var classIndex: Int
    package var tooltip: String

    /// Describes a country.
    package init(_ code: String, classIndex: Int, tooltip: String) {
      self.code = code
      self.classIndex = classIndex
      self.tooltip = tooltip
    }
  }

  /// A map of the world in which every country has the shade of its class.
  ///
  /// Areas are in true proportion (Equal Earth). Countries too small for the outlines are not drawn;
  /// countries without a value are drawn without shade.
  ///
  /// - Parameters:
  ///   - title: What it shows.
  ///   - caption: A sentence that says how to read it.
  ///   - classes: The classes from the lightest to the darkest shade.
  ///   - values: The countries; those with an index outside the classes have no shade.
  /// - Returns: The chart.
  package static func map(
    _ title: String, caption: String = "", classes: [String], values: [MapValue]
  ) -> Chart {
    let known = Dictionary(values.map { ($0.code, $0) }) { first, _ in first }
    let paths = WorldOutline.countries.map { country in
      outline(country.path, known[country.code], of: classes.count)
    }
    let legend = classes.indices.map { index -> HTML in
      let paint = (shade(index, of: classes.count) ?? "").replacingFill()
      let mark = HTML.element("i", [("style", paint)])
      return .element("li", [], [mark, .text(classes[index])])
    }
    let drawing = HTML.element(
      "svg",
      [
        ("viewBox", "0 0 \(WorldOutline.width) \(WorldOutline.height)"), ("role", "img"),
        ("aria-label", title),
      ], [.joined(paths, separator: "\n")])
    return Chart(title: title, caption: caption, legend: legend, drawing: drawing)
  }

  /// The codes of the countries that the map draws.
  package static var mappedCountries: Set<String> {
    Set(WorldOutline.countries.map(\.code)).subtracting(["--"])
  }

  private static func outline(_ path: String, _ value: MapValue?, of count: Int) -> HTML {
    let plain = "fill:none;stroke:var(--rule);stroke-width:0.6"
    let paint = value.flatMap { shade($0.classIndex, of: count) } ?? plain
    let tooltip = HTML.element("title", [], [.text(value?.tooltip ?? "not part of the figures")])
    return .element("path", [("class", "block"), ("d", path), ("style", paint)], [tooltip])
  }

  private static func shade(_ index: Int, of count: Int) -> String? {
    guard (0..<count).contains(index) else { return nil }
    let opacity = 0.1 + 0.9 * Double(index) / Double(max(1, count - 1))
    return "fill:var(--accent);fill-opacity:" + Coordinate.text(opacity)
      + ";stroke:var(--paper);stroke-width:0.6"
  }
}

extension String {
  /// The same paint for a mark of the legend, which is no drawing.
  fileprivate func replacingFill() -> String {
    split(separator: ";").compactMap { part -> String? in
      if part.hasPrefix("fill:") { return "background:" + part.dropFirst("fill:".count) }
      if part.hasPrefix("fill-opacity:") { return String(part.dropFirst("fill-".count)) }
      return nil
    }.joined(separator: ";")
  }
}
