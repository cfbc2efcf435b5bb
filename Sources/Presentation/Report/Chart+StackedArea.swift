// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension Chart {
  /// A layer of a stacked chart.
  package struct Layer: Sendable {
    package var name: String
    /// One value for each place on the horizontal axis; what is not finite counts as zero.
    package var values: [Double]

    /// Describes a layer.
    package init(_ name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// Layers on top of one another, so that their upper edge is the sum.
  ///
  /// At each place positive values are stacked upwards from zero and negative ones downwards, in the
  /// order of the layers. Traps where a layer has not one value for each place.
  ///
  /// - Parameters:
  ///   - labels: The title and the axes.
  ///   - places: The horizontal values, ascending.
  ///   - layers: The layers, the lowest first, in the order of the legend.
  /// - Returns: The chart.
  package static func stackedArea(_ labels: Labels, places: [Double], layers: [Layer]) -> Chart {
    var above = [Double](repeating: 0, count: places.count)
    var below = above
    var edges: [(lower: [Double], upper: [Double])] = []
    for layer in layers {
      precondition(layer.values.count == places.count, "a layer has one value for each place")
      var (lower, upper) = (above, above)
      for (index, value) in layer.values.enumerated() where value.isFinite {
        if value >= 0 {
          lower[index] = above[index]
          above[index] += value
          upper[index] = above[index]
        } else {
          upper[index] = below[index]
          below[index] += value
          lower[index] = below[index]
        }
      }
      edges.append((lower, upper))
    }
    let plot = Plot(
      horizontal: NiceScale(covering: places, isTight: true),
      vertical: NiceScale(covering: above + below + [0]), labels: labels)
    var content: [HTML] = []
    for (number, layer) in layers.enumerated() where !places.isEmpty {
      let (lower, upper) = edges[number]
      let there = zip(places, upper).map { plot.point($0, $1) }
      let back = zip(places, lower).reversed().map { plot.point($0, $1) }
      let last = layer.values.last.map { Human.fixed($0, decimals: 4) } ?? "–"
      content.append(
        .element(
          "path",
          [
            ("class", "area"), ("d", "M" + (there + back).joined(separator: "L") + "Z"),
            ("style", "fill:" + color(number)),
          ],
          [.element("title", [], [.text("\(layer.name): \(last) at the end")])]))
    }
    return Chart(
      title: labels.title, caption: labels.caption,
      legend: layers.enumerated().map { legendItem($1.name, series: $0) },
      drawing: plot.drawing(content))
  }
}
