// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Attribution
import Canonical
import Gate
import Kernels
import Money
import Primitives
package import Register
import Signing
import Storage
import Transformer

extension PreparedRun {
  /// The books as they are closed.
  func closedBooks() -> BooksFile {
    BooksFile(
      steps: run.step,
      targets: start.targets.map {
        .init(name: $0.name, weight: $0.weight, commonsLine: $0.commonsLine)
      },
      lines: entries.map { .init(work: $0.work, owner: $0.owner) }, books: run.closedBooks(),
      folding: run.folding)
  }

  /// Divides the model, writes its files and logs them.
  func close(
    _ books: BooksFile, survey: SurveyFile?, in writer: RegisterWriter, seconds: Double,
    surveySeconds: Double
  ) throws -> TrainingResult {
    let units: [Int64]
    do {
      units = try books.divide(by: survey)
    } catch {
      throw ServiceError.refused("the model cannot be divided: \(error), under another name")
    }
    let shares = try ShareRegister(
      model: model, method: BooksFile.method(of: survey),
      rows: zip(entries, units).map {
        .init(
          work: $0.work, owner: $0.owner, units: $1, rate: $0.rate,
          minimumFee: writer.state.grant($0.grant)?.grant.terms.minimumFee)
      })
    let files = try writeFiles(books: books, shares: shares, survey: survey)
    guard let weightsFile = files["model.safetensors"], let sharesFile = files["shares.json"],
      let booksFile = files["books/books.json"]
    else { preconditionFailure("a closed run writes its weights, its shares and its books") }
    try writer.append([
      .runFinished(
        RunFinish(
          model: model, steps: Int64(run.step), weights: weightsFile, books: booksFile,
          shares: sharesFile, survey: files[SurveyFile.path], balances: books.balances)),
      .modelReleased(ModelRelease(model: model, files: files, parents: parents)),
    ])
    try FileSystem.removeFile(statePath)
    try FileSystem.removeFile(surveyPath)
    return TrainingResult(
      model: model, steps: run.step, seconds: seconds, parameters: run.model.layout.count,
      kernels: start.kernels, timeSplit: run.timeSplit, surveySeconds: surveySeconds, books: books,
      shares: shares, survey: survey)
  }

  /// The bytes of `model.safetensors`.
  var weightsFile: [UInt8] { Safetensors.encode(run.model.layout, run.trainer.parameters.base) }

  /// Writes the model's folder; the digests of all its files by their path.
  private func writeFiles(
    books: BooksFile, shares: ShareRegister, survey: SurveyFile?
  ) throws -> [String: Digest] {
    var contents: [(path: String, bytes: [UInt8])] = [
      (
        "model.safetensors",
        weightsFile
      ),
      ("config.json", Array(run.model.configuration.huggingFaceConfiguration.prettyText.utf8)),
      ("run.json", Array(EventBody.runStarted(start).payload.prettyText.utf8)),
      ("shares.json", Array(shares.json.prettyText.utf8)),
      ("books/books.json", Array(books.json.prettyText.utf8)),
      ("books/course.json", Array(CourseFile(run.course).json.prettyText.utf8)),
    ]
    if let survey {
      contents.append((SurveyFile.path, Array(survey.json.prettyText.utf8)))
    }
    let works = zip(entries, texts).sorted { $0.0.work < $1.0.work }
    contents.append(
      (SpanIndexFile.path, try SpanIndexFile.encode(start.manifest, texts: works.map(\.1))))
    contents += tokenizer.files
    var digests: [String: Digest] = [:]
    if let index = DisplacementIndex(run, accounts: accounts) {
      contents.append((DisplacementIndex.path, Array(index.json.prettyText.utf8)))
      for (interval, stored) in index.intervals.enumerated() {
        digests[DisplacementIndex.path(interval)] = stored.digest
      }
    }
    for (path, bytes) in contents {
      try DurableFile.write(bytes, to: directory + "/" + path)
      digests[path] = SHA256.digest(bytes)
    }
    return digests
  }
}

extension BooksFile {
  /// The lines of balance that `run.finished` states.
  package var balances: [RunFinish.Balance] {
    let credited = credited
    return targets.enumerated().map { index, target in
      RunFinish.Balance(
        target: target.name, initialLoss: books.initialLoss[index],
        finalLoss: books.finalLoss[index], credited: credited[index], decay: books.decay[index],
        residual: books.residual[index])
    }
  }
}
