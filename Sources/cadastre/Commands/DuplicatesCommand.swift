// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Presentation
import Primitives
import Register
import Service
import Signing

/// `cadastre work duplicates`.
enum DuplicatesCommand {
  static func run(_ context: Context) throws -> Output {
    let register = try context.snapshot()
    let total = register.state.works.count
    let groups = try DuplicateWorks.all(in: register) { done in
      if done % 256 == 0 { context.console.progress("comparing \(done) of \(total) works …") }
    }
    context.console.endProgress()
    let lists = groups.map { group -> JSON in
      [
        "credited": .string(group.members[0].work.hex),
        "works": .array(group.members.map { Self.json($0) }),
      ]
    }
    let json: JSON = ["groups": .array(lists)]
    guard !groups.isEmpty else {
      return Output(text: "no two of \(total) works are nearly the same\n", json: json)
    }
    var table = TerminalTable([
      .init("credited", .right), .init("work"), .init("shared", .right),
      .init("title", mayShrink: true), .init("owner", mayShrink: true),
    ])
    for (number, group) in groups.enumerated() {
      for (place, member) in group.members.enumerated() {
        table.add([
          .init(place == 0 ? "\(number + 1) first" : "\(number + 1)"),
          .init(member.work.short, place == 0 ? .accent : .quiet),
          .init("\(member.perMille) ‰"),
          .init(register.names.title(of: member.work, in: register.state)),
          .init(register.names.name(of: member.owner, in: register.state), .quiet),
        ])
      }
    }
    let count = groups.count
    return Output(
      text: table.text(width: context.console.width, style: context.console.style)
        + "\(count) \(count == 1 ? "group" : "groups") of near-duplicates; of each the work"
        + " registered first is credited\n",
      json: json)
  }

  private static func json(_ member: DuplicateWorks.Member) -> JSON {
    [
      "work": .string(member.work.hex), "owner": .string(member.owner.text),
      "position": .integer(Int64(member.position)), "perMille": .integer(Int64(member.perMille)),
    ]
  }
}
