// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Presentation
import Primitives
import Register
import Service
import Signing

/// The answer for a text on the terminal: its likelihood, who raised it, where it stands.
enum TraceView {
  /// A residual above this part of what was gained is pointed out.
  static let toleratedResidual = 0.02
  /// Rows shown where not all are, and the part of the whole below which a row is not.
  private static let shownRows = 16
  private static let shownPart = 0.005
  /// Spans shown where not all are.
  private static let shownSpans = 12

  static func text(
    of result: TraceText.Result, names: NameBook, state: RegisterState, showsAll: Bool,
    _ console: Console
  ) -> String {
    let receipt = result.receipt
    let style = console.style
    var text = style.apply(.quiet, to: quote(result.text[...], width: console.width - 2)) + "\n"
    text +=
      "\(Human.size(receipt.byteCount)), \(Human.integer(receipt.predictions)) predicted"
      + (receipt.windows > 1
        ? " in \(receipt.windows) windows of at most \(result.context), each read by itself" : "")
      + "\n\n" + likelihood(receipt, console) + "\n"
    text +=
      style.apply(.strong, to: "Contributive") + ": whose displacement of the weights raised it\n\n"
    text += division(receipt, names: names, state: state, showsAll: showsAll, console)
    text += alarm(receipt, console)
    text +=
      style.apply(
        .quiet,
        to:
          "by \(result.gradients) gradients along \(result.intervals) stored intervals of the run;"
          + " of the residual \(nats(receipt.rounding, 3)) nats are rounding of what is stored")
      + "\n"
    guard let minimum = receipt.minimumSpan else { return text }
    text +=
      "\n" + style.apply(.strong, to: "Corroborative")
      + ": spans of \(minimum) bytes or more that stand word for word in admitted works\n\n"
    guard !receipt.spans.isEmpty else { return text + "there is none\n" }
    return text + spans(result, names: names, state: state, showsAll: showsAll, console)
  }

  private static func likelihood(_ receipt: TraceReceipt, _ console: Console) -> String {
    var table = TerminalTable([
      .init("log-likelihood"), .init("nats", .right), .init("bits", .right),
      .init("bits a byte", .right),
    ])
    func cells(_ name: String, _ value: Int64) -> [TerminalTable.Cell] {
      let bits = Double(value) / 1e9 / 0.693_147_180_559_945_3
      return [
        .init(name), .init(nats(value, 2)), .init(Human.fixed(bits, decimals: 1)),
        .init(Human.fixed(bits / Double(max(1, receipt.predictions)), decimals: 3)),
      ]
    }
    table.add(cells("before training", receipt.before))
    table.add(cells("after training", receipt.after))
    table.setFooter(cells("gained", receipt.gained))
    return table.text(width: console.width, style: console.style)
  }

  private static func division(
    _ receipt: TraceReceipt, names: NameBook, state: RegisterState, showsAll: Bool,
    _ console: Console
  ) -> String {
    var table = TerminalTable([
      .init("contributor", mayShrink: true), .init("nats", .right), .init("part", .right),
      .init(""),
    ])
    let whole = Double(receipt.gained)
    let rows = receipt.contributors.sorted {
      $0.amount != $1.amount ? $0.amount > $1.amount : $0.parties[0] < $1.parties[0]
    }
    let largest = Double(rows.map(\.amount.magnitude).max() ?? 1)
    var rest: [TraceReceipt.Contributor] = []
    let limit = rows.map(\.amount.magnitude).sorted(by: >).prefix(shownRows).last ?? 0
    for row in rows {
      let isLarge =
        row.amount.magnitude >= limit && Double(row.amount.magnitude) >= shownPart * whole.magnitude
      guard showsAll || isLarge else {
        rest.append(row)
        continue
      }
      let isNegative = row.amount < 0
      let bar = Bar.text(Double(row.amount.magnitude) / max(1, largest), width: 24)
      table.add([
        .init(name(row, names, state)), .init(nats(row.amount, 2), isNegative ? .bad : .strong),
        .init(part(row.amount, of: whole)), .init(bar, isNegative ? .bad : .accent),
      ])
    }
    if !rest.isEmpty {
      let sum = rest.reduce(0) { $0 + $1.amount }
      table.add([
        .init("\(rest.count) others", .quiet), .init(nats(sum, 2), sum < 0 ? .bad : .plain),
        .init(part(sum, of: whole)), .init("--all shows them", .quiet),
      ])
    }
    table.add([
      .init("weight decay", .quiet), .init(nats(receipt.decay, 2), .quiet),
      .init(part(receipt.decay, of: whole), .quiet), "",
    ])
    table.add([
      .init("residual", .quiet), .init(nats(receipt.residual, 2), .quiet),
      .init(part(receipt.residual, of: whole), .quiet), "",
    ])
    table.setFooter([
      .init("gained"), .init(nats(receipt.gained, 2)), .init(part(receipt.gained, of: whole)), "",
    ])
    return table.text(width: console.width, style: console.style)
  }

