// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Presentation
import Primitives

/// A report with one of everything; `name` stands wherever a text of a user could stand.
func sampleReport(name: String = "Genesis") -> HTMLDocument {
  var random = Philox4x32(key: 8, stream: 0)
  var page = HTMLDocument(
    title: "The book of a training run", subtitle: "What \(name) and 59 others added, and are owed."
  )
  page.addFacts([
    .init("Contributors", "66", note: "60 admitted"), .init("Revenue", "1,000.00 EUR"),
    .init("Residual", "0.08 %", note: "of the loss reduction"), .init("Validation loss", "1.53"),
  ])
  page.addRemark(.good, "The books balance, and every entry of the log was checked.")
  page.addRemark(.bad, "\(name): refused, copy of another work.")
  page.addHeading("Shares")
  page.addParagraph("A share is an integer count of 10⁻¹². \(name) leads.")
  var table = HTMLTable(
    caption: "Statements for 2026-Q4",
    [.init("Contributor"), .init("Work"), .init("Share"), .init("Amount", .end)])
  for (index, book) in [name, "Exodus", "The Song of Solomon", "Psalms"].enumerated() {
    let share = 0.31 / Double(index + 1)
    table.add([
      .strong(book), .code("sha256:3f9a0c7d\(index)"), .bar(share / 0.31, Human.percent(share)),
      .text(Human.fixed(share * 1000, decimals: 2)),
    ])
  }
  table.setFooter([.text("Sum"), .quiet(""), .text(""), .strong("1,000.00")])
  page.addTable(table)
  page.addHeading("How the credit grew")
  let places = stride(from: 0.0, through: 400, by: 10).map { $0 }
  let layers = [name, "Exodus", "Psalms", "Isaiah", "Luke", "Romans", "Revelation", "54 others"]
  page.addChart(
    .stackedArea(
      Chart.Labels(
        "Credit over training", caption: "Reduction of the mean validation loss, by contributor.",
        horizontal: "step", vertical: "nats per byte"), places: places,
      layers: layers.enumerated().map { number, layer in
        Chart.Layer(
          layer,
          values: places.map { (1 - exp(-$0 / 90)) * (0.7 / Double(number + 2)) })
      }))
  page.addChart(
    .line(
      Chart.Labels(
        "Loss of the targets", caption: "Dashed: what character pairs alone would reach.",
        horizontal: "step", vertical: "nats per byte"),
      lines: ["The law", "Histories", "Poetry", "Prophets", "Gospels", "Epistles"].enumerated()
        .map { number, target in
          Chart.Line(
            target,
            points: places.map { place in
              let noise = Double(random.below(100)) / 2500
              return (place, 1.45 + Double(number) * 0.06 + 1.9 * exp(-place / 60) + noise)
            }, reference: 2.27 + Double(number) * 0.03)
        }, referenceName: "commons"))
  page.addChart(
    .bars(
      "Shares of the excess", caption: "The ten largest.",
      [name, "Exodus", "1 Thessalonians", "The Song of Solomon, which is Solomon's", "Jude"]
        .enumerated().map { number, book in
          .init(
            book, value: 0.31 / Double(number + 1) - (number == 4 ? 0.08 : 0),
            text: Human.percent(0.31 / Double(number + 1)))
        }))
  page.addHeading("Next")
  page.addPreformatted("cadastre verify --deep\ncadastre proof \(name)")
  page.setFooter("Made by cadastre from log position 412.")
  return page
}
