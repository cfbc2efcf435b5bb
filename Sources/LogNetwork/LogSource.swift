// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import HTTPClient
package import Merkle
import Signing
package import Storage
import TransparencyLog

/// Where somebody else's files are read from: a directory, or an address on the network.
///
/// Nothing that comes from it is believed before it was checked. For one thread.
package struct LogSource {
  private enum Place {
    case directory(String)
    case network(HTTPAddress, HTTPSession)
  }

  private let place: Place

  /// Reads from the network where the text is an address, else from a directory.
  ///
  /// - Throws: `LogSourceError.notAnAddress`.
  package init(_ text: String, session: HTTPSession) throws(LogSourceError) {
    if text.hasPrefix("http:") || text.hasPrefix("https:") {
      guard let address = HTTPAddress(text) else { throw .fetched(.notAnAddress(text)) }
      place = .network(address, session)
    } else {
      var path = text
      while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
      place = .directory(path)
    }
  }

  private init(place: Place) { self.place = place }

  /// The same place, one folder down.
  package func below(_ folder: String) -> LogSource {
    switch place {
    case .directory(let path): LogSource(place: .directory(path + "/" + folder))
    case .network(let address, let session):
      LogSource(
        place: HTTPAddress(address.base + folder).map { .network($0, session) } ?? place)
    }
  }

  /// What a file of it is called in messages.
  package func name(of path: String) -> String {
    switch place {
    case .directory(let directory): directory + "/" + path
    case .network(let address, _): address.file(path)
    }
  }

  /// The bytes of a file.
  ///
  /// - Throws: `LogSourceError`, `isMissing` where there is none.
  package func bytes(_ path: String, limit: Int) throws(LogSourceError) -> [UInt8] {
    switch place {
    case .directory(let directory):
      do throws(StorageError) {
        return try FileSystem.readFile(directory + "/" + path, limit: limit)
      } catch {
        throw .read(error)
      }
    case .network(let address, let session):
      do throws(HTTPError) {
        return try session.bytes(at: address.file(path), limit: limit)
      } catch {
        throw .fetched(error)
      }
    }
  }

  /// The log here: this place, or the folder `log` where this is a whole register.
  ///
  /// - Throws: `LogSourceError` where neither has a checkpoint.
  package func log() throws(LogSourceError) -> LogSource {
    for candidate in [self, below("log")] {
      do throws(LogSourceError) {
        _ = try candidate.bytes("checkpoint", limit: SignedNote.maximumByteCount)
        return candidate
      } catch {
        guard error.isMissing else { throw error }
      }
    }
    throw .noLog(name(of: ""))
  }

  /// The bytes of a tile of exactly that width, cut from the full one where that is all there is; nil
  /// where there is neither.
  package func bytes(of tile: Tile) throws(LogSourceError) -> [UInt8]? {
    for file in tile.isFull ? [tile] : [tile, tile.full] {
      do throws(LogSourceError) {
        let limit =
          file.content == .entries
          ? LogPublication.maximumTileByteCount : file.width * 32
        let bytes = try bytes(file.path, limit: limit)
        return file == tile ? bytes : tile.beginning(of: bytes) ?? bytes
      } catch {
        guard error.isMissing else { throw error }
      }
    }
    return nil
  }
}

/// Why a file of somebody else's could not be read.
package enum LogSourceError: Error, Hashable, Sendable {
  /// It was on a disk.
  case read(StorageError)
  /// It was on the network.
  case fetched(HTTPError)
  /// There is no log at the place.
  case noLog(String)

  /// Whether there is no such file.
  package var isMissing: Bool {
    switch self {
    case .read(let error): error.isMissing
    case .fetched(let error): error.isMissing
    case .noLog: true
    }
  }

  /// Whether what is there is larger than it may be.
  package var isTooLarge: Bool {
    switch self {
    case .read(.tooLarge), .fetched(.tooLarge): true
    default: false
    }
  }
}

extension LogSourceError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .read(let error): error.description
    case .fetched(let error): error.description
    case .noLog(let place):
      "there is no log at '\(place)': name the address or directory of a register or of its log"
    }
  }
}
