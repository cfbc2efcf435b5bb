// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Disclosure
import Gate
import Merkle
import Money
import Primitives
import Register
import Signing
import Storage
import Transformer

/// Gathers what a register knows of a model or of an admission, for documents that others ask for.
package struct DiscloseModel {
  private let snapshot: RegisterSnapshot
  private let showsNames: Bool

  /// Gathers from one state of a register.
  ///
  /// - Parameters:
  ///   - snapshot: The register.
  ///   - showsNames: Whether names and titles are taken in as far as their openings are kept;
  ///     otherwise parties are their keys and works their digests.
  package init(_ snapshot: RegisterSnapshot, showsNames: Bool) {
    self.snapshot = snapshot
    self.showsNames = showsNames
  }

  /// Reads the operator's statements.
  ///
  /// - Throws: `ServiceError` for a file that is not of the form.
  package static func statements(path: String) throws -> OperatorStatements {
    let bytes = try FileSystem.readFile(path, limit: OperatorStatements.largestFile)
    do {
      return try OperatorStatements(json: try JSON.parse(bytes))
    } catch {
      throw ServiceError.usage("the statements '\(path)' cannot be used: \(error)")
    }
  }

  /// The facts of a released model, or of a manifest file that `admit` wrote.
  ///
  /// - Parameters:
  ///   - subject: The model's name, or the path of a manifest file.
  ///   - statements: What only the operator can say.
  /// - Returns: The facts, of which every document is a function.
  /// - Throws: `ServiceError` where there is no such model, or the log does not bind the manifest.
  package func facts(
    of subject: String, statements: OperatorStatements
  ) throws -> DisclosureFacts {
    let state = snapshot.state
    let register = RegisterFacts(
      origin: snapshot.configuration.origin, keeper: party(snapshot.configuration.operator),
      treeSize: state.size, root: root(), software: "cadastre \(CadastreVersion.text)")
    if let name = ModelName(subject), let run = state.runs[name], run.release != nil {
      let manifest = try ModelFile.manifest(run.start.manifest, layout: snapshot.layout)
      return DisclosureFacts(
        register: register, corpus: try corpus(manifest), model: try model(run),
        statements: statements)
    }
    guard FileSystem.fileExists(subject) else {
      let models = state.runs.values.filter { $0.release != nil }.map(\.start.model.text).sorted()
      throw ServiceError.refused(
        "'\(subject)' is neither a released model nor a manifest file"
          + (models.isEmpty ? "" : ": there is " + models.joined(separator: ", ")))
    }
    return DisclosureFacts(
      register: register, corpus: try corpus(try ManifestFile(path: subject).manifest), model: nil,
      statements: statements)
  }

  private func root() -> Digest {
    SHA256Tree().root(of: snapshot.events.map { SHA256Tree().leaf($0.bytes) })
  }

  private func party(_ did: DIDKey) -> PartyFacts {
    let name = snapshot.state.parties[did].flatMap { snapshot.names.value($0.name) }
    return PartyFacts(did: did, name: showsNames ? name : nil)
  }

  private func entry(_ position: Int) -> LogEntry {
    LogEntry(position: position, at: snapshot.events[position].at)
  }

  // MARK: - The corpus

  private func corpus(_ manifest: Manifest) throws -> CorpusFacts {
    guard let admission = snapshot.state.admissions[manifest.digest] else {
      throw ServiceError.refused(
        "no admission in this register has the manifest \(manifest.digest.short):"
          + " make one with 'cadastre admit'")
    }
    guard manifest.entries.count <= DisclosureFacts.mostWorks else {
      throw ServiceError.refused(
        "the manifest has \(manifest.entries.count) works and a document lists at most"
          + " \(DisclosureFacts.mostWorks): admit it in parts")
    }
    let works = try manifest.entries.map { admitted in
      guard let work = snapshot.state.works[admitted.work] else {
        throw ServiceError.refused("the work \(admitted.work.short) is not in the register")
      }
      return WorkFacts(
        work: admitted.work, byteCount: admitted.byteCount,
        title: showsNames ? snapshot.names.value(work.registration.title) : nil,
        owner: party(work.owner), registration: entry(work.position), grant: admitted.grant)
    }
    let grants = try Set(manifest.entries.map(\.grant)).map { identifier in
      guard let issued = snapshot.state.grant(identifier) else {
        throw ServiceError.refused("the grant \(identifier.short) is not in the register")
      }
      return grant(issued)
    }
    return CorpusFacts(
      manifest: manifest.digest, decisionsRoot: manifest.decisionsRoot, purpose: manifest.purpose,
      grantee: party(manifest.grantee), admission: entry(admission.position),
      refused: Int(admission.record.refused), works: works, grants: grants)
  }

  private func grant(_ issued: RegisterState.IssuedGrant) -> GrantFacts {
    let terms = issued.grant.terms
    var grantee: PartyFacts?
    if case .party(let did) = terms.grantee { grantee = party(did) }
    return GrantFacts(
      identifier: issued.identifier, credential: issued.grant.credential,
      issuer: party(issued.grant.issuer), grantee: grantee, purposes: terms.purposes,
      rate: terms.rate, validFrom: terms.validFrom, validUntil: terms.validUntil,
      entry: entry(issued.position), revocation: issued.revokedAt.map(entry))
  }

  // MARK: - The model

  private func model(_ run: RegisterState.Run) throws -> ModelFacts {
    let name = run.start.model
    guard let finish = run.finish, let release = run.release,
      let finished = position(of: "run.finished", naming: name),
      let released = position(of: "model.released", naming: name)
    else { throw ServiceError.refused("the model '\(name)' is not released") }
    let configuration: RunConfiguration
    do {
      configuration = try RunConfiguration(json: run.start.configuration)
    } catch {
      throw ServiceError.refused("the configuration of '\(name)' cannot be read: \(error)")
    }
    let register = try ModelFile.shares(
      of: name, layout: snapshot.layout, state: snapshot.state)
    var units: [DIDKey: Int64] = [:]
    for row in register.rows { units[row.owner, default: 0] += row.units }
    let shape = configuration.model
    return ModelFacts(
      start: run.start, finish: finish, release: release, started: entry(run.position),
      finished: entry(finished), released: entry(released),
      parameterCount: ParameterLayout(shape).count, vocabularySize: shape.vocabularySize,
      contextLength: shape.contextLength,
      tokensSeen: Int(finish.steps) * configuration.training.batchSize * shape.contextLength,
      shares: units.map { ModelFacts.Share(owner: party($0.key), units: $0.value) })
  }

  /// Where an event of a model stands; the state keeps what it said and not where.
  private func position(of type: String, naming model: ModelName) -> Int? {
    snapshot.events.firstIndex { event in
      switch event.body {
      case .runFinished(let finish): type == "run.finished" && finish.model == model
      case .modelReleased(let release): type == "model.released" && release.model == model
      default: false
      }
    }
  }
}
