// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Attribution
import Canonical
import Gate
import Kernels
import Primitives
package import Register
import Signing
import Storage
import Transformer
import TransparencyLog
import Verbatim

/// Says of a text whose works raised its likelihood, and where it stands word for word.
///
/// Two kinds of evidence that are never mixed: the division is *contributive*, what the accounts'
/// gradients did to the model; the spans are *corroborative*, what the text has in common with works.
package enum TraceText {
  /// What is asked for.
  package struct Request {
    let model: ModelName
    let text: [UInt8]
    let isFine: Bool
    let minimumSpan: Int?
    let corpus: String?
    let threads: Int

    /// Asks about a text.
    ///
    /// - Parameters:
    ///   - model: A released model.
    ///   - text: Any bytes.
    ///   - isFine: Whether to integrate with more nodes.
    ///   - minimumSpan: The shortest span to look for; nil looks for none.
    ///   - corpus: Where the admitted works lie; nil for where they lay when the model was trained.
    ///   - threads: How many threads compute; changes no result.
    package init(
      model: ModelName, text: [UInt8], isFine: Bool, minimumSpan: Int?, corpus: String?,
      threads: Int
    ) {
      self.model = model
      self.text = text
      self.isFine = isFine
      self.minimumSpan = minimumSpan
      self.corpus = corpus
      self.threads = threads
    }
  }

  /// What was found.
  package struct Result: Sendable {
    /// The whole answer, as a receipt states it.
    package let receipt: TraceReceipt
    /// The text.
    package let text: [UInt8]
    /// The model's context, in tokens.
    package let context: Int
    /// The stored intervals, and how many gradients were taken.
    package let intervals: Int
    package let gradients: Int
  }

  /// Divides and searches.
  ///
  /// - Throws: `ServiceError` where the model was trained without displacements, or a file is not the
  ///   one that was logged or admitted; `OutputError` for a text that cannot be divided.
  package static func run(_ request: Request, in snapshot: RegisterSnapshot) throws -> Result {
    guard let run = snapshot.state.runs[request.model], let files = run.release?.files else {
      throw ServiceError.refused("no model '\(request.model)' is released")
    }
    guard let indexDigest = files[DisplacementIndex.path] else {
      throw ServiceError.refused(
        "'\(request.model)' was trained without displacements: train it again with a"
          + " 'displacementBudgetBytes' above 0")
    }
    let index = try DisplacementIndex(
      json: try ModelFile.read(
        DisplacementIndex.path, of: request.model, snapshot.layout, snapshot.state))
    let (division, context) = try divide(
      request, index: index, run: run.start, in: snapshot, files: files)
    let spans = try request.minimumSpan.map {
      try search(request, minimum: $0, run: run.start, snapshot, files: files)
    }
    guard let verifier = snapshot.configuration.verifier, let weights = run.finish?.weights else {
      throw ServiceError.refused("the register's origin is no name of a log")
    }
    let size = UInt64(snapshot.state.size)
    let source = TraceReceipt.Source(
      model: request.model.text, weights: weights, displacements: indexDigest,
      kernels: try BLAS.load().family, logOrigin: snapshot.configuration.origin,
      logSize: Int64(size),
      logRoot: try LogReader(path: snapshot.layout.log, verifier: verifier).root(at: size))
    let receipt = TraceReceipt(
      source: source, text: request.text, division: division, rows: index.rows,
      minimumSpan: request.minimumSpan, spans: spans ?? [])
    return Result(
      receipt: receipt, text: request.text, context: context, intervals: index.intervals.count,
      gradients: division.gradients)
  }

  // MARK: - Contributive

  private static func divide(
    _ request: Request, index: DisplacementIndex, run: RunStart, in snapshot: RegisterSnapshot,
    files: [String: Digest]
  ) throws -> (OutputDivision, context: Int) {
    let configuration = try RunConfiguration(json: run.configuration)
    let model = try LlamaModel(configuration.model, blas: try BLAS.load())
    let encoding = try ModelFile.encoding(
      of: request.model, vocabularySize: configuration.model.vocabularySize,
      layout: snapshot.layout, state: snapshot.state)
    let directory = snapshot.layout.model(request.model)
    let count = model.layout.count
    let weightsPath = directory + "/model.safetensors"
    let weights = try MappedFile(path: weightsPath)
    let mapped = try index.intervals.indices.map {
      try MappedFile(path: directory + "/" + DisplacementIndex.path($0))
    }
    defer { withExtendedLifetime((weights, mapped)) {} }
    let sources =
      [(weightsPath, files["model.safetensors"])]
      + index.intervals.enumerated().map {
        (directory + "/" + DisplacementIndex.path($0), Optional($1.digest))
      }
    let digests = hash([weights.bytes] + mapped.map(\.bytes), threads: request.threads)
    for (source, digest) in zip(sources, digests) where source.1 != digest {
      throw ServiceError.refused(
        "'\(source.0)' is not the file that the log binds: run 'cadastre verify'")
    }
    var reader = WeightsReader(model.layout)
    try reader.read(file: weightsPath, Array(weights.bytes))
    let final = try reader.finish(file: weightsPath)
    let intervals = mapped.enumerated().compactMap { number, file in
      DisplacementInterval(
        file.bytes, number: number, parameterCount: count, rowCount: index.rows.count,
        bits: index.intervals[number].bits)
    }
    guard intervals.count == mapped.count else {
      throw ServiceError.refused("the displacements of '\(request.model)' are of another model")
    }
    let division = try OutputAttribution(model: model, threads: request.threads).divide(
      try encoding.encode(request.text), intervals: intervals, final: final.base,
      rowCount: index.rows.count,
      precision: request.isFine ? .fine : .quick)
    return (division, configuration.model.contextLength)
  }

  private static func hash(_ files: [UnsafeRawBufferPointer], threads: Int) -> [Digest] {
    var digests = Array(repeating: SHA256.digest([]), count: files.count)
    digests.withUnsafeMutableBufferPointer { digests in
      let digests = digests
      Workers(count: threads).run(pieces: files.count) { file, _ in
        digests[file] = SHA256.digest(files[file])
      }
    }
    return digests
  }

  // MARK: - Corroborative

  private static func search(
    _ request: Request, minimum: Int, run: RunStart, _ snapshot: RegisterSnapshot,
    files: [String: Digest]
  ) throws -> [TraceReceipt.Span] {
    let layout = snapshot.layout
    let path = layout.model(request.model) + "/" + SpanIndexFile.path
    let manifest = try ModelFile.manifest(run.manifest, layout: layout)
    let corpus = try request.corpus ?? ModelFile.corpus(of: request.model, layout: layout)
    let texts = try PreparedRun.read(manifest.entries, below: corpus).map(\.bytes)
    let file = try MappedFile(path: path)
    guard SHA256.digest(file.bytes) == files[SpanIndexFile.path] else {
      throw ServiceError.refused(
        "'\(path)' is not the file that the log binds: run 'cadastre verify'")
    }
    defer { withExtendedLifetime(file) {} }
    let indexes = try SpanIndexFile.indexes(file.bytes, manifest: run.manifest, texts: texts)
    return SpanSearch(indexes).spans(in: request.text, minimum: minimum).map { span in
      TraceReceipt.Span(
        start: span.range.lowerBound, length: span.range.count, occurrences: span.occurrences,
        places: span.places.map { place in
          .init(work: manifest.entries[place.text].work, byte: place.offset)
        })
    }
  }
}
