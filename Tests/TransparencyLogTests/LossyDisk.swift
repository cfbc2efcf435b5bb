// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Primitives
import Storage
import Testing

/// A disk in memory that forgets: what was not synced when the power goes is there, is not, or is there
/// in parts.
///
/// Two views: what a running program sees, and what is durable. Between them is a list of changes that
/// nothing promises: writes to a file, and changes of names, in their order. At a power loss any
/// subset of them has reached the disk, writes also by single sectors. That is less than journaling
/// file systems give, which keep the order of changes of names.
struct LossyDisk {
  private static let sectorByteCount = 512

  private final class Node {
    var seen: [UInt8]
    var durable: [UInt8]
    var pending: [(offset: Int, bytes: [UInt8]?)] = []

    init(_ bytes: [UInt8]) { (seen, durable) = (bytes, bytes) }
  }

  private enum Change {
    case name(String, Node)
    case move(from: String, to: String, Node)
    case remove(String)
    case makeDirectory(String)
    case removeDirectory(String)

    /// The directories whose sync makes it durable.
    var directory: String {
      switch self {
      case .name(let path, _), .move(_, let path, _), .remove(let path), .makeDirectory(let path),
        .removeDirectory(let path):
        FileSystem.parentDirectory(of: path)
      }
    }
  }

  private let root: String
  private var seen: [String: Node] = [:]
  private var durable: [String: Node] = [:]
  private var durableDirectories: Set<String> = []
  private var pending: [Change] = []
  private var open: [Int: Node] = [:]
  private var openDirectories: [Int: String] = [:]
  /// What a rename put under a name, in order: who reads files may have seen it.
  private(set) var published: [(path: String, bytes: [UInt8])] = []

  /// A disk with what lies below a directory, all of it durable.
  init(_ root: String) throws {
    self.root = root
    durableDirectories.insert(root)
    for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
      let whole = root + "/" + path
      if FileSystem.directoryExists(whole) {
        durableDirectories.insert(whole)
      } else {
        let node = Node(try FileSystem.readFile(whole))
        seen[whole] = node
        durable[whole] = node
      }
    }
  }

  // MARK: - Running

  /// Does what the program did.
  mutating func apply(_ operation: FileOperation) {
    let path = operation.path
    switch operation.kind {
    case .open: openFile(operation)
    case .write: write(operation.first, at: operation.number, to: open[operation.descriptor])
    case .truncate: cut(open[operation.descriptor], to: operation.number)
    case .sync:
      if let node = open[operation.descriptor] {
        settle(node)
      } else if let directory = openDirectories[operation.descriptor] {
        settleNames(in: directory)
      }
    case .syncFileSystem:
      for node in seen.values { settle(node) }
      settleNames(in: nil)
    case .rename:
      guard let node = seen.removeValue(forKey: path) else { return }
      seen[operation.target] = node
      pending.append(.move(from: path, to: operation.target, node))
      published.append((operation.target, node.seen))
    case .unlink:
      if seen.removeValue(forKey: path) != nil { pending.append(.remove(path)) }
    case .makeDirectory: pending.append(.makeDirectory(path))
    case .removeDirectory: pending.append(.removeDirectory(path))
    case .mark: break
    }
  }

  private mutating func openFile(_ operation: FileOperation) {
    let path = operation.path
    open[operation.descriptor] = nil
    openDirectories[operation.descriptor] = nil
    if operation.number & Int(O_DIRECTORY) != 0 || !path.hasPrefix(root) {
      openDirectories[operation.descriptor] = path
    } else if let node = seen[path] {
      open[operation.descriptor] = node
    } else if !operation.existed {
      let node = Node([])
      seen[path] = node
      open[operation.descriptor] = node
      pending.append(.name(path, node))
    }
  }

  private func write(_ bytes: [UInt8], at offset: Int, to node: Node?) {
    guard let node else { return }
    Self.put(bytes, at: offset, into: &node.seen)
    node.pending.append((offset, bytes))
  }

  private func cut(_ node: Node?, to length: Int) {
    guard let node else { return }
    Self.resize(&node.seen, to: length)
    node.pending.append((length, nil))
  }

  private static func resize(_ bytes: inout [UInt8], to length: Int) {
    if bytes.count > length { bytes.removeLast(bytes.count - length) }
    if bytes.count < length { bytes += [UInt8](repeating: 0, count: length - bytes.count) }
  }

  private static func put(_ new: [UInt8], at offset: Int, into bytes: inout [UInt8]) {
    if bytes.count < offset + new.count { resize(&bytes, to: offset + new.count) }
    bytes.replaceSubrange(offset..<offset + new.count, with: new)
  }

  private func settle(_ node: Node) {
    node.durable = node.seen
    node.pending = []
  }

  private mutating func settleNames(in directory: String?) {
    for change in pending where directory == nil || change.directory == directory {
      Self.apply(change, to: &durable, &durableDirectories)
    }
    pending.removeAll { directory == nil || $0.directory == directory }
  }

  private static func apply(
    _ change: Change, to names: inout [String: Node], _ directories: inout Set<String>
  ) {
    switch change {
    case .name(let path, let node): names[path] = node
    case .move(let from, let to, let node):
      if names[from] === node { names[from] = nil }
      names[to] = node
    case .remove(let path): names[path] = nil
    case .makeDirectory(let path): directories.insert(path)
    case .removeDirectory(let path): directories.remove(path)
    }
  }

  // MARK: - The loss of power

  /// How many changes nothing promised at this moment.
  var uncertainCount: Int { pending.count + seen.values.reduce(0) { $0 + $1.pending.count } }

  /// Writes what the disk may hold after the power went, below another directory.
  ///
  /// - Parameters:
  ///   - random: Decides which.
  ///   - chance: How many in 100 of the changes that were not synced have reached the disk.
  ///   - target: Takes the place of the directory.
  /// - Throws: What the disk that keeps things throws.
  func lose(_ random: inout Philox4x32, chance: UInt32, to target: String) throws {
    var (names, directories) = (durable, durableDirectories)
    for change in pending where random.below(100) < chance {
      Self.apply(change, to: &names, &directories)
    }
    for (path, node) in names.sorted(by: { $0.key < $1.key }) {
      let directory = FileSystem.parentDirectory(of: path)
      guard path.hasPrefix(root + "/"), directories.contains(directory) else { continue }
      let place = target + path.dropFirst(root.count)
      try FileManager.default.createDirectory(
        atPath: FileSystem.parentDirectory(of: place), withIntermediateDirectories: true)
      let bytes = Self.remains(of: node, &random, chance: chance)
      try Data(bytes).write(to: URL(filePath: place))
    }
  }

  private static func remains(
    of node: Node, _ random: inout Philox4x32, chance: UInt32
  ) -> [UInt8] {
    var bytes = node.durable
    for change in node.pending {
      guard let new = change.bytes else {
        if random.below(100) < chance { resize(&bytes, to: change.offset) }
        continue
      }
      // Sector by sector, as the disk cuts them.
      var start = 0
      while start < new.count {
        let edge = (change.offset + start) / sectorByteCount * sectorByteCount + sectorByteCount
        let end = min(new.count, edge - change.offset)
        if random.below(100) < chance {
          put(Array(new[start..<end]), at: change.offset + start, into: &bytes)
        }
        start = end
      }
    }
    return bytes
  }
}
