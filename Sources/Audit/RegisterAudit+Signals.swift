// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Register
import Rights
import Signing
import Storage

extension RegisterAudit {
  /// Reads the documents of every signal again: same bytes, same meaning.
  mutating func auditSignals() {
    var expected: Set<String> = []
    for signal in state.signals {
      let observation = signal.observation
      var documents: [SourceDocument] = []
      for evidence in observation.evidence {
        expected.insert(evidence.digest.hex)
        // A document that was too large was kept as far as one byte beyond the limit.
        let limit = ReadingLimits.largest(evidence.place) + 1
        guard
          let bytes = boundFile(layout.signal(evidence.digest), is: evidence.digest, limit: limit)
        else { continue }
        report.require(
          Int64(bytes.count) == evidence.byteCount, "entry \(signal.position)",
          "its document \(evidence.digest.short) has another size than it states")
        documents.append(
          SourceDocument(
            place: evidence.place, bytes: bytes, status: evidence.status.map(Int.init)))
      }
      guard documents.count == observation.evidence.count else { continue }
      let reading = SignalReader.read(documents, url: observation.url).first {
        $0.format == observation.format
      }
      report.require(
        reading?.stances.purposes(.prohibited) == observation.prohibited
          && reading?.version == observation.version
          && reading?.documents == Array(documents.indices),
        "entry \(signal.position)", "its documents, read again, say something else")
    }
    report.checked("signals", "signals read again from their documents", state.signals.count)
    auditStrays(in: layout.signals, expected: expected)
  }
}
