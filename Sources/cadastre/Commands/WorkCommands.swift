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

/// `cadastre work add`.
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
}
