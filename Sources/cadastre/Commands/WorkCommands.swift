// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Presentation
import Primitives
import Register
import Service
import Signing

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
}
