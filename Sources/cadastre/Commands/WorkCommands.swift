// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Presentation
import Primitives
import Register
import Service
import Signing

/// The commands `cadastre work …`.
enum WorkCommands {
  static func add(_ context: Context) throws -> Output {
    let writer = try context.writer()
    let key = try KeyStore(writer.layout).load(context.arguments.required("key"))
    let files = try AddWorks.files(context.arguments.arguments("PATH"))
    let title = context.arguments.string("title")
    guard title == nil || files.count == 1 else {
      throw ServiceError.usage("--title names one work, and \(files.count) files are given")
    }
    let submissions = files.map { path in
      AddWorks.Submission(path: path, title: title ?? AddWorks.title(ofFile: path), key: key)
    }
    let added = try AddWorks.run(submissions, in: writer)
    var table = TerminalTable([
      .init("work"), .init("bytes", .right), .init("file", mayShrink: true),
    ])
    for (work, path) in zip(added, files) {
      table.add([.init(work.work.short, .accent), .init("\(work.byteCount)"), .init(path)])
    }
    return Output(
      text: table.text(width: context.console.width, style: context.console.style),
      json: .array(
        zip(added, files).map { work, path in
          [
            "work": .string(work.work.hex), "bytes": .integer(work.byteCount),
            "path": .string(path),
          ]
        }))
  }

  static func list(_ context: Context) throws -> Output {
    let snapshot = try context.snapshot()
    let owner = try context.arguments.string("owner").map {
      try Lookup.party($0, layout: snapshot.layout)
    }
    let works = snapshot.state.works.values
      .filter { owner == nil || $0.owner == owner }.sorted { $0.position < $1.position }
    var table = TerminalTable([
      .init("work"), .init("bytes", .right), .init("title", mayShrink: true),
      .init("owner", mayShrink: true),
    ])
    for work in works {
      table.add([
        .init(work.registration.work.short, .accent), .init("\(work.registration.byteCount)"),
        .init(snapshot.names.title(of: work.registration.work, in: snapshot.state)),
        .init(snapshot.names.name(of: work.owner, in: snapshot.state), .quiet),
      ])
    }
    return Output(
      text: table.text(width: context.console.width, style: context.console.style),
      json: .array(works.map { json($0, in: snapshot) }))
  }

  static func show(_ context: Context) throws -> Output {
    let snapshot = try context.snapshot()
    let digest = try Lookup.digest(
      context.arguments.requiredArgument("WORK"), among: snapshot.state.works.keys, called: "work")
    guard let work = snapshot.state.works[digest] else {
      throw ServiceError.refused("no work \(digest.short) is registered")
    }
    let grants = snapshot.state.grants.filter { $0.covers(work) }
    var lines = [
      "work    \(digest.hex)",
      "title   \(snapshot.names.title(of: digest, in: snapshot.state))",
      "owner   \(snapshot.names.name(of: work.owner, in: snapshot.state))  \(work.owner)",
      "bytes   \(work.registration.byteCount)", "entry   \(work.position)",
    ]
    lines += grants.map { "grant   " + GrantCommands.line($0) }
    if grants.isEmpty { lines.append("grant   none: nobody may use this work") }
    var object = json(work, in: snapshot).object ?? [:]
    object["grants"] = .array(grants.map(GrantCommands.json))
    return Output(
      text: lines.map { TextStyle.safe($0) + "\n" }.joined(), json: .object(object))
  }

  private static func json(_ work: RegisterState.Work, in snapshot: RegisterSnapshot) -> JSON {
    [
      "work": .string(work.registration.work.hex), "owner": .string(work.owner.text),
      "bytes": .integer(work.registration.byteCount), "position": .integer(Int64(work.position)),
      "title": .string(snapshot.names.title(of: work.registration.work, in: snapshot.state)),
    ]
  }
}
