// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Primitives
import Signing
import Storage

/// The folder in which a register keeps its index of grams: made once, mapped by every process.
///
/// Bound by nothing in the log, holding nothing that the fingerprints do not, and made again
/// whenever it is missing or damaged. Files never change; they come by rename, under the name of
/// their content. One process at a time writes, and who cannot write, or finds another one at it,
/// makes what is missing for itself, in files without a name.
package struct GramIndexFolder: Sendable {
  private let path: String
  private let limits: GramIndexLimits

  /// The file that who writes holds a lock on.
  private var lockPath: String { path + ".lock" }

  /// Takes a folder, which need not be there.
  package init(_ path: String, limits: GramIndexLimits = .standard) {
    self.path = path
    self.limits = limits
  }

  /// An index of all works of a list, from the folder as far as it has them.
  ///
  /// A file is taken if its works are those of the list, each with the fingerprint that its
  /// registration names. What is missing is read from fingerprints, each compared with its digest.
  ///
  /// - Parameters:
  ///   - works: All works, in the order of the log.
  ///   - load: Gives the fingerprint file of a work.
  /// - Returns: The index; it may have later works too.
  /// - Throws: As ``GramIndex/extended(to:in:isKept:limits:load:)``.
  package func index(
    of works: [IndexedWork], load: (Digest) throws -> [UInt8]
  ) throws -> GramIndex {
    let index = opened(works)
    guard index.workCount < works.count else { return index }
    let lock: FileLock
    do throws(StorageError) {
      try FileSystem.createDirectory(path)
      lock = try FileLock(path: lockPath)
    } catch {
      guard Self.isForOthersToWrite(error) else { throw error }
      let scratch = try ScratchDirectory()
      return try index.extended(
        to: works, in: scratch.path, isKept: false, limits: limits, load: load)
    }
    defer { lock.release() }
    // Who holds the lock is the only writer: unfinished files are those of a process that crashed.
    try DurableFile.removeStrays(below: path)
    let extended = try opened(works).extended(
      to: works, in: path, isKept: true, limits: limits, load: load)
    try removeAll(but: extended)
    return extended
  }

  /// Removes every file of the index, to be made again when it is needed.
  ///
  /// - Throws: `StorageError`, among them that another process is writing it.
  package func remove() throws {
    guard FileSystem.directoryExists(path) else { return }
    let lock = try FileLock(path: lockPath)
    defer { lock.release() }
    try DurableFile.removeStrays(below: path)
    try removeAll(but: .empty)
  }

  /// How many files of the index there are.
  package var fileCount: Int { names.count }

  private var names: [SegmentName] {
    ((try? FileSystem.listDirectory(path)) ?? []).compactMap { SegmentName($0) }
  }

  /// What the folder has of the first works of a list.
  ///
  /// A file that cannot be used, or is gone since the folder was listed, counts as none.
  private func opened(_ works: [IndexedWork]) -> GramIndex {
    var segments: [GramIndex.Segment] = []
    var names = names.sorted { $0.count < $1.count }
    var first = 0
    while first < works.count, let place = names.lastIndex(where: { $0.first == first }) {
      let name = names.remove(at: place)
      guard let segment = segment(name, works) else { continue }
      segments.append(segment)
      first = segment.end
    }
    return GramIndex(segments: segments)
  }

  /// A file, if its content is what its name says and what the register has in these places.
  ///
  /// It may have works that were registered since the list was made.
  private func segment(_ name: SegmentName, _ works: [IndexedWork]) -> GramIndex.Segment? {
    guard let file = try? GramIndexFile(path: path + "/" + name.text),
      let found = try? file.works(), SegmentName(name.first, found) == name,
      zip(works[name.first...], found).allSatisfy({ $0 == $1 })
    else { return nil }
    return GramIndex.Segment(first: name.first, file: file)
  }

  /// Removes files that nothing uses; who has one mapped keeps it until the end.
  private func removeAll(but index: GramIndex) throws(StorageError) {
    let used = Set(index.segments.map(\.file.path))
    for name in names where !used.contains(path + "/" + name.text) {
      try FileSystem.removeFile(path + "/" + name.text)
    }
  }

  private static func isForOthersToWrite(_ error: StorageError) -> Bool {
    switch error {
    case .held: true
    case .failed(_, _, let code): [EACCES, EPERM, EROFS, ENOTDIR].contains(code)
    case .syncFailed, .notAFile, .tooLarge: false
    }
  }
}

/// The name of a segment's file: where its works stand, how many they are, and which.
struct SegmentName: Hashable {
  let first: Int
  let count: Int
  private let digest: Digest

  private static let suffix = ".index"

  /// Names the segment of some works.
  init(_ first: Int, _ works: [IndexedWork]) {
    self.first = first
    count = works.count
    var hasher = SHA256.Hasher()
    for work in works { hasher.update(work.work.bytes + work.fingerprint.bytes) }
    digest = hasher.finish()
  }

  /// Reads a name; nil for any other file's.
  init?(_ text: String) {
    guard text.hasSuffix(Self.suffix) else { return nil }
    let parts = text.dropLast(Self.suffix.count).split(
      separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, let first = Int(parts[0]), let count = Int(parts[1]),
      let digest = Digest(hex: String(parts[2])), first >= 0, count > 0
    else { return nil }
    self.first = first
    self.count = count
    self.digest = digest
    guard self.text == text else { return nil }
  }

  /// The name.
  var text: String { "\(first)-\(count)-\(digest.hex)" + Self.suffix }
}
