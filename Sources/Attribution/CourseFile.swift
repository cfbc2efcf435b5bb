// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Canonical

/// `books/course.json`: how losses and credits grew over the run, for charts.
///
/// Values are rounded to whole micronats; the books themselves are exact and stand beside it.
package struct CourseFile: Sendable {
  /// One moment of the run.
  package struct Point: Sendable {
    /// Steps made.
    package let step: Int
    /// The loss of each target, in micronats a byte.
    package let losses: [Int64]
    /// The credit so far of each line, summed over the targets, in micronats a byte.
    package let credit: [Int64]
  }

  /// The moments in order.
  package let points: [Point]

  private static let format = "cadastre-course/1"

  /// Rounds a time course.
  package init(_ course: TimeCourse) {
    points = course.points.map { point in
      let targets = max(1, point.losses.count)
      return Point(
        step: point.step, losses: point.losses.map(Self.micronats),
        credit: stride(from: 0, to: point.credit.count, by: targets).map { start in
          Self.micronats(point.credit[start..<(start + targets)].reduce(0, +))
        })
    }
  }

  /// Reads the file form.
  package init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the course")
    _ = try fields.parsed("format", as: Self.format) { $0 == Self.format ? $0 : nil }
    var points: [Point] = []
    for value in try fields.array("points") {
      var point = try JSONFields(value, of: "a point of the course")
      points.append(
        Point(
          step: Int(try point.integer("step")),
          losses: try point.array("losses").compactMap(\.integer),
          credit: try point.array("credit").compactMap(\.integer)))
      try point.finish()
    }
    self.points = points
    try fields.finish()
  }

  /// The file form.
  package var json: JSON {
    [
      "format": .string(Self.format),
      "points": .array(
        points.map { point in
          [
            "step": .integer(Int64(point.step)),
            "losses": .array(point.losses.map { .integer($0) }),
            "credit": .array(point.credit.map { .integer($0) }),
          ]
        }),
    ]
  }

  private static func micronats(_ nats: Float) -> Int64 {
    Int64((Double(nats) * 1e6).rounded(.toNearestOrEven))
  }
}
