// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Glibc
import Presentation
import Primitives
import Register
import Service
import Signing
import Storage

/// `cadastre erase`.
enum EraseCommand {
  static func erase(_ context: Context) throws -> Output {
    let isSure = context.arguments.flag("yes")
    guard isSure || isatty(STDIN_FILENO) == 1 else {
      throw ServiceError.usage(
        "nobody can be asked here: give --yes to erase for good, without a question")
    }
    let writer = try context.writer()
    let subject = try subject(context.arguments.requiredArgument("PARTY|WORK"), in: writer)
    let openings = try EraseOpenings.openings(of: subject, in: writer.state)
    if !isSure {
      try ask("\(name(of: subject)): erase what \(openings.count) commitments open to, for good?")
    }
    let result = try EraseOpenings.run(openings, in: writer)
    return Output(
      text: text(of: result, subject, context.console),
      json: [
        "entries": .array(result.positions.map { .integer(Int64($0)) }),
        "commitments": .array(result.commitments.map { .string($0.hex) }),
        "erased": .integer(Int64(result.erasedCount)),
        "remaining": .array(result.remaining.map { .string($0) }),
        "notSearched": .integer(Int64(result.shortCount)),
      ])
  }

  /// A did, a key kept here, or the beginning of a work's digest; nothing that could be two of them.
  private static func subject(
    _ text: String, in writer: RegisterWriter
  ) throws -> OpeningErasure.Subject {
    let isKey = try KeyStore(writer.layout).list().contains { $0.name == text }
    let works = writer.state.works.keys
    guard isKey || text.hasPrefix("did:") else {
      return .work(try Lookup.digest(text, among: works, called: "work"))
    }
    if isKey, works.contains(where: { $0.hex.hasPrefix(text) }) {
      throw ServiceError.refused(
        "'\(text)' names a key and begins a work's digest: give the did, or more digits")
    }
    return .party(try Lookup.party(text, layout: writer.layout))
  }

  private static func name(of subject: OpeningErasure.Subject) -> String {
    switch subject {
    case .party(let party): "the party \(party.short)"
    case .work(let work): "the work \(work.short)"
    }
  }

  private static func ask(_ question: String) throws {
    Stream.error.write(question + " Type 'erase' to go on: ")
    guard readLine(strippingNewline: true) == "erase" else {
      throw ServiceError.refused("nothing was erased: the answer was not 'erase'")
    }
  }

  private static func text(
    of result: EraseOpenings.Result, _ subject: OpeningErasure.Subject, _ console: Console
  ) -> String {
    let entries = result.positions.map(String.init).joined(separator: ", ")
    var lines = [
      "\(name(of: subject)): \(result.erasedCount) openings erased"
        + (entries.isEmpty ? ", as the log said before" : ", as entry \(entries) says"),
      "in the log stay: the did:key, the digests of works, the commitments, which open to nothing",
      "copies elsewhere stay too: backups, mirrors of this directory, pages and receipts sent out",
    ]
    if result.shortCount > 0 {
      lines.append("\(result.shortCount) short values were erased and not looked for in files")
    }
    if result.erasedCount == 0 {
      lines.append("nothing was kept of them, so nothing was looked for in other files")
    }
    if result.remaining.isEmpty, result.erasedCount > result.shortCount {
      lines.append("no file below the register holds the erased words that were looked for")
    }
    if !result.remaining.isEmpty {
      lines.append("the erased words stand still in:")
      lines += result.remaining.prefix(20).map { "  " + $0 }
      if result.remaining.count > 20 { lines.append("  and \(result.remaining.count - 20) more") }
      lines.append("paths that the log binds cannot change; what is yours, remove by hand")
    }
    return lines.map { TextStyle.safe($0) + "\n" }.joined()
  }
}
