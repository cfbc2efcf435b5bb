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
  /// What a run rests on beside what was asked for.
  struct Basis {
    let layout: RegisterLayout
    /// The register as it stood when the run started, and that moment: what was granted then counts.
    let state: RegisterState
    let moment: Timestamp
    /// The BLAS kernel family; nil for the fastest here.
    let family: String?
  }

  let model: ModelName
  let layout: RegisterLayout
  /// When the run began: what was granted then counts.
  let began: Timestamp
  let entries: [Manifest.Entry]
  /// The owners, in the order of their numbers in the run.
  let accounts: [DIDKey]
  let configuration: RunConfiguration
  let start: RunStart
  let run: BookkeptRun
  let lines: [TrainingLine]
  let targets: [ValuationTarget]
  let threads: Int
  /// The whole works, in the order of `entries`.
  let texts: [[UInt8]]
  let tokenizer: RunTokenizer
  /// The identifier of the released model that the run goes on from, if it is one.
  let parents: [Digest]

  var directory: String { layout.model(model) }
  var statePath: String { directory + "/.state" }

  /// Checks the manifest and its grants, and builds the engine of a new or an unfinished run.
  init(_ request: TrainModel.Request, in writer: RegisterWriter) throws {
    let manifest = request.manifest.manifest
    guard writer.state.admissions[manifest.digest] != nil else {
      throw ServiceError.refused(
        "the manifest is not one that this register decided: run 'cadastre admit' again")
    }
    if request.configuration.from != nil, manifest.purpose != .fineTune {
      throw ServiceError.refused(
        "the manifest was decided for '\(manifest.purpose.rawValue)': run 'cadastre admit' with"
          + " --purpose fine-tune")
    }
    let family = request.isPortable ? Processor.portableKernelFamily : nil
    guard let earlier = writer.state.runs[request.model] else {
      let moment = writer.now
      try Self.requireGrants(manifest, in: writer, at: moment)
      try self.init(
        request,
        on: Basis(layout: writer.layout, state: writer.state, moment: moment, family: family))
      return
    }
    try self.init(
      request,
      on: Basis(before: earlier, in: try RegisterSnapshot.read(writer.layout), family: family))
  }

  /// Reads the works and builds the engine; a function of what was asked for and what it rests on.
  init(_ request: TrainModel.Request, on basis: Basis) throws {
    model = request.model
    began = basis.moment
    layout = basis.layout
    let base = try request.configuration.from.map {
      try BaseModel($0, layout: basis.layout, state: basis.state)
    }
    let asked =
      try base.map { try request.configuration.adopting($0.configuration) } ?? request.configuration
    parents = base?.release.map { [$0] } ?? []
    let manifest = request.manifest.manifest
    // The books' order is that of owner and work, which is the order that breaks ties.
    entries = manifest.entries.sorted { ($0.owner, $0.work) < ($1.owner, $1.work) }
    let works = try Self.read(entries, below: request.manifest.corpus)
    texts = works.map(\.bytes)
    let (state, moment) = (basis.state, basis.moment)
    let parts = HeldOutText.parts(of: works, heldOut: asked.heldOut) { work in
      state.mayUse(
        work, for: .evaluate, by: manifest.grantee, at: moment, in: manifest.territory)
    }
    tokenizer =
      try base.map(RunTokenizer.init(of:))
      ?? RunTokenizer(asked, training: parts.map(\.training))
    configuration = try asked.cutting(by: tokenizer.encoding)
    let text = try HeldOutText(parts, configuration: configuration, encoding: tokenizer.encoding)
    accounts = Array(Set(entries.map(\.owner))).sorted()
    let index = Dictionary(uniqueKeysWithValues: accounts.enumerated().map { ($1, $0) })
    var training = configuration.training
    training.seed = request.seed
    let blas = try BLAS.load(family: basis.family)
    let llama = try LlamaModel(configuration.model, blas: blas)
    lines = zip(entries, text.training).map {
      TrainingLine(owner: index[$0.owner] ?? 0, text: $1)
    }
    targets = text.targets
    threads = request.threads
    run = try BookkeptRun(
      model: llama, training: training, books: configuration.books, lines: lines,
      targets: targets, threads: threads, startWeights: base.map { UnsafePointer($0.weights.base) })
    let commons = Self.commonsLines(run, text, base: base)
    start = RunStart(
      model: model, manifest: manifest.digest, configuration: configuration.json,
      seed: Int64(request.seed), software: "cadastre \(CadastreVersion.text)",
      kernels: blas.family, library: blas.version, initialWeights: run.weightsDigest,
      base: base?.files, tokenizer: tokenizer.digest,
      targets: zip(zip(text.targets, configuration.targets), commons).map { pair, commonsLine in
        let (target, configured) = pair
        return TargetCommitment(
          name: target.name, digest: HeldOutText.digest(of: target),
          byteCount: Int64(target.predictedBytes),
          weight: Int64(configured.weight), commonsLine: commonsLine)
      })
  }

  /// What a target's loss must come below to be worth something: the base model's loss, or that of a
  /// byte bigram model fitted on the training texts.
  private static func commonsLines(
    _ run: BookkeptRun, _ text: HeldOutText, base: BaseModel?
  ) -> [Int64] {
    if base != nil { return run.closedBooks().initialLoss }
    let baseline = BigramBaseline(texts: text.training.map(\.bytes))
    return text.targets.map(baseline.loss)
  }

  /// Refuses to start on works whose grant does not hold any more: revocation and hold are forward.
  private static func requireGrants(
    _ manifest: Manifest, in writer: RegisterWriter, at moment: Timestamp
  ) throws {
    let lost = manifest.entries.filter { entry in
      !writer.state.mayUse(
        entry.work, for: manifest.purpose, by: manifest.grantee, at: moment,
        in: manifest.territory)
    }
    guard lost.isEmpty else {
      throw ServiceError.refused(
        "the grant of '\(lost[0].path)'"
          + (lost.count > 1 ? " and of \(lost.count - 1) other works" : "")
          + " does not hold any more: run 'cadastre admit' again")
    }
  }

  /// The bytes of admitted works as they lie on disk, each checked against its digest.
  static func read(
    _ entries: [Manifest.Entry], below corpus: String
  ) throws -> [(entry: Manifest.Entry, bytes: [UInt8])] {
    if case .lines(let path) = CorpusInput(corpus) {
      return try WorksInLines.read(entries, in: path)
    }
    guard FileSystem.directoryExists(corpus) else {
      throw ServiceError.refused(
        "the corpus '\(corpus)' is missing: put the admitted works back there")
    }
    let missing = entries.map { corpus + "/" + $0.path }.filter { !FileSystem.fileExists($0) }
    if let first = missing.first {
      let others = missing.count - 1
      throw ServiceError.refused(
        "'\(first)'" + (others > 0 ? " and \(others) more of the admitted works are" : " is")
          + " missing: put back what was admitted, or name the directory that holds it")
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
      try FileSystem.createDirectory(directory + "/books/displacements")
      // An audit asks at this moment whether the grants hold.
      try writer.append([.runStarted(start)], at: began)
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

  /// Notes where the works lie, for a replay on this machine.
  func note(corpus: String) throws {
    try DurableFile.write(Array(corpus.utf8), to: layout.corpusNote(model), mode: 0o600)
  }

  /// Trains one chord; a step that breaks is named with the works of its batch.
  ///
  /// - Parameter kept: The last step whose state is good and kept.
  /// - Returns: What the chord did.
  /// - Throws: `ServiceError.refused` where a step broke.
  func advance(lastGood kept: Int) throws -> BookkeptRun.Report {
    do throws(BrokenStep) {
      return try run.advance()
    } catch {
      let works = error.lines.map { "'\(entries[$0].path)'" }
      let others = works.count - 1
      let what =
        switch error.part {
        case .loss: "the loss of its batch is not finite"
        case .gradient: "the gradient of its batch is not finite"
        case .target(let index):
          "the loss of the target '\(start.targets[index].name)' after it is not finite"
        case .books: "the credits grew beyond what books can hold"
        }
      throw ServiceError.refused(
        "step \(error.step) of '\(model)' broke: \(what); its batch reads "
          + (works.first ?? "nothing") + (others > 0 ? " and \(others) more" : "")
          + "; the state of step \(kept) is the last good one: train under another name with a"
          + " lower peak rate")
    }
  }

  /// Takes the run up from the state that was kept, if there is one.
  func restore() throws {
    guard FileSystem.fileExists(statePath) else { return }
    do {
      try run.restore(from: statePath)
      for (interval, digest) in run.displacementDigests.enumerated() {
        let path = directory + "/" + DisplacementIndex.path(interval)
        let file = try MappedFile(path: path)
        let stored = withExtendedLifetime(file) { SHA256.digest(file.bytes) }
        guard stored == digest else {
          throw ServiceError.refused(
            "'\(path)' is not what the run stored: remove '\(statePath)' to start over")
        }
      }
    } catch let error as RunStateError {
      throw ServiceError.refused(
        "the kept state of '\(model)' cannot be used: \(error): remove '\(statePath)' to start over"
      )
    }
  }

  /// Keeps the displacements of the interval that ended with the last chord, if one did.
  func storeDisplacements() throws {
    guard let (interval, bytes) = run.takeDisplacements() else { return }
    try DurableFile.write(bytes, to: directory + "/" + DisplacementIndex.path(interval))
  }

  /// Keeps the state durably, in a second place too where one is named; returns its digest.
  @discardableResult
  func saveState(alsoAt path: String? = nil) throws -> Digest {
    var hasher = SHA256.Hasher()
    let files = try [statePath, path].compactMap(\.self).map { try DurableFileWriter(path: $0) }
    try run.save { buffer in
      hasher.update(buffer)
      for file in files { try file.append(buffer) }
    }
    for file in files { try file.finish() }
    return hasher.finish()
  }

  /// Ends a segment: keeps the state and logs its digest, or compares it with what is logged.
  ///
  /// - Parameters:
  ///   - writer: The register.
  ///   - budget: The bytes that kept states may take together.
  /// - Throws: `ServiceError.refused` where the log has other digests; what the disk throws.
  func checkpoint(in writer: RegisterWriter, keeping budget: Int) throws {
    let logged = writer.state.runs[model]?.checkpoints ?? []
    let known = logged.first { $0.step == Int64(run.step) }
    let segment = known?.segment ?? Int64(logged.count + 1)
    var kept: String?
    if KeptStates.areKept(
      segment: Int(segment), of: configuration.books.segments, stateBytes: try run.stateByteCount,
      budget: budget)
    {
      kept = layout.keptState(model, segment: segment)
      try FileSystem.createDirectory(directory + "/checkpoints")
    }
    let checkpoint = RunCheckpoint(
      model: model, segment: segment, step: Int64(run.step), weights: run.weightsDigest,
      books: closedBooks().fileDigest, state: try saveState(alsoAt: kept))
    if let known {
      guard
        EventBody.runCheckpointed(known).payload == EventBody.runCheckpointed(checkpoint).payload
      else {
        throw ServiceError.refused(
          "step \(run.step) of '\(model)' came out otherwise than logged: the machine or its"
            + " libraries compute differently")
      }
      return
    }
    try writer.append([.runCheckpointed(checkpoint)])
  }
}

extension PreparedRun.Basis {
  /// What a run rests on that the log holds already.
  init(before run: RegisterState.Run, in snapshot: RegisterSnapshot, family: String?) throws {
    self.init(
      layout: snapshot.layout, state: try snapshot.state(before: run.position),
      moment: snapshot.events[run.position].at, family: family)
  }
}

extension BookkeptRun {
  /// The SHA-256 of the weights as they stand: float32, little endian, in the tensors' order.
  var weightsDigest: Digest {
    SHA256.digest(UnsafeRawBufferPointer(trainer.parameters.elements))
  }

  /// The SHA-256 of the state as it stands.
  var stateDigest: Digest {
    get throws {
      var hasher = SHA256.Hasher()
      try save { hasher.update($0) }
      return hasher.finish()
    }
  }

  /// How many bytes the state has.
  var stateByteCount: Int {
    get throws {
      var count = 0
      try save { count += $0.count }
      return count
    }
  }

  /// Continues from the state in a file.
  func restore(from path: String) throws {
    var state = try FileReader(path: path)
    try restore { try state.read(into: $0) }
  }
}

extension BooksFile {
  /// The SHA-256 of the file form.
  var fileDigest: Digest { SHA256.digest(Array(json.prettyText.utf8)) }
}
