// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Register
package import Rights
package import Signing
import Storage

/// Records what the documents of a party say, with the documents themselves.
package enum ObserveSignals {
  /// One vocabulary that was read.
  package struct Result: Sendable {
    /// What is recorded.
    package let observation: SignalObservation
    /// What was read.
    package let reading: CombinedReading
    /// The entry of the log.
    package let position: Int
    /// Whether the entry is from now; else the log said the same before.
    package let isNew: Bool
  }

  /// Records one event for each vocabulary that the documents speak.
  ///
  /// What the log says already, as the last word on it, is not recorded again.
  ///
  /// - Parameters:
  ///   - documents: The documents.
  ///   - party: Whose statement they are.
  ///   - subject: What they speak of.
  ///   - key: The party's key where it signs itself; nil for the operator.
  ///   - writer: The register.
  /// - Returns: What was read, each with its entry.
  /// - Throws: `ServiceError.refused` with the rule broken; what the disk throws.
  package static func record(
    _ documents: SignalDocuments, of party: DIDKey, subject: SignalSubject,
    signedBy key: SecretKey?, in writer: RegisterWriter
  ) throws -> [Result] {
    var results: [Result] = []
    var drafts: [RegisterWriter.Draft] = []
    for reading in documents.readings {
      let observation = SignalObservation(
        party: party, subject: subject, format: reading.format, version: reading.version,
        url: documents.url, evidence: reading.documents.map { documents.documents[$0].evidence },
        prohibited: reading.stances.purposes(.prohibited))
      if let known = writer.state.known(observation) {
        results.append(
          Result(
            observation: observation, reading: reading, position: known.position, isNew: false))
        continue
      }
      results.append(
        Result(
          observation: observation, reading: reading,
          position: writer.state.size + drafts.count, isNew: true))
      drafts.append(.init(.signalObserved(observation), signedBy: key ?? writer.operatorKey))
    }
    guard !drafts.isEmpty else { return results }
    let spoken = Set(results.filter(\.isNew).flatMap(\.reading.documents)).sorted()
    try writer.append(drafts) {
      try FileSystem.createDirectory(writer.layout.signals)
      for index in spoken {
        let document = documents.documents[index]
        try DurableFile.write(
          document.bytes, to: writer.layout.signal(document.evidence.digest))
      }
    }
    return results
  }
}
