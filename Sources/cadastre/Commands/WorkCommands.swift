// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Presentation
import Primitives
import Register
import Service
import Signing
import Storage

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
    let ownership = try ownership(context.arguments, layout: writer.layout)
    let generator = try context.arguments.string("generated-by").map {
      try Lookup.generator($0, in: writer.state)
    }
    let submissions = files.map { path in
      AddWorks.Submission(
        path: path, title: title ?? AddWorks.title(ofFile: path), key: key, ownership: ownership,
        generator: generator)
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

  /// The owners that `--owner PARTY=WEIGHT` names; nil without any.
  private static func ownership(
    _ arguments: ParsedArguments, layout: RegisterLayout
  ) throws -> Ownership? {
    let named = arguments.strings("owner")
    let quorum = try arguments.integer("quorum", in: 1...Int(Int32.max)).map(Int64.init)
    guard !named.isEmpty else {
      guard quorum == nil else {
        throw ServiceError.usage("a quorum is of several owners: name each with --owner")
      }
      return nil
    }
    let owners = try named.map { text in
      guard let equals = text.lastIndex(of: "="), let weight = Int64(text[equals...].dropFirst())
      else {
        throw ServiceError.usage("'\(text)' names no owner and weight: write one such as ada=2")
      }
      return Ownership.Owner(
        party: try Lookup.party(String(text[..<equals]), layout: layout), weight: weight)
    }
    do {
      return try Ownership(owners: owners, quorum: quorum)
    } catch {
      throw ServiceError.usage("\(error)")
    }
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
    let grants = snapshot.state.grants(covering: work)
    var lines = [
      "work    \(digest.hex)",
      "title   \(snapshot.names.title(of: digest, in: snapshot.state))",
    ]
    lines += work.owners.map { owner in
      let part = work.registration.ownership == nil ? "" : "  \(owner.weight) parts"
      let name = snapshot.names.name(of: owner.party, in: snapshot.state)
      return "owner   \(name)  \(owner.party)\(part)"
    }
    if let ownership = work.registration.ownership {
      lines.append("quorum  \(ownership.quorum) of \(ownership.total) parts")
    }
    if let model = work.registration.generator {
      lines.append("made by \(snapshot.state.models[model]?.text ?? "the model " + model.hex)")
    }
    lines += ["bytes   \(work.registration.byteCount)", "entry   \(work.position)"]
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
