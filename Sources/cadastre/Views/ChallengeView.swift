// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Presentation
import Primitives
import Register
import Service

/// What `cadastre replay --random` prints: the draw, each segment, and what may have been missed.
enum ChallengeView {
  static func output(of report: ChallengeReport, _ console: Console) -> Output {
    Output(text: text(of: report, console), json: report.json, status: report.isSame ? 0 : 1)
  }

  private static func text(of report: ChallengeReport, _ console: Console) -> String {
    let style = console.style
    let drawn = report.draw.segments.map(String.init).joined(separator: ", ")
    var text =
      "drawn \(drawn) of the \(report.draw.count) segments of \(report.model)\n"
      + TextStyle.safe("from \(report.source.words), of \(report.source.size) entries") + "\n"
      + "seed \(report.draw.seed.hex)\n"
    if !report.segments.isEmpty { text += ReplayCommand.table(report.segments, console) }
    for note in Set(report.replays.flatMap(\.notes)).sorted() {
      text += style.apply(.quiet, to: "note: \(note)") + "\n"
    }
    for finding in report.findings { text += style.apply(.bad, to: finding) + "\n" }
    text +=
      report.isSame
      ? style.apply(.good, to: "the same, bit for bit") + "\n"
      : style.apply(.bad, to: "not the same") + "\n"
    return text + chances(report.draw, console)
      + style.apply(.quiet, to: "note: \(report.caution)") + "\n"
  }

  /// How likely it is that the draw passed over everything that was altered.
  private static func chances(_ draw: SegmentDraw, _ console: Console) -> String {
    var table = TerminalTable([.init("altered segments", .right), .init("missed with", .right)])
    for count in draw.tellingCounts {
      let chance = draw.chanceOfMissing(altered: count)
      let isTiny = chance > 0 && chance < 0.000_05
      table.add([
        .init("\(count)"),
        .init(isTiny ? "< 0.01 %" : Human.percent(chance, decimals: 2)),
      ])
    }
    return table.text(width: console.width, style: console.style)
  }
}
