// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Primitives
package import Register

/// What replaying the segments that a checkpoint picked gave.
package struct ChallengeReport: Sendable {
  package let model: ModelName
  /// The state of the log that picked them.
  package let source: ReplayChallenge.Source
  package let draw: SegmentDraw
  /// The replays, from the last segment drawn to the first.
  package internal(set) var replays: [ReplayReport] = []

  /// Whether everything that was replayed came out as committed.
  package var isSame: Bool { replays.allSatisfy(\.isSame) }

  /// Every segment that was run again, in order; each once.
  package var segments: [ReplayReport.Segment] {
    replays.flatMap(\.segments).sorted { $0.segment < $1.segment }
  }

  /// Whether a segment was compared already, on the way to another.
  func hasReplayed(_ segment: Int) -> Bool { segments.contains { $0.segment == segment } }

  /// Everything that does not hold, each once.
  package var findings: [String] {
    replays.flatMap(\.findings).reduce(into: []) { found, finding in
      if !found.contains(finding) { found.append(finding) }
    }
  }

  /// What the draw is worth against an operator who grinds, in words.
  package var caution: String {
    !source.witnesses.isEmpty
      ? "\(source.witnesses.joined(separator: ", ")) cosigned this checkpoint; before that its maker"
        + " could have tried others"
      : "the operator made this state alone and could have tried entries until the draw suited:"
        + " a checkpoint that others cosigned, or your own choice with --segment, cannot be prepared"
  }

  /// The report for programs; probabilities are whole parts per billion.
  package var json: JSON {
    [
      "model": .string(model.text), "same": .bool(isSame),
      "checkpoint": [
        "size": .integer(Int64(source.size)), "source": .string(source.words),
        "witnesses": .array(source.witnesses.map { .string($0) }),
      ],
      "seed": .string(draw.seed.hex), "segments": .integer(Int64(draw.count)),
      "drawn": .array(draw.segments.map { .integer(Int64($0)) }),
      "replayed": .array(
        segments.map { segment in
          [
            "segment": .integer(Int64(segment.segment)), "same": .bool(segment.isSame),
            "firstStep": .integer(Int64(segment.firstStep)),
            "lastStep": .integer(Int64(segment.lastStep)),
            "milliseconds": .integer(Int64(segment.seconds * 1000)),
          ]
        }),
      "missed": .array(
        draw.tellingCounts.map { count in
          [
            "altered": .integer(Int64(count)),
            "partsPerBillion": .integer(
              Int64((draw.chanceOfMissing(altered: count) * 1e9).rounded())),
          ]
        }),
      "findings": .array(findings.map { .string($0) }), "caution": .string(caution),
    ]
  }
}
