// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Register

/// What running segments of a run again gave.
package struct ReplayReport: Sendable {
  /// A digest that was computed again.
  package struct Comparison: Sendable {
    /// What it is of: `weights`, `books` or `state`.
    package let what: String
    /// Whether it is the one that the log commits to.
    package let isSame: Bool
  }

  /// A segment that was run again: from checkpoint `segment` to the next.
  package struct Segment: Sendable {
    /// The checkpoint it begins at; 0 is the seeded start.
    package let segment: Int
    /// The steps done before and after it.
    package let firstStep: Int
    package let lastStep: Int
    package let comparisons: [Comparison]
    package let seconds: Double

    /// Whether all of it came out as committed.
    package var isSame: Bool { comparisons.allSatisfy(\.isSame) }
  }

  package let model: ModelName
  /// The kernel family and the library that the run recorded; the family is the one used here.
  package let kernels: String
  package let library: String
  /// How many segments the log commits to.
  package let segmentCount: Int
  /// The segment asked for, or drawn at random; nil for all.
  package let asked: Int?
  /// The checkpoint where the replay began, and its step; 0 is the seeded start.
  package internal(set) var begin = (checkpoint: 0, step: 0)
  /// The segments run again, in order.
  package internal(set) var segments: [Segment] = []
  /// Everything that does not hold, each with what it is about in front.
  package internal(set) var findings: [String] = []
  /// What a reader of a difference should know.
  package internal(set) var notes: [String] = []

  /// Whether everything came out as committed.
  package var isSame: Bool { findings.isEmpty }

  /// What one honest replay is worth, in words.
  package var worth: String {
    guard asked != nil else {
      return "all \(segmentCount) segments were replayed: any altered one would have been found"
    }
    return "one honest replay of a random segment out of \(segmentCount) catches a run in which k"
      + " segments were altered with probability k/\(segmentCount)"
      + (segments.count > 1 ? "; this one ran \(segments.count) segments again" : "")
  }

  /// The report for programs.
  package var json: JSON {
    var object: JSONObject = [
      "model": .string(model.text), "same": .bool(isSame), "kernels": .string(kernels),
      "library": .string(library), "segments": .integer(Int64(segmentCount)),
      "begin": [
        "checkpoint": .integer(Int64(begin.checkpoint)), "step": .integer(Int64(begin.step)),
      ],
      "replayed": .array(
        segments.map { segment in
          var row: JSONObject = [
            "segment": .integer(Int64(segment.segment)),
            "firstStep": .integer(Int64(segment.firstStep)),
            "lastStep": .integer(Int64(segment.lastStep)),
            "milliseconds": .integer(Int64(segment.seconds * 1000)),
          ]
          for comparison in segment.comparisons {
            row[comparison.what] = .string(comparison.isSame ? "same" : "differs")
          }
          return .object(row)
        }),
      "findings": .array(findings.map { .string($0) }), "notes": .array(notes.map { .string($0) }),
      "worth": .string(worth),
    ]
    if let asked { object["segment"] = .integer(Int64(asked)) }
    return .object(object)
  }
}
