// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Merkle
import Primitives
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

/// The power goes between any two calls of a writer, and the disk keeps any part of what was not synced.
@Suite(.serialized) struct PowerLossTests {
  /// What the program had promised and shown when the power went.
  private struct Promise {
    var acknowledged: UInt64
    var published: [LogState] = []
  }

  private func state(_ note: [UInt8], _ log: CrashLog) -> LogState? {
    (try? Checkpoint(signed: note, by: log.signer.verifier)).map {
      LogState(size: $0.size, root: $0.root)
    }
  }

  /// The calls of a writer that appends to the log.
  private func trace(
    _ log: CrashLog, _ method: SyncMethod, widths: String, batches: Int
  ) throws -> [FileOperation] {
    let directory = try TemporaryDirectory()
    var environment = ["CADASTRE_TRACE": directory.path + "/trace"]
    if method == .eachFile { environment["CADASTRE_SYNC_EACH"] = "1" }
    let run = try CrashRun([log.path, "one", "\(batches)", widths], environment: environment)
    let lines = run.finish()
    #expect(lines.contains("done"), "\(lines)")
    return try FileOperation.read(directory.path + "/trace")
  }

  /// Opens what is left and checks that nothing promised is missing.
  private func recover(
    _ log: CrashLog, _ promise: Promise, _ method: SyncMethod, _ what: String
  ) throws {
    // First as it lies, for a server of static files that knows nothing of the writer.
    let before = try log.checkPublished(
      seen: LogState(size: 0, root: SHA256Tree().emptyRoot), what)
    let writer = try LogWriter.open(path: log.path, signer: log.signer, syncing: method)
    #expect(writer.size >= promise.acknowledged, "\(what): lost")
    let reader = try log.reader()
    for seen in promise.published + [before] {
      #expect(seen.size <= reader.size, "\(what): published \(seen.size), now \(reader.size)")
      guard seen.size <= reader.size else { continue }
      #expect(try reader.root(at: seen.size) == seen.root, "\(what): two logs of one name")
    }
    let size = writer.size
    #expect(try writer.append([CrashLog.entry(size)]) == size..<size + 1)
    _ = try writer.append((size + 1..<size + 258).map(CrashLog.entry))
    try log.checkPublished(seen: before, "\(what), after recovery")
  }

  /// How many in 100 of what was not synced are kept, for each loss of power that is tried at a place.
  private func chances(
    at place: Int, _ operation: FileOperation, _ size: UInt64, _ losses: Int
  ) -> [UInt32] {
    let changes: [FileOperation.Kind] = [.mark, .rename, .write, .unlink, .sync, .syncFileSystem]
    guard changes.contains(operation.kind) else { return [] }
    if CrashRun.isLong, size < 1000 { return [0, 20, 50, 80, 100] }
    // Between writes little differs, and a large log takes its time to check.
    if operation.kind == .write, place % 3 != 0 { return [] }
    if size > 1000, operation.kind == .write || operation.kind == .unlink { return [] }
    if size > 1000, operation.kind == .rename, !operation.target.hasSuffix("/checkpoint") {
      return []
    }
    return [[0, 50, 100][losses % 3]]
  }

  @Test(arguments: [SyncMethod.fileSystem, .eachFile], [250, 65_530] as [UInt64])
  func `Whatever the disk forgets, nothing acknowledged or published is lost`(
    _ method: SyncMethod, _ size: UInt64
  ) throws {
    guard size < 1000 || CrashRun.isLong else { return }
    let original = try CrashLog(size: size)
    let copy = try CrashLog()
    try copy.restore(original)
    let operations = try trace(
      copy, method, widths: "1,2,4,300,1,1", batches: CrashRun.isLong && size < 1000 ? 12 : 6)
    // The record names the files of the copy: begin with what lay there.
    try copy.restore(original)
    var disk = try LossyDisk(copy.temporary.path)
    var promise = Promise(acknowledged: size)
    var random = Philox4x32(key: size, stream: method == .eachFile ? 1 : 0)
    var losses = 0
    for (place, operation) in operations.enumerated() {
      disk.apply(operation)
      if operation.kind == .mark,
        let acknowledged = operation.path.firstMatch(of: /^acknowledged (\d+)/)
      {
        promise.acknowledged = try #require(UInt64(acknowledged.output.1))
      }
      if operation.kind == .rename, operation.target == copy.path + "/checkpoint" {
        let bytes = try #require(disk.published.last).bytes
        promise.published.append(try #require(state(bytes, copy)))
      }
      for chance in chances(at: place, operation, size, losses) {
        let rest = try CrashLog()
        try disk.lose(&random, chance: chance, to: rest.temporary.path)
        losses += 1
        try recover(
          rest, promise, method,
          "power lost after call \(place) of \(operations.count), \(chance) % kept, \(method)")
      }
    }
    #expect(promise.published.count >= 6)
    #expect(losses > (size > 1000 ? 20 : 50))
    print("NOTICE: power lost \(losses) times (\(method), \(size) entries), 0 entries lost")
  }
}
