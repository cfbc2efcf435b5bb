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
  /// What the share register says of how its units were found.
  static let method = """
    credits by path integral, per target, below the commons line; without correction by retrained \
    coalitions
    """

  /// Closes the books, divides the model, writes its files and logs them.
  func close(in writer: RegisterWriter, seconds: Double) throws -> TrainingResult {
    let closed = run.closedBooks()
    let books = BooksFile(
      steps: run.step,
      targets: start.targets.map {
        .init(name: $0.name, weight: $0.weight, commonsLine: $0.commonsLine)
      },
      lines: entries.map { .init(work: $0.work, owner: $0.owner) }, books: closed)
    let units: [Int64]
    do {
      units = try books.divide()
    } catch {
      throw ServiceError.refused("the model cannot be divided: \(error), under another name")
    }
    let shares = try ShareRegister(
      model: model, method: Self.method,
      rows: zip(entries, units).map {
        .init(work: $0.work, owner: $0.owner, units: $1, rate: $0.rate)
      })
    let files = try writeFiles(books: books, shares: shares)
    guard let weightsFile = files["model.safetensors"], let sharesFile = files["shares.json"],
      let booksFile = files["books/books.json"]
    else { preconditionFailure("a closed run writes its weights, its shares and its books") }
    try writer.append([
      .runFinished(
        RunFinish(
          model: model, steps: Int64(run.step), weights: weightsFile, books: booksFile,
          shares: sharesFile, balances: books.balances)),
      .modelReleased(ModelRelease(model: model, files: files, parents: [])),
    ])
    try FileSystem.removeFile(statePath)
    return TrainingResult(
      model: model, steps: run.step, seconds: seconds, parameters: run.model.layout.count,
      kernels: start.kernels, timeSplit: run.timeSplit, books: books, shares: shares)
  }

  /// Writes the model's folder; the digests of all its files by their path.
  private func writeFiles(books: BooksFile, shares: ShareRegister) throws -> [String: Digest] {
    let contents: [(path: String, bytes: [UInt8])] = [
      (
        "model.safetensors",
        Safetensors.encode(run.model.layout, run.trainer.parameters.base)
      ),
      ("config.json", Array(run.model.configuration.huggingFaceConfiguration.prettyText.utf8)),
      ("run.json", Array(EventBody.runStarted(start).payload.prettyText.utf8)),
      ("shares.json", Array(shares.json.prettyText.utf8)),
      ("books/books.json", Array(books.json.prettyText.utf8)),
      ("books/course.json", Array(CourseFile(run.course).json.prettyText.utf8)),
    ]
    var digests: [String: Digest] = [:]
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
