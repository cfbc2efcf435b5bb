// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import Signing
import Storage

extension RegisterAudit {
  /// Compares `cadastre.json` with the first entry, which commits to the register's name.
  mutating func auditConfiguration() {
    let subject = relative(layout.configuration)
    do {
      let configuration = try RegisterConfiguration.read(layout)
      report.require(
        try FileSystem.readFile(layout.configuration) == configuration.bytes, subject,
        "it is not written as 'cadastre init' writes it: restore it from a copy")
      report.require(
        configuration.operator == state.operator, subject,
        "it names another operator than the log's first entry")
      report.require(
        configuration
          == RegisterConfiguration(
            name: configuration.name, operator: configuration.operator),
        subject, "its origin is not that of its name")
      guard let first = state.operator.flatMap({ state.parties[$0] }) else { return }
      // Openings are private; who has only the public files takes the name as it stands.
      report.checked("register", "configuration against the first entry", 1)
      guard FileSystem.fileExists(layout.openings) else { return }
      let openings = try OpeningStore(path: layout.openings, readOnly: true)
      if let opening = try openings.opening(of: first.name) {
        report.require(
          opening.value == configuration.name, subject,
          "its name is not the one that the log's first entry commits to")
      }
    } catch {
      report.found(subject, "\(error)")
    }
  }

  /// Notes files below the register's folders that nothing in the log accounts for.
  mutating func auditFolders() {
    auditStrays(
      in: layout.settlements,
      expected: Set(state.settlements.map { "\($0.record.period)-\($0.record.number).json" }))
    auditStrays(
      in: layout.admissions,
      expected: Set(
        state.admissions.flatMap { manifest, admission in
          ["manifest.json", "decisions.jsonl"].map { "\(manifest.hex)/\($0)" }
            + (admission.record.whitelist == nil ? [] : ["\(manifest.hex)/whitelist.txt"])
        }))
    auditKeptStates()
    let (runs, layout) = (state.runs, layout)
    auditStrays(in: layout.models) { file in
      guard let slash = file.firstIndex(of: "/"), let name = ModelName(String(file[..<slash])),
        let run = runs[name]
      else { return false }
      let isKept = run.checkpoints.contains {
        layout.keptState(name, segment: $0.segment) == layout.models + "/" + file
      }
      if isKept { return true }
      // What an unfinished run left half written is written again by the same command.
      return run.release?.files.keys.contains(String(file[slash...].dropFirst())) ?? true
    }
  }
}
