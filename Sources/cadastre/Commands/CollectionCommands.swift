// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Presentation
import Primitives
import Register
import Service
import Signing

/// `cadastre collection add` and `collection list`.
enum CollectionCommands {
  static func add(_ context: Context) throws -> Output {
    let writer = try context.writer()
    let key = try KeyStore(writer.layout).load(context.arguments.required("key"))
    let works = try context.arguments.arguments("WORK").map {
      try Lookup.digest($0, among: writer.state.works.keys, called: "work")
    }
    let root = try DeclareCollection.run(Set(works), key: key, in: writer)
    return Output(
      text: "\(root.hex)  \(Set(works).count) works: grant it with --collection \(root.short)\n",
      json: ["collection": .string(root.hex), "works": .integer(Int64(Set(works).count))])
  }

  static func list(_ context: Context) throws -> Output {
    let snapshot = try context.snapshot()
    let collections = snapshot.state.collections.sorted { $0.value.position < $1.value.position }
    guard !collections.isEmpty || context.arguments.flag("json") else {
      return Output(text: "no collection is declared\n", json: [])
    }
    var table = TerminalTable([
      .init("collection"), .init("works", .right), .init("declared by", mayShrink: true),
      .init("entry", .right),
    ])
    for (root, collection) in collections {
      table.add([
        .init(root.short, .accent), .init("\(collection.count)"),
        .init(snapshot.names.name(of: collection.declarer, in: snapshot.state)),
        .init("\(collection.position)"),
      ])
    }
    return Output(
      text: table.text(width: context.console.width, style: context.console.style),
      json: .array(
        collections.map { root, collection in
          [
            "collection": .string(root.hex), "declarer": .string(collection.declarer.text),
            "works": .array(collection.works.map { .string($0.hex) }),
            "position": .integer(Int64(collection.position)),
          ]
        }))
  }
}
