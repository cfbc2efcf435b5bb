// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Signing
import Storage

/// The last two appends of a log, beside its directory: what is on the disk before a checkpoint is
/// signed.
///
/// Two files take turns, so that a write that is cut off spoils only the record that nobody needs any
/// more. They are filled with zeros when they are made and written in place, so that a commit changes
/// no metadata and costs one write and one flush. For the holder of the log's lock.
final class CommitJournal {
  /// The size of a new file, in bytes.
  static let initialByteCount = 1 << 16
  /// The size to which a file is cut back after a larger record.
  static let keptByteCount = 1 << 23

  private let directory: String
  private let signer: NoteSigner
  private var slots: [Slot] = []
  private var next = 0

  /// The newest whole record; nil where nothing was appended since the journal was made.
  private(set) var newest: JournalRecord?

  /// One of the two files.
  private struct Slot {
    let path: String
    let descriptor: Int32
    var byteCount: Int
  }

  /// Opens the journal, makes it where it is missing, and reads what is in it.
  ///
  /// - Throws: `LogError.storage`, or `.journal` where its records cannot be those of this log.
  init(directory: String, signer: NoteSigner) throws(LogError) {
    self.directory = directory
    self.signer = signer
    try storing { () throws(StorageError) in try openSlots() }
    try readNewest()
  }

  deinit {
    for slot in slots { close(slot.descriptor) }
  }

  // MARK: - Opening

  private func openSlots() throws(StorageError) {
    try FileSystem.createDirectory(directory, mode: 0o700)
    var isNew = false
    for number in 0..<2 {
      let path = "\(directory)/\(number)"
      let descriptor = try Self.open(path)
      slots.append(Slot(path: path, descriptor: descriptor, byteCount: 0))
      slots[number].byteCount = try FileSystem.fileSize(path)
      if slots[number].byteCount < Self.initialByteCount {
        try extend(number, to: Self.initialByteCount)
        guard fsync(descriptor) == 0 else { throw .syncFailed(path: path, code: errno) }
        isNew = true
      }
    }
    if isNew { try FileSystem.syncDirectory(directory) }
  }

  private static func open(_ path: String) throws(StorageError) -> Int32 {
    while true {
      let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      if descriptor >= 0 { return descriptor }
      guard errno == EINTR else { throw .failed(.write, path: path, code: errno) }
    }
  }

  private func readNewest() throws(LogError) {
    var garbled = 0
    for (number, slot) in slots.enumerated() {
      let bytes = try storing { () throws(StorageError) in try Self.readRecord(slot) }
      switch Result(catching: { () throws(JournalRecord.Fault) in
        try JournalRecord(atBeginningOf: bytes, signedBy: signer.verifier)
      }) {
      case .success(let record):
        if record.newer.size > newest?.newer.size ?? 0 {
          newest = record
          next = 1 - number
        }
      case .failure(.empty): break
      // The write that was cut off; its append was neither signed nor acknowledged.
      case .failure(.malformed): garbled += 1
      case .failure(.notSigned): throw .journal(path: slot.path, .ofAnotherKey)
      }
    }
    // Only one file at a time is written.
    guard garbled < 2 else { throw .journal(path: directory, .damaged) }
  }

  /// The bytes of the record in a file, as far as it has them.
  private static func readRecord(_ slot: Slot) throws(StorageError) -> [UInt8] {
    let head = try FileReader.beginning(of: slot.path, count: JournalRecord.headByteCount)
    guard let count = JournalRecord.byteCount(beginningWith: head), count <= slot.byteCount else {
      return head
    }
    return try FileReader.beginning(of: slot.path, count: Int(count))
  }

  // MARK: - Writing

  /// Takes the room that a record needs, so that a full disk is noticed while there is a way back.
  func reserve(byteCount: Int) throws(StorageError) {
    let slot = slots[next]
    if slot.byteCount > Self.keptByteCount, byteCount <= Self.keptByteCount {
      guard ftruncate(slot.descriptor, Self.keptByteCount) == 0 else {
        throw .failed(.write, path: slot.path, code: errno)
      }
      slots[next].byteCount = Self.keptByteCount
    } else if byteCount > slot.byteCount {
      var room = Self.initialByteCount
      while room < byteCount { room *= 2 }
      try extend(next, to: room)
    }
  }

  private func extend(_ number: Int, to byteCount: Int) throws(StorageError) {
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    while slots[number].byteCount < byteCount {
      let count = min(zeros.count, byteCount - slots[number].byteCount)
      try Self.write(zeros[..<count], to: slots[number], at: slots[number].byteCount)
      slots[number].byteCount += count
    }
  }

  /// Makes a record durable: from here on its append will be in the log, whatever happens.
  ///
  /// - Precondition: `reserve` took the room.
  /// - Throws: `StorageError`: what is in the file then is unknown, and the writer must stop.
  func write(_ record: JournalRecord, _ bytes: [UInt8]) throws(StorageError) {
    precondition(bytes.count <= slots[next].byteCount, "room is taken before a record is written")
    try put(bytes, into: slots[next])
    newest = record
    next = 1 - next
  }

  /// Writes the newest record once more where it stands, before anything is signed that rests on it:
  /// after a sync that failed the bytes that are read may be in memory only.
  func writeNewestAgain() throws(StorageError) {
    guard let newest else { return }
    try put(newest.encoded(signedBy: signer), into: slots[1 - next])
  }

  private func put(_ bytes: [UInt8], into slot: Slot) throws(StorageError) {
    try Self.write(bytes[...], to: slot, at: 0)
    guard fdatasync(slot.descriptor) == 0 else {
      throw .syncFailed(path: slot.path, code: errno)
    }
  }

  private static func write(
    _ bytes: ArraySlice<UInt8>, to slot: Slot, at offset: Int
  ) throws(StorageError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        pwrite(
          slot.descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
          offset + done)
      }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw .failed(.write, path: slot.path, code: errno)
      }
    }
  }
}
