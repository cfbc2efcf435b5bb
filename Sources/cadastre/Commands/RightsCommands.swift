// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Presentation
import Primitives
import Register
import Rights
import Service
import Signing

/// `cadastre signals read`, `signals check`, `signals list` and `export-terms`.
enum RightsCommands {
  static func read(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let documents = try documents(context)
    let writer = try context.writer()
    let name = arguments.required("party")
    let party = try Lookup.party(name, layout: writer.layout)
    let key = DIDKey(name) == nil ? try KeyStore(writer.layout).load(name) : nil
    guard (arguments.string("work") == nil) == arguments.flag("all") else {
      throw ServiceError.usage("a signal speaks of --work WORK, or of --all works, and not both")
    }
    var subject = SignalSubject.allWorks
    if let work = arguments.string("work") {
      subject = .work(try Lookup.digest(work, among: writer.state.works.keys, called: "work"))
    }
    let results = try ObserveSignals.record(
      documents, of: party, subject: subject, signedBy: key, in: writer)
    guard !results.isEmpty else {
      return Output(text: "the documents say nothing about the use of works\n", json: [])
    }
    let lines = results.map { result in
      let prohibited = result.observation.prohibited.map(\.rawValue).joined(separator: ", ")
      return "entry \(result.position)  \(result.observation.format.rawValue)  "
        + (prohibited.isEmpty ? "prohibits nothing" : "prohibits " + prohibited)
        + (result.isNew ? "" : "  (said before)") + "\n"
    }
    return Output(
      text: lines.joined(),
      json: .array(
        results.map { result in
          [
            "position": .integer(Int64(result.position)), "new": .bool(result.isNew),
            "reading": json(result.reading, documents),
          ]
        }))
  }

  static func check(_ context: Context) throws -> Output {
    let documents = try documents(context)
    let readings = documents.readings
    guard !readings.isEmpty else {
      return Output(text: "the documents say nothing about the use of works\n", json: [])
    }
    var table = TerminalTable(
      [.init("purpose")] + readings.map { .init($0.format.rawValue, mayShrink: true) })
    for purpose in Purpose.allCases {
      table.add(
        [.init(purpose.rawValue)]
          + readings.map { reading in
            switch reading.stances[purpose] {
            case .unknown: .init("unknown", .quiet)
            case .allowed: .init("allowed", .good)
            case .prohibited: .init("prohibited", .bad)
            }
          })
    }
    let notes = readings.flatMap { reading in
      zip(reading.documents, reading.readings).flatMap { index, each in
        each.notes.map { note in
          let line = note.line.map { ":\($0)" } ?? ""
          return "\(documents.files[index])\(line): \(each.format.rawValue): \(note.text)\n"
        }
      }
    }
    return Output(
      text: table.text(width: context.console.width, style: context.console.style)
        + notes.joined() + "nothing of this is a grant\n",
      json: .array(readings.map { json($0, documents) }))
  }

  static func list(_ context: Context) throws -> Output {
    let snapshot = try context.snapshot()
    var table = TerminalTable([
      .init("entry", .right), .init("party", mayShrink: true), .init("of", mayShrink: true),
      .init("format"), .init("in", mayShrink: true), .init("prohibits", mayShrink: true),
    ])
    for signal in snapshot.state.signals {
      let observation = signal.observation
      var subject = "all works"
      if case .work(let digest) = observation.subject {
        subject = snapshot.names.title(of: digest, in: snapshot.state)
      }
      let prohibited = observation.prohibited.map(\.rawValue).joined(separator: ", ")
      table.add([
        .init("\(signal.position)"),
        .init(snapshot.names.name(of: observation.party, in: snapshot.state)), .init(subject),
        .init(observation.format.rawValue), .init(observation.place, .quiet),
        prohibited.isEmpty ? .init("nothing", .quiet) : .init(prohibited, .bad),
      ])
    }
    return Output(
      text: table.text(width: context.console.width, style: context.console.style),
      json: .array(
        snapshot.state.signals.map { signal in
          [
            "position": .integer(Int64(signal.position)), "signal": signal.observation.json,
          ]
        }))
  }

  static func exportTerms(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let snapshot = try context.snapshot()
    let party = try Lookup.party(arguments.required("key"), layout: snapshot.layout)
    let places = try arguments.strings("at").map { text in
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else {
        throw ServiceError.usage("'\(text)' says not where a work lies: write WORK=/PATH")
      }
      let work = try Lookup.digest(
        String(parts[0]), among: snapshot.state.works.keys, called: "work")
      return ExportTerms.Place(work: work, path: String(parts[1]))
    }
    let directory = arguments.required("out")
    let result = try ExportTerms.run(
      of: party, places: places, baseURL: arguments.string("base-url"), to: directory,
      from: snapshot, at: Context.clock())
    let hint =
      result.terms.baseURL == nil
      ? "without --base-url the files do not name each other: robots.txt has no License line\n" : ""
    return Output(
      text: result.files.map { directory + "/" + $0 + "\n" }.joined() + hint,
      json: [
        "party": .string(party.text), "files": .array(result.files.map { .string($0) }),
        "grants": .array(result.terms.grants.map { .string($0.hex) }),
      ])
  }

  private static func documents(_ context: Context) throws -> SignalDocuments {
    let arguments = context.arguments
    return try SignalDocuments(
      files: arguments.arguments("FILE"),
      kind: arguments.string("format").flatMap(DocumentKind.init(rawValue:)),
      headers: arguments.string("headers"), status: try arguments.integer("status", in: 0...599),
      url: arguments.string("url"))
  }

  private static func json(_ reading: CombinedReading, _ documents: SignalDocuments) -> JSON {
    var stances = JSONObject()
    for purpose in Purpose.allCases {
      stances[purpose.rawValue] = .string(reading.stances[purpose].rawValue)
    }
    return [
      "format": .string(reading.format.rawValue), "version": .string(reading.version),
      "purposes": .object(stances),
      "documents": .array(
        zip(reading.documents, reading.readings).map { index, each in
          [
            "file": .string(documents.files[index]), "place": .string(each.place.rawValue),
            "digest": .string(documents.documents[index].evidence.digest.hex),
            "bytes": .integer(Int64(documents.documents[index].bytes.count)),
            "unreadable": .bool(each.isUnreadable),
            "notes": .array(
              each.notes.map { note in
                [
                  "line": note.line.map { .integer(Int64($0)) } ?? .null,
                  "text": .string(note.text),
                ]
              }),
          ]
        }),
    ]
  }
}
