// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A small curve made of braille characters, two dots a column and four a line.
package enum BrailleCurve {
  /// The bits of a cell's dots, by column, then from the lowest row up (Unicode 15, chapter 21.1).
  private static let dots: [[UInt32]] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]]

  /// The curve of the values from left to right, the largest and the smallest named beside it.
  ///
  /// Where there are more values than columns of dots, each column stands for the mean of its part.
  ///
  /// - Parameters:
  ///   - values: The values; those that are no numbers leave a gap.
  ///   - title: What the curve is of; stands on the line in the middle.
  ///   - width: Columns, with labels.
  ///   - height: Lines, at least 2.
  /// - Returns: `height` lines of `width` columns each.
  package static func lines(
    _ values: [Double], title: String, width: Int, height: Int
  ) -> [String] {
    let height = max(2, height)
    let known = values.filter(\.isFinite)
    let low = known.min() ?? 0
    let high = known.max() ?? 0
    var labels = Array(repeating: "", count: height)
    labels[0] = known.isEmpty ? "" : Human.fixed(high, decimals: 2)
    labels[height - 1] = known.isEmpty ? "" : Human.fixed(low, decimals: 2)
    if height > 2 { labels[height / 2] = title }
    let margin = labels.map(\.count).max() ?? 0
    let columns = max(1, width - margin - 1)
    var cells = Array(repeating: Array(repeating: UInt32(0), count: columns), count: height)
    let points = resampled(values, count: 2 * columns)
    for (place, value) in points.enumerated() where value.isFinite {
      let fraction = high > low ? (value - low) / (high - low) : 0
      let level = Int((fraction * Double(4 * height - 1)).rounded())
      cells[height - 1 - level / 4][place / 2] |= dots[place % 2][level % 4]
    }
    return zip(labels, cells).map { label, row in
      String(repeating: " ", count: margin - label.count) + label + " "
        + String(String.UnicodeScalarView(row.compactMap { Unicode.Scalar(0x2800 + $0) }))
    }.map { String($0.prefix(width)) }
  }

  /// The values as so many points: means of parts, or as they are where they are fewer.
  private static func resampled(_ values: [Double], count: Int) -> [Double] {
    guard values.count > count else { return values }
    return (0..<count).map { index in
      let part = values[index * values.count / count..<(index + 1) * values.count / count]
        .filter(\.isFinite)
      return part.isEmpty ? .nan : part.reduce(0, +) / Double(part.count)
    }
  }
}
