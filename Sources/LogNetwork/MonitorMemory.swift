// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Merkle
package import Primitives
package import Signing

/// What a monitor keeps of a log from one visit to the next.
package struct MonitorMemory: Hashable, Sendable {
  /// The largest file that is read, in bytes.
  package static let maximumByteCount = 4 << 20
  private static let format = "cadastre-monitor/1"

  /// The log's key.
  package let log: NoteVerifier
  /// The last checkpoint that was found true, as a note.
  package var note: [UInt8]
  /// What the log signed in it.
  package var checkpoint: Checkpoint
  /// The latest moment that an entry stated; nil where none did.
  package var latest: Timestamp?
  /// The newest cosignature of each witness, by its key, in seconds since 1970.
  package var cosigned: [String: Int64]

  init(
    log: NoteVerifier, note: [UInt8], checkpoint: Checkpoint, latest: Timestamp? = nil,
    cosigned: [String: Int64] = [:]
  ) {
    self.log = log
    self.note = note
    self.checkpoint = checkpoint
    self.latest = latest
    self.cosigned = cosigned
  }

  /// The file form.
  package var json: JSON {
    [
      "format": .string(Self.format), "log": .string(log.text),
      "note": .string(String(decoding: note, as: UTF8.self)),
      "latest": .string(latest?.description ?? ""),
      "cosigned": .object(JSONObject(cosigned.map { ($0.key, .integer($0.value)) })),
    ]
  }

  /// Reads the file form, strictly; the note must be the log's.
  package init(json: JSON) throws(JSONFieldError) {
    let subject = "the monitor's memory"
    var fields = try JSONFields(json, of: subject)
    _ = try fields.parsed("format", as: "'\(Self.format)'") { $0 == Self.format ? $0 : nil }
    log = try fields.parsed("log", as: "a log's key") { NoteVerifier($0) }
    note = Array(try fields.string("note").utf8)
    let moment = try fields.string("latest")
    latest = Timestamp(moment)
    guard moment.isEmpty || latest != nil else {
      throw .wrong(name: "latest", expected: "a moment or nothing", subject: subject)
    }
    guard let listed = try fields.value("cosigned").object else {
      throw .wrong(name: "cosigned", expected: "an object", subject: subject)
    }
    cosigned = [:]
    for member in listed.members { cosigned[member.key] = member.value.integer }
    try fields.finish()
    guard cosigned.count == listed.members.count else {
      throw .wrong(name: "cosigned", expected: "seconds by key", subject: subject)
    }
    guard let checkpoint = try? Checkpoint(signed: note, by: log) else {
      throw .wrong(name: "note", expected: "a checkpoint of the log", subject: subject)
    }
    self.checkpoint = checkpoint
  }
}
