// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives
import Signing

/// One line of a stream of documents: a JSON object with the members `path` and `text`.
///
/// The work is the text in UTF-8, so a text has the same digest as a file that holds it. In place of
/// `text` there may be `base64`, the bytes of a file, so that one which is no UTF-8 gets the decision
/// that it gets as a file; and a `text` of null is a file that could not be read. Other members are
/// ignored, but the line must be JSON as a whole, without two members of one name. What
/// is anything else is a document all the same, and is refused as unreadable.
package enum DocumentLine {
  /// The longest line that is read, in bytes, the line feed not counted: 64 MiB.
  package static let longest = 1 << 26
  /// The longest path, in bytes.
  package static let longestPath = 4096

  /// A line as read.
  enum Content: Equatable {
    /// A document.
    case document(path: String, text: [UInt8])
    /// A line that is none, with its path where it has one that can be used.
    case unreadable(path: String?, reason: DocumentLineError)
  }

  /// What asks to be used with this line.
  ///
  /// - Parameters:
  ///   - line: The line without its line feed.
  ///   - limit: The longest line that is read; for tests.
  /// - Returns: The document, or that the line cannot be read.
  package static func candidate(
    _ line: borrowing Span<UInt8>, limit: Int = longest
  ) -> Candidate {
    guard line.count <= limit else {
      return unreadable(
        digest(line), byteCount: line.count, reason: .tooLong(limit: limit))
    }
    if let (path, text) = DocumentLineScanner.document(in: line) {
      do throws(FingerprintError) {
        return try candidate(path: path, text: text)
      } catch .notText {
        // The line as a whole is no JSON then; the strict reader says so.
      } catch {
        return Candidate(
          path: path, byteCount: text.count, content: .unreadable("\(error)"))
      }
    }
    switch content(line) {
    case .document(let path, let text):
      do throws(FingerprintError) {
        return try candidate(path: path, text: text)
      } catch {
        return Candidate(path: path, byteCount: text.count, content: .unreadable("\(error)"))
      }
    case .unreadable(let path?, .notRead):
      return Candidate(
        path: path, byteCount: 0, content: .unreadable("\(DocumentLineError.notRead)"))
    case .unreadable(let path?, let reason):
      return Candidate(path: path, byteCount: line.count, content: .unreadable("\(reason)"))
    case .unreadable(nil, let reason):
      return unreadable(digest(line), byteCount: line.count, reason: reason)
    }
  }

  /// The text of a line; nil where it is no document.
  package static func text(of line: borrowing Span<UInt8>) -> [UInt8]? {
    guard line.count <= longest else { return nil }
    if let (_, text) = DocumentLineScanner.document(in: line) {
      // The scanner leaves this to who folds the text, and nobody folds it here.
      return String(validating: text, as: UTF8.self) == nil ? nil : text
    }
    if case .document(_, let text) = content(line) { return text }
    return nil
  }

  /// The candidate of a line that names no document.
  ///
  /// It goes by the digest of its bytes, not by its number: a line keeps its decision wherever the
  /// stream was cut in parts.
  package static func unreadable(
    _ digest: Digest, byteCount: Int, reason: DocumentLineError
  ) -> Candidate {
    Candidate(path: "line:\(digest.hex)", byteCount: byteCount, content: .unreadable("\(reason)"))
  }

  private static func candidate(
    path: String, text: [UInt8]
  ) throws(FingerprintError) -> Candidate {
    let words = try WordSequence(utf8: text)
    return Candidate(
      path: path, byteCount: text.count, content: .work(SHA256.digest(text), words: words))
  }

  private static func digest(_ line: borrowing Span<UInt8>) -> Digest {
    line.withUnsafeBufferPointer { SHA256.digest(UnsafeRawBufferPointer($0)) }
  }

  // MARK: - The strict reading

  /// Reads a line by the rules, slowly; the scanner must never differ from this.
  static func content(_ line: borrowing Span<UInt8>) -> Content {
    let bytes = line.withUnsafeBufferPointer { Array($0) }
    guard bytes.contains(where: { ![0x20, 0x09, 0x0d].contains($0) }) else {
      return .unreadable(path: nil, reason: .empty)
    }
    let json: JSON
    do {
      json = try JSON.parse(bytes)
    } catch {
      return .unreadable(path: nil, reason: DocumentLineError(error))
    }
    guard let object = json.object else { return .unreadable(path: nil, reason: .noObject) }
    guard let path = object["path"]?.string, isUsable(path) else {
      return .unreadable(path: nil, reason: .noPath)
    }
    switch (object["text"], object["base64"]?.string.flatMap(Base64.decode)) {
    case (.string(let text), _): return .document(path: path, text: Array(text.utf8))
    case (.null, _): return .unreadable(path: path, reason: .notRead)
    case (nil, let bytes?): return .document(path: path, text: bytes)
    default: return .unreadable(path: path, reason: .noText)
    }
  }

  /// Whether a path can stand in a decision.
  static func isUsable(_ path: String) -> Bool {
    !path.isEmpty && path.utf8.count <= longestPath
  }
}

/// Why a line is no document.
package enum DocumentLineError: Error, Hashable, Sendable {
  /// Nothing but white space.
  case empty
  /// More bytes than are read.
  case tooLong(limit: Int)
  /// No JSON, or not by the strict rules; what of it is wrong.
  case noJSON(String)
  /// A JSON value that is no object.
  case noObject
  /// No member `path` that is a usable string.
  case noPath
  /// Neither a member `text` that is a string nor `base64` that is one.
  case noText
  /// A `text` of null: whoever made the line could not read the file.
  case notRead

  /// What the strict reader says, without the names that a document chose.
  init(_ error: JSONError) {
    if case .duplicateKey = error {
      self = .noJSON("a name occurs twice in one JSON object")
    } else {
      self = .noJSON("\(error)")
    }
  }
}

extension DocumentLineError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty: "the line is empty: write one JSON object a line"
    case .tooLong(let limit): "the line is longer than \(limit) bytes: split the document"
    case .noJSON(let reason): "\(reason): write one JSON object a line, in UTF-8"
    case .noObject: "the line is no JSON object: write {\"path\": …, \"text\": …}"
    case .noPath:
      "the line has no 'path' of 1 to \(DocumentLine.longestPath) bytes: name the document"
    case .noText: "the line has no 'text' that is a string: give the document's text"
    case .notRead: "the file cannot be read"
    }
  }
}
