// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Canonical
import Gate
import Kernels
import Money
import Primitives
import Register
import Signing
import Storage
import Transformer

/// A run whose inputs were checked: the works against the manifest, the manifest against the log.
struct PreparedRun {
  let model: ModelName
  let layout: RegisterLayout
  let entries: [Manifest.Entry]
  let configuration: RunConfiguration
  let start: RunStart
  let run: BookkeptRun
  let isNew: Bool

  var directory: String { layout.model(model) }
  var statePath: String { directory + "/.state" }

  /// Checks everything a run rests on and builds its engine.
  init(_ request: TrainModel.Request, in writer: RegisterWriter) throws {
    model = request.model
    layout = writer.layout
    configuration = request.configuration
    let manifest = request.manifest.manifest
    let digest = manifest.digest
    guard writer.state.admissions[digest] != nil else {
      throw ServiceError.refused(
        "the manifest is not one that this register decided: run 'cadastre admit' again")
    }
    isNew = writer.state.runs[model] == nil
    if isNew { try Self.requireGrants(manifest, in: writer) }
    // The books' order is that of owner and work, which is the order that breaks ties.
    entries = manifest.entries.sorted { ($0.owner, $0.work) < ($1.owner, $1.work) }
    let works = try Self.read(entries, below: request.manifest.corpus)
    let (state, grantee, moment) = (writer.state, manifest.grantee, writer.now)
    let text = try HeldOutText(works: works, configuration: configuration) { work in
      if case .granted = state.permission(
        for: work, purpose: .evaluate, grantee: grantee, at: moment)
      {
        true
      } else {
        false
      }
    }
    let owners = Array(Set(entries.map(\.owner))).sorted()
    let index = Dictionary(uniqueKeysWithValues: owners.enumerated().map { ($1, $0) })
    var training = configuration.training
    training.seed = request.seed
    let blas = try BLAS.load()
    let llama = try LlamaModel(configuration.model, blas: blas)
    run = try BookkeptRun(
      model: llama, training: training, books: configuration.books,
      lines: zip(entries, text.training).map {
        TrainingLine(owner: index[$0.owner] ?? 0, bytes: $1)
      },
      targets: text.targets, threads: request.threads)
    let baseline = BigramBaseline(texts: text.training)
    start = RunStart(
      model: model, manifest: digest, configuration: configuration.json,
      seed: Int64(request.seed), software: "cadastre \(CadastreVersion.text)",
      kernels: blas.family, initialWeights: run.weightsDigest,
      targets: zip(text.targets, configuration.targets).map { target, configured in
        TargetCommitment(
          name: target.name, digest: HeldOutText.digest(of: target),
          byteCount: Int64(target.passages.reduce(0) { $0 + $1.count - 1 }),
          weight: Int64(configured.weight), commonsLine: baseline.loss(target))
      })
  }

  /// Refuses to start on works whose grant does not hold any more: revocation is forward.
  private static func requireGrants(_ manifest: Manifest, in writer: RegisterWriter) throws {
    let lost = manifest.entries.filter { entry in
      if case .granted = writer.state.permission(
        for: entry.work, purpose: manifest.purpose, grantee: manifest.grantee, at: writer.now)
      {
        false
      } else {
        true
      }
    }
    guard lost.isEmpty else {
      throw ServiceError.refused(
        "the grant of '\(lost[0].path)'"
          + (lost.count > 1 ? " and of \(lost.count - 1) other works" : "")
          + " does not hold any more: run 'cadastre admit' again")
    }
  }

  private static func read(
    _ entries: [Manifest.Entry], below corpus: String
  ) throws -> [(entry: Manifest.Entry, bytes: [UInt8])] {
    guard FileSystem.directoryExists(corpus) else {
      throw ServiceError.refused("the corpus '\(corpus)' is missing: the manifest names it")
    }
    return try entries.map { entry in
      let path = corpus + "/" + entry.path
      let bytes = try FileSystem.readFile(path, limit: AddWorks.largestWork)
      guard SHA256.digest(bytes) == entry.work else {
        throw ServiceError.refused(
          "'\(path)' is not the work that was admitted: restore its bytes or admit again")
      }
      return (entry, bytes)
    }
  }

  /// Logs the start, or checks that a run under this name is the one that was asked for.
  func announce(in writer: RegisterWriter) throws {
    guard let earlier = writer.state.runs[model] else {
      try FileSystem.createDirectory(directory + "/books")
      try writer.append([.runStarted(start)])
      return
    }
    guard earlier.finish == nil else {
      throw ServiceError.refused("a model named '\(model)' exists: choose another name")
    }
    guard EventBody.runStarted(earlier.start).payload == EventBody.runStarted(start).payload else {
      throw ServiceError.refused(
        "an unfinished run of '\(model)' started with another manifest, configuration, seed or"
          + " processor: repeat its command, or choose another name")
    }
  }

  /// Takes the run up from the state that was kept, if there is one.
  func restore(in writer: RegisterWriter) throws {
    guard !isNew, FileSystem.fileExists(statePath) else { return }
    do {
      var state = try FileReader(path: statePath)
      try run.restore { try state.read(into: $0) }
    } catch let error as RunStateError {
      throw ServiceError.refused(
        "the kept state of '\(model)' cannot be used: \(error): remove '\(statePath)' to start over"
      )
    }
  }

  /// Keeps the state durably; returns its digest.
  @discardableResult
  func saveState() throws -> Digest {
    var hasher = SHA256.Hasher()
    let file = try DurableFileWriter(path: statePath)
    try run.save { buffer in
      hasher.update(buffer)
      try file.append(buffer)
    }
    try file.finish()
    return hasher.finish()
  }

  /// Ends a segment: keeps the state and logs its digest, or compares it with what is logged.
  func checkpoint(in writer: RegisterWriter) throws {
    let state = try saveState()
    let logged = writer.state.runs[model]?.checkpoints ?? []
    let known = logged.first { $0.step == Int64(run.step) }
    let checkpoint = RunCheckpoint(
      model: model, segment: known?.segment ?? Int64(logged.count + 1), step: Int64(run.step),
      weights: run.weightsDigest, state: state)
    if let known {
      guard known.state == checkpoint.state, known.weights == checkpoint.weights else {
        throw ServiceError.refused(
          "step \(run.step) of '\(model)' came out otherwise than logged: the machine or its"
            + " libraries compute differently")
      }
      return
    }
    try writer.append([.runCheckpointed(checkpoint)])
  }
}

extension BookkeptRun {
  /// The SHA-256 of the weights as they stand: float32, little endian, in the tensors' order.
  var weightsDigest: Digest {
    SHA256.digest(UnsafeRawBufferPointer(trainer.parameters.elements))
  }
}
