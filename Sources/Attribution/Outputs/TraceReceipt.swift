// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Primitives
package import Signing

/// What a register says of one text and one model: amounts that add up, and spans beside them.
///
/// Signed by the operator as an `eddsa-jcs-2022` document. Names and titles are not in it, nor is the
/// text: only its digest.
package struct TraceReceipt: Hashable, Sendable {
  /// A row of the division: an account, or those that share a row.
  package struct Contributor: Hashable, Sendable {
    package let parties: [DIDKey]
    package let amount: Int64

    /// Describes a row.
    package init(parties: [DIDKey], amount: Int64) {
      self.parties = parties
      self.amount = amount
    }
  }

  /// A verbatim span of the text.
  package struct Span: Hashable, Sendable {
    package let start: Int
    package let length: Int
    package let occurrences: Int
    /// The works it stands in, and the byte of each; the first ones.
    package let places: [Place]

    /// Describes a span.
    package init(start: Int, length: Int, occurrences: Int, places: [Place]) {
      self.start = start
      self.length = length
      self.occurrences = occurrences
      self.places = places
    }
  }

  /// Where a span stands.
  package struct Place: Hashable, Sendable {
    package let work: Digest
    package let byte: Int

    /// Names a work and a byte of it.
    package init(work: Digest, byte: Int) {
      self.work = work
      self.byte = byte
    }
  }

  /// What a receipt rests on.
  package struct Source: Hashable, Sendable {
    package let model: String
    /// The digest of `model.safetensors`, and of the index of displacements.
    package let weights: Digest
    package let displacements: Digest
    /// The family of matrix products that computed it.
    package let kernels: String
    /// The log that was read: its origin, size and root.
    package let logOrigin: String
    package let logSize: Int64
    package let logRoot: Digest

    /// Names what a receipt rests on.
    package init(
      model: String, weights: Digest, displacements: Digest, kernels: String, logOrigin: String,
      logSize: Int64, logRoot: Digest
    ) {
      self.model = model
      self.weights = weights
      self.displacements = displacements
      self.kernels = kernels
      self.logOrigin = logOrigin
      self.logSize = logSize
      self.logRoot = logRoot
    }
  }

  package let source: Source
  /// The SHA-256 of the text and its length.
  package let text: Digest
  package let byteCount: Int
  package let predictions: Int
  package let windows: Int
  /// Natural logarithms of the text's probability, in nanonats.
  package let before: Int64
  package let after: Int64
  package let contributors: [Contributor]
  package let decay: Int64
  package let residual: Int64
  /// What of the residual is rounding of the stored displacements.
  package let rounding: Int64
  /// The shortest span looked for; nil where none was looked for.
  package let minimumSpan: Int?
  package let spans: [Span]

  /// States a division and spans.
  ///
  /// - Parameters:
  ///   - source: What it rests on.
  ///   - text: The text.
  ///   - division: Its division.
  ///   - rows: The accounts of each row of the division.
  ///   - minimumSpan: The shortest span looked for; nil where none was looked for.
  ///   - spans: The spans found.
  package init(
    source: Source, text: [UInt8], division: OutputDivision, rows: [[DIDKey]], minimumSpan: Int?,
    spans: [Span]
  ) {
    precondition(rows.count == division.amounts.count, "a division has one amount a row")
    self.source = source
    self.text = SHA256.digest(text)
    byteCount = text.count
    predictions = division.predictions
    windows = division.windows
    before = division.before
    after = division.after
    contributors = zip(rows, division.amounts).map { Contributor(parties: $0, amount: $1) }
    decay = division.decay
    residual = division.residual
    rounding = division.rounding
    self.minimumSpan = minimumSpan
    self.spans = spans
  }

  /// What was gained.
  package var gained: Int64 { after - before }

  private static let format = "cadastre-trace/1"
  private static let range = -JSON.largestExactInteger...JSON.largestExactInteger

  /// Whether the amounts, decay and residual are what was gained.
  package var addsUp: Bool {
    let credited = contributors.reduce(Int128(decay) + Int128(residual)) { $0 + Int128($1.amount) }
    return credited == Int128(after) - Int128(before)
  }
}

extension TraceReceipt {
  /// The document without its proof.
  package var json: JSON {
    [
      "format": .string(Self.format), "unit": "nanonats", "model": .string(source.model),
      "weights": .string(source.weights.hex),
      "displacements": .string(source.displacements.hex), "kernels": .string(source.kernels),
      "log": [
        "origin": .string(source.logOrigin), "size": .integer(source.logSize),
        "root": .string(source.logRoot.hex),
      ],
      "text": [
        "sha256": .string(text.hex), "bytes": .integer(Int64(byteCount)),
        "predicted": .integer(Int64(predictions)), "windows": .integer(Int64(windows)),
      ],
      "contributive": [
        "before": .integer(before), "after": .integer(after), "gained": .integer(gained),
        "contributors": .array(
          contributors.map {
            [
              "parties": .array($0.parties.map { .string($0.text) }), "amount": .integer($0.amount),
            ]
          }),
        "decay": .integer(decay), "residual": .integer(residual), "rounding": .integer(rounding),
      ],
      "corroborative": minimumSpan.map { minimum in
        [
          "minimumBytes": .integer(Int64(minimum)), "spans": .array(spans.map(\.json)),
        ]
      } ?? .null,
    ]
  }

