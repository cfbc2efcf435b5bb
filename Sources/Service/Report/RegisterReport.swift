// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
package import Audit
import Canonical
import Gate
import Money
import Presentation
import Primitives
import Register
import Settlement
import Signing
import Storage

/// The results of a register as one HTML page without anything from outside.
package struct RegisterReport {
  private let snapshot: RegisterSnapshot
  private var document: HTMLDocument

  /// How many contributors a chart tells apart; the others are one layer.
  static let distinguished = 8

  /// Builds the page of a register: its models, what was refused, what was settled, the verdict.
  ///
  /// - Parameters:
  ///   - snapshot: The register.
  ///   - audit: What checking all of it gave.
  /// - Throws: `ServiceError` where a file is not the one that the log binds.
  package init(_ snapshot: RegisterSnapshot, audit: AuditReport) throws {
    self.snapshot = snapshot
    document = HTMLDocument(
      title: snapshot.configuration.name,
      subtitle: "Who contributed, whether they agreed, how much is theirs, and what they are owed")
    addOverview()
    for model in snapshot.state.runs.values.filter({ $0.release != nil }).sorted(by: {
      $0.position < $1.position
    }) {
      try add(model)
    }
    try addRefusals()
    add(audit)
    document.setFooter(
      "Made by Cadastre \(CadastreVersion.text) from \(snapshot.state.size) log entries of"
        + " \(snapshot.configuration.origin). Check it: cadastre verify.")
  }

  /// The page.
  package var html: String { document.html }

  private mutating func addOverview() {
    let state = snapshot.state
    let contributors = state.parties.values.count { $0.role == .contributor }
    document.addFacts([
      .init("Contributors", Human.integer(contributors)),
      .init("Works", Human.integer(state.works.count)),
      .init(
        "Grants", Human.integer(state.grants.count),
        note: "\(state.grants.count { $0.revokedAt != nil }) revoked"),
      .init("Log entries", Human.integer(state.size)),
    ])
  }

  private mutating func add(_ audit: AuditReport) {
    document.addHeading("The verdict")
    if audit.holds {
      document.addRemark(.good, "Everything that was checked holds, from the log up.")
    } else {
      for finding in audit.findings {
        document.addRemark(.bad, "\(finding.subject): \(finding.problem)")
      }
    }
    var table = HTMLTable(
      caption: "What was checked", [.init("Part"), .init("Check"), .init("Count", .end)])
    for check in audit.checks {
      table.add([.text(check.part), .text(check.what), .text(Human.integer(check.count))])
    }
    document.addTable(table)
  }

  private mutating func add(_ run: RegisterState.Run) throws {
    let model = run.start.model
    let shares = try ModelFile.shares(of: model, layout: snapshot.layout, state: snapshot.state)
    let books = try ModelFile.books(of: model, layout: snapshot.layout, state: snapshot.state)
    let byParty = SharesByParty(
      shares, books: books,
      survey: try ModelFile.survey(of: model, layout: snapshot.layout, state: snapshot.state))
    document.addHeading("The model \(model)")
    let finals = books.books.finalLoss
    document.addFacts([
      .init("Steps", Human.integer(books.steps)),
      .init(
        "Mean loss", Human.fixed(Self.mean(finals), decimals: 3), note: "nats a byte"),
      .init("Targets", Human.integer(books.targets.count)),
      .init("Shareholders", Human.integer(byParty.rows.count)),
    ])
    addShares(byParty)
    addBalance(books)
    add(
      try ModelFile.course(of: model, layout: snapshot.layout, state: snapshot.state),
      books: books)
    addSettlements(of: model)
  }

  private static func mean(_ piconats: [Int64]) -> Double {
    Double(piconats.reduce(0, +)) / Double(max(1, piconats.count)) / 1e12
  }

  private mutating func addShares(_ shares: SharesByParty) {
    let earned = earned(model: shares.model)
    var columns: [HTMLTable.Column] = [
      .init("Contributor"), .init("Share", .end), .init(""), .init("Moved", .end),
      .init("Credit", .end), .init("Marginal", .end), .init("Reliability", .end),
    ]
    columns += earned.map { .init("Earned, \($0.currency)", .end) }
    var table = HTMLTable(
      caption: "Shares: \(shares.method). Moved (the books) and marginal (what a small proxy loses"
        + " without them) are in millinats a byte, averaged over the targets by weight; credit is the"
        + " part by the run's credits alone; none of them is a share.", columns)
    let largest = Double(max(1, shares.rows.first?.units ?? 1))
    for row in shares.rows {
      let cells: [HTMLTable.Cell] = [
        .text(snapshot.names.name(of: row.party, in: snapshot.state)),
        .strong(Share.percentText(row.units)), .bar(Double(row.units) / largest, ""),
        .text(Human.fixed(Double(row.moved) / 1e9, decimals: 2)),
        .quiet(Share.percentText(row.credit)),
        .quiet(
          row.marginal.map { Human.fixed(Double($0) / 1e9, decimals: 2) }
            ?? (row.groupSize > 1 ? "group of \(row.groupSize)" : "")),
        .quiet(row.reliability.map { Human.percent($0, decimals: 0) } ?? ""),
      ]
      table.add(
        cells
          + earned.map { column in
            .strong(
              Amount(minorUnits: column.amounts[row.party] ?? 0, currency: column.currency)
                .decimalText)
          })
    }
    document.addTable(table)
  }

  private func earned(
    model: ModelName
  ) -> [(currency: Currency, amounts: [DIDKey: Int64])] {
    var amounts: [String: (currency: Currency, amounts: [DIDKey: Int64])] = [:]
    for settlement in snapshot.state.settlements {
      guard
        let bytes = try? FileSystem.readFile(snapshot.layout.statements(settlement.record)),
        SHA256.digest(bytes) == settlement.record.statements,
        let lines = try? Statements.lines(json: try JSON.parse(bytes))
      else { continue }
      for line in lines where line.model == model {
        amounts[line.currency.code, default: (line.currency, [:])]
          .amounts[line.owner, default: 0] += line.amount
      }
    }
    return amounts.sorted { $0.key < $1.key }.map(\.value)
  }

  private mutating func addBalance(_ file: BooksFile) {
    document.addHeading("The books balance")
    var table = HTMLTable(
      caption: "Nats a byte. Credited, decay and residual add up to before − after, exactly, in"
        + " integers of 10⁻¹² nats.",
      [
        .init("Target"), .init("Commons line", .end), .init("Before", .end), .init("After", .end),
        .init("Credited", .end), .init("Decay", .end), .init("Residual", .end),
        .init("of the reduction", .end),
      ])
    func nats(_ piconats: Int64) -> String {
      Human.fixed(Double(piconats) / 1e12, decimals: 4)
    }
    for (index, target) in file.targets.enumerated() {
      let books = file.books
      let reduction = Double(books.initialLoss[index] - books.finalLoss[index])
      table.add([
        .text(target.name), .text(nats(target.commonsLine)), .text(nats(books.initialLoss[index])),
        .strong(nats(books.finalLoss[index])), .text(nats(file.credited[index])),
        .text(nats(books.decay[index])), .text(nats(books.residual[index])),
        .quiet(Human.percent(Double(books.residual[index]) / reduction, decimals: 2)),
      ])
    }
    document.addTable(table)
  }

  private mutating func add(_ course: CourseFile, books: BooksFile) {
    document.addChart(
      Chart.line(
        .init(
          "Loss of each target over training",
          caption:
            "The dashed line of a target is its commons line: the loss of a byte bigram model"
            + " fitted on the admitted corpus. Shares divide what lies below it.",
          horizontal: "step", vertical: "nats a byte"),
        lines: books.targets.enumerated().map { index, target in
          Chart.Line(
            target.name,
            points: course.points.map { (Double($0.step), Double($0.losses[index]) / 1e6) },
            reference: Double(target.commonsLine) / 1e12)
        }, referenceName: "commons line"))
    document.addChart(
      Chart.stackedArea(
        .init(
          "Credit over training",
          caption: "Cumulative path-integral credit, summed over the targets; each layer is a"
            + " contributor. Negative credit is not drawn, and stays on the books.",
          horizontal: "step", vertical: "nats a byte, all targets"),
        places: course.points.map { Double($0.step) }, layers: layers(course, books: books)))
  }

  /// The largest contributors one by one, and the others together.
  private func layers(_ course: CourseFile, books: BooksFile) -> [Chart.Layer] {
    var totals: [DIDKey: Int64] = [:]
    for (index, line) in books.lines.enumerated() {
      totals[line.owner, default: 0] += course.points.last?.credit[index] ?? 0
    }
    let order = totals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    let shown = Array(order.prefix(Self.distinguished))
    func values(_ include: (DIDKey) -> Bool) -> [Double] {
      let lines = books.lines.indices.filter { include(books.lines[$0].owner) }
      return course.points.map { point in
        max(0, Double(lines.reduce(0) { $0 + point.credit[$1] }) / 1e6)
      }
    }
    var layers = shown.map { party in
      Chart.Layer(
        snapshot.names.name(of: party, in: snapshot.state), values: values { $0 == party })
    }
    let others = order.count - shown.count
    if others > 0 {
      layers.append(
        Chart.Layer("\(others) others", values: values { !shown.contains($0) }))
    }
    return layers
  }

  private mutating func addSettlements(of model: ModelName) {
    let settled = snapshot.state.settlements.flatMap { settlement in
      settlement.record.lines.filter { $0.model == model }.map { (settlement.record, $0) }
    }
    guard !settled.isEmpty else { return }
    document.addHeading("Settlements")
    var table = HTMLTable(
      caption: "Owed and retained add up to the revenue to the last minor unit.",
      [
        .init("Period"), .init("Revenue", .end), .init("Owed to contributors", .end),
        .init("Retained", .end), .init("Statements"),
      ])
    for (record, line) in settled {
      func money(_ units: Int64) -> String {
        Amount(minorUnits: units, currency: line.currency).description
      }
      table.add([
        .text("\(record.period)"), .text(money(line.revenue)), .strong(money(line.owed)),
        .text(money(line.retained)), .code(record.statements.short),
      ])
    }
    document.addTable(table)
  }

  private mutating func addRefusals() throws {
    let admissions = snapshot.state.admissions.values.sorted { $0.position < $1.position }
    for admission in admissions {
      let decisions = try DecisionsFile.read(admission.record.manifest, layout: snapshot.layout)
      let refused = decisions.filter { !$0.verdict.isAdmitted }
      document.addHeading("Admission at entry \(admission.position)")
      document.addParagraph(
        "\(admission.record.admitted) of \(decisions.count) candidates were admitted for the purpose"
          + " “\(admission.record.purpose.rawValue)”. What lacks a standing grant is refused, and so is"
          + " what derives from a work that lacks one.")
      guard !refused.isEmpty else { continue }
      var table = HTMLTable(
        caption: "Refused", [.init("File"), .init("Reason"), .init("Because")])
      for decision in refused {
        var because = decision.verdict.explanation
        if case .copy(let evidence) = decision.verdict {
          because =
            "\(evidence.matching) of its \(evidence.ofCandidate) 8-grams stand in “"
            + snapshot.names.title(of: evidence.original, in: snapshot.state) + "”"
        }
        table.add([.text(decision.path), .code(decision.verdict.code), .text(because)])
      }
      document.addTable(table)
    }
  }
}