  /// One line where the residual is large; else nothing.
  private static func alarm(_ receipt: TraceReceipt, _ console: Console) -> String {
    let part = (Double(receipt.residual) / Double(receipt.gained)).magnitude
    guard !(part <= toleratedResidual) else { return "" }
    return console.style.apply(
      .bad,
      to: "the residual is \(Human.percent(part)) of what was gained, above"
        + " \(Human.percent(toleratedResidual)): read the amounts with that doubt, or try --fine")
      + "\n"
  }

  private static func spans(
    _ result: TraceText.Result, names: NameBook, state: RegisterState, showsAll: Bool,
    _ console: Console
  ) -> String {
    var table = TerminalTable([
      .init("bytes", .right), .init("long", .right), .init("times", .right),
      .init("work", mayShrink: true), .init("owner", mayShrink: true), .init("at byte", .right),
      .init("text", mayShrink: true),
    ])
    let shown = showsAll ? result.receipt.spans : prominent(result)
    for span in shown {
      guard let place = span.places.first else { continue }
      let owner = state.works[place.work].map { names.name(of: $0.owner, in: state) } ?? ""
      table.add([
        .init("\(span.start)–\(span.start + span.length)"), .init("\(span.length)", .strong),
        .init("\(span.occurrences)"), .init(names.title(of: place.work, in: state)),
        .init(owner, .quiet), .init(Human.integer(place.byte)),
        .init(quote(result.text[span.start..<span.start + span.length], width: 60), .quiet),
      ])
    }
    let left = result.receipt.spans.count - shown.count
    return table.text(width: console.width, style: console.style)
      + (left > 0 ? "\(left) more within or across these: --all shows them\n" : "")
  }

  /// The longest spans that each add as much text to the longer ones as a span needs to count.
  private static func prominent(_ result: TraceText.Result) -> [TraceReceipt.Span] {
    var isCovered = [Bool](repeating: false, count: result.text.count)
    var shown: [TraceReceipt.Span] = []
    let longest = result.receipt.spans.sorted { ($1.length, $0.start) < ($0.length, $1.start) }
    for span in longest where shown.count < shownSpans {
      let range = span.start..<span.start + span.length
      let fresh = range.count { !isCovered[$0] }
      guard 2 * fresh >= result.receipt.minimumSpan ?? 1 else { continue }
      for byte in range { isCovered[byte] = true }
      shown.append(span)
    }
    return shown.sorted { $0.start < $1.start }
  }

  /// A row's name: its account, or how many share it.
  private static func name(
    _ row: TraceReceipt.Contributor, _ names: NameBook, _ state: RegisterState
  ) -> String {
    row.parties.count == 1
      ? names.name(of: row.parties[0], in: state)
      : "\(Human.integer(row.parties.count)) contributors with less text, together"
  }

  /// Text in quotation marks on one line, cut to the width.
  private static func quote(_ bytes: ArraySlice<UInt8>, width: Int) -> String {
    let line = String(decoding: bytes.prefix(4 * width), as: UTF8.self).map {
      $0.isNewline ? "⏎" : $0
    }
    let isCut = line.count > width - 2 || bytes.count > 4 * width
    return "“" + String(line.prefix(width - (isCut ? 3 : 2))) + (isCut ? "…" : "") + "”"
  }

  private static func part(_ value: Int64, of whole: Double) -> String {
    Human.percent(Double(value) / whole, decimals: 2)
  }

  private static func nats(_ nanonats: Int64, _ decimals: Int) -> String {
    Human.fixed(Double(nanonats) / OutputDivision.nanonatsPerNat, decimals: decimals)
  }
}