  /// Reads the document, strictly, with or without a proof; amounts that do not add up are no receipt.
  ///
  /// - Throws: `JSONFieldError`.
  package init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the receipt")
    _ = try fields.parsed("format", as: Self.format) { $0 == Self.format ? $0 : nil }
    _ = try fields.parsed("unit", as: "nanonats") { $0 == "nanonats" ? $0 : nil }
    let model = try fields.string("model")
    let weights = try Self.digest(&fields, "weights")
    let displacements = try Self.digest(&fields, "displacements")
    let kernels = try fields.string("kernels")
    var log = try JSONFields(try fields.value("log"), of: "the receipt's log")
    source = Source(
      model: model, weights: weights, displacements: displacements, kernels: kernels,
      logOrigin: try log.string("origin"), logSize: try log.integer("size"),
      logRoot: try Self.digest(&log, "root"))
    try log.finish()
    var about = try JSONFields(try fields.value("text"), of: "the receipt's text")
    text = try Self.digest(&about, "sha256")
    byteCount = Int(try about.integer("bytes"))
    predictions = Int(try about.integer("predicted"))
    windows = Int(try about.integer("windows"))
    try about.finish()
    var division = try JSONFields(try fields.value("contributive"), of: "the receipt's division")
    before = try division.integer("before", in: Self.range)
    after = try division.integer("after", in: Self.range)
    let gained = try division.integer("gained", in: Self.range)
    contributors = try Self.contributors(try division.array("contributors"))
    decay = try division.integer("decay", in: Self.range)
    residual = try division.integer("residual", in: Self.range)
    rounding = try division.integer("rounding", in: Self.range)
    try division.finish()
    let corroborative = try fields.value("corroborative")
    (minimumSpan, spans) = corroborative == .null ? (nil, []) : try Self.spans(corroborative)
    _ = fields.optional("proof")
    try fields.finish()
    guard addsUp, gained == after - before else {
      throw .wrong(
        name: "contributive", expected: "amounts that add up to what was gained",
        subject: "the receipt")
    }
  }

  private static func digest(
    _ fields: inout JSONFields, _ name: String
  ) throws(JSONFieldError) -> Digest {
    try fields.parsed(name, as: "a SHA-256 digest", Digest.init(hex:))
  }

  private static func spans(_ json: JSON) throws(JSONFieldError) -> (minimum: Int, spans: [Span]) {
    var part = try JSONFields(json, of: "the receipt's spans")
    let minimum = Int(try part.integer("minimumBytes"))
    var spans: [Span] = []
    for value in try part.array("spans") { spans.append(try Span(json: value)) }
    try part.finish()
    return (minimum, spans)
  }

  private static func contributors(_ values: [JSON]) throws(JSONFieldError) -> [Contributor] {
    var contributors: [Contributor] = []
    for value in values {
      var row = try JSONFields(value, of: "a contributor of the receipt")
      let texts = try row.array("parties")
      let parties = texts.compactMap { $0.string.flatMap(DIDKey.init) }
      guard parties.count == texts.count, !parties.isEmpty else {
        throw .wrong(name: "parties", expected: "did:keys", subject: "a contributor of the receipt")
      }
      contributors.append(
        Contributor(parties: parties, amount: try row.integer("amount", in: range)))
      try row.finish()
    }
    return contributors
  }
}

extension TraceReceipt.Span {
  var json: JSON {
    [
      "start": .integer(Int64(start)), "length": .integer(Int64(length)),
      "occurrences": .integer(Int64(occurrences)),
      "places": .array(
        places.map { ["work": .string($0.work.hex), "byte": .integer(Int64($0.byte))] }),
    ]
  }

  init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "a span of the receipt")
    start = Int(try fields.integer("start"))
    length = Int(try fields.integer("length"))
    occurrences = Int(try fields.integer("occurrences"))
    var places: [TraceReceipt.Place] = []
    for value in try fields.array("places") {
      var place = try JSONFields(value, of: "a place of the receipt")
      places.append(
        TraceReceipt.Place(
          work: try place.parsed("work", as: "a SHA-256 digest", Digest.init(hex:)),
          byte: Int(try place.integer("byte"))))
      try place.finish()
    }
    self.places = places
    try fields.finish()
  }
}
