// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Primitives
package import Signing

/// The vocabularies in which sources say what may be done with them.
package enum SignalFormat: String, Sendable, CaseIterable {
  /// Really Simple Licensing 1.0.
  case rsl
  /// `Content-Usage` of the IETF's AIPREF drafts.
  case aipref
  /// `Content-Signal` in robots.txt.
  case contentSignal = "content-signal"
  /// Access rules of RFC 9309.
  case robots
  /// `X-Robots-Tag` and its HTML form with `noai`.
  case robotsTag = "robots-tag"
  /// The TDM Reservation Protocol.
  case tdmrep
  /// `ai.txt`.
  case aiTxt = "ai-txt"
  /// `plus:DataMining` of PLUS and IPTC.
  case plus
  /// The training and data mining assertion of CAWG and C2PA.
  case trainingMining = "training-mining"
}

/// The documents that carry signals.
package enum SignalPlace: String, Sendable, CaseIterable {
  case robots = "robots.txt"
  case headers = "http-headers"
  case tdmrepFile = "tdmrep.json"
  case html = "html"
  case license = "license.xml"
  case aiTxt = "ai.txt"
  case epubPackage = "epub-package"
  case xmp = "xmp"
  case contentCredential = "c2pa"
}

/// What a signal speaks of.
package enum SignalSubject: Hashable, Sendable {
  /// One work, by the SHA-256 of its bytes.
  case work(Digest)
  /// Every work of the party.
  case allWorks
}

/// `signal.observed`: what documents of a party say, in one vocabulary, about the use of its works.
///
/// It never grants anything. Signed by the operator, or by the party itself. The bytes of the
/// documents lie beside the register, so that anybody can read them again.
package struct SignalObservation: Hashable, Sendable {
  /// One document as it was read.
  package struct Evidence: Hashable, Sendable {
    /// What kind of document.
    package let place: SignalPlace
    /// The SHA-256 of its bytes.
    package let digest: Digest
    /// The size in bytes.
    package let byteCount: Int64
    /// The status it was answered with, 0 where nobody answered; nil where none is known.
    package let status: Int64?

    /// Names a document.
    package init(place: SignalPlace, digest: Digest, byteCount: Int64, status: Int64?) {
      self.place = place
      self.digest = digest
      self.byteCount = byteCount
      self.status = status
    }
  }

  /// Whose statement it is.
  package let party: DIDKey
  /// What it speaks of.
  package let subject: SignalSubject
  /// The vocabulary.
  package let format: SignalFormat
  /// The version of the vocabulary that the terms were read by.
  package let version: String
  /// The URL or path that rules were matched against; nil for the root.
  package let url: String?
  /// The documents, at least one.
  package let evidence: [Evidence]
  /// The purposes that they prohibit, sorted by name; empty where they prohibit nothing.
  package let prohibited: [Purpose]

  /// The longest URL that is recorded, in bytes.
  package static let longestURL = 2_048
  /// The most documents that one observation rests on.
  package static let mostDocuments = 64
  /// The longest name of a version, in bytes.
  package static let longestVersion = 64

  /// Makes an observation.
  package init(
    party: DIDKey, subject: SignalSubject, format: SignalFormat, version: String, url: String?,
    evidence: [Evidence], prohibited: some Sequence<Purpose>
  ) {
    self.party = party
    self.subject = subject
    self.format = format
    self.version = version
    self.url = url
    self.evidence = evidence
    self.prohibited = Set(prohibited).sorted { $0.rawValue < $1.rawValue }
  }

  /// The kinds of the documents, for people: `robots.txt, http-headers`.
  package var place: String {
    var seen: [String] = []
    for each in evidence where !seen.contains(each.place.rawValue) {
      seen.append(each.place.rawValue)
    }
    return seen.joined(separator: ", ")
  }
}

// MARK: - Payload

extension SignalObservation {
  init(payload: JSON) throws(JSONFieldError) {
    let name = "signal.observed"
    var fields = try JSONFields(payload, of: name)
    party = try fields.parsed("party", as: "a did:key of an Ed25519 key", DIDKey.init)
    subject = try fields.parsed("work", as: "a SHA-256 digest or all-works-of-party") { text in
      text == "all-works-of-party" ? .allWorks : Digest(hex: text).map(SignalSubject.work)
    }
    format = try fields.parsed("format", as: "a known format", SignalFormat.init(rawValue:))
    version = try fields.parsed("version", as: "1 to \(Self.longestVersion) bytes") { text in
      (1...Self.longestVersion).contains(text.utf8.count) ? text : nil
    }
    url = try fields.optional("url").map { value throws(JSONFieldError) in
      guard let text = value.string, (1...Self.longestURL).contains(text.utf8.count) else {
        throw .wrong(name: "url", expected: "1 to \(Self.longestURL) bytes", subject: name)
      }
      return text
    }
    var evidence: [Evidence] = []
    for value in try fields.array("evidence") { evidence.append(try Evidence(json: value)) }
    guard (1...Self.mostDocuments).contains(evidence.count) else {
      throw .wrong(
        name: "evidence", expected: "1 to \(Self.mostDocuments) documents", subject: name)
    }
    self.evidence = evidence
    var prohibited: [Purpose] = []
    for value in try fields.array("prohibited") {
      guard let purpose = value.string.flatMap(Purpose.init(rawValue:)) else {
        throw .wrong(name: "prohibited", expected: "purposes", subject: name)
      }
      prohibited.append(purpose)
    }
    guard prohibited == Set(prohibited).sorted(by: { $0.rawValue < $1.rawValue }) else {
      throw .wrong(name: "prohibited", expected: "sorted, each once", subject: name)
    }
    self.prohibited = prohibited
    try fields.finish()
  }

  /// The observation as JSON, as the log has it.
  package var json: JSON { payload }

  var payload: JSON {
    var object: JSONObject = [
      "party": .string(party.text), "format": .string(format.rawValue),
      "version": .string(version), "evidence": .array(evidence.map(\.json)),
      "prohibited": .array(prohibited.map { .string($0.rawValue) }),
    ]
    switch subject {
    case .work(let digest): object["work"] = .string(digest.hex)
    case .allWorks: object["work"] = "all-works-of-party"
    }
    object["url"] = url.map { .string($0) }
    return .object(object)
  }
}

extension SignalObservation.Evidence {
  init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the evidence of a signal")
    place = try fields.parsed("place", as: "a known place", SignalPlace.init(rawValue:))
    digest = try fields.parsed("digest", as: "a SHA-256 digest", Digest.init(hex:))
    byteCount = try fields.integer("bytes", in: 0...JSON.largestExactInteger)
    status = fields.has("status") ? try fields.integer("status", in: 0...599) : nil
    try fields.finish()
  }

  var json: JSON {
    var object: JSONObject = [
      "place": .string(place.rawValue), "digest": .string(digest.hex),
      "bytes": .integer(byteCount),
    ]
    object["status"] = status.map { .integer($0) }
    return .object(object)
  }
}
