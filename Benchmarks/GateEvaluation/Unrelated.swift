// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Primitives

/// How close texts come that are not copies of each other.
struct Unrelated {
  /// The closest pair by one measure.
  struct Closest {
    var value = 0
    var names = "none"

    mutating func take(_ value: Int, _ names: @autoclosure () -> String) {
      if value > self.value { (self.value, self.names) = (value, names()) }
    }
  }

  var compared = 0
  var held = 0
  var submission = Closest()
  var passage = Closest()
  var short = Closest()

  /// Compares every text with every registered work of another family.
  init(_ texts: [Work], with registered: Registered) throws {
    for text in texts {
      let matches = try registered.resemblances(of: text.text)
      compared += registered.works.count { $0.family != text.family }
      for match in matches where registered.works[match.number].family != text.family {
        let names = { text.name + " in " + registered.works[match.number].name }
        if match.reason != nil { held += 1 }
        // Below the least number of grams a share says nothing.
        if match.sharedGrams >= 8 { submission.take(match.submissionPerMille, names()) }
        passage.take(match.longestPassageWords, names())
        let smaller = min(match.short.submittedGrams, match.short.registeredGrams)
        if match.short.stretches >= 4 {
          short.take(match.short.sharedGrams * 1000 / smaller, names())
        }
      }
    }
  }

  /// The pieces of so many words that a collection can be cut into.
  static func pieces(of works: [Work], words: Int) -> [Work] {
    works.flatMap { work in
      let tokens = work.tokens
      return stride(from: 0, to: tokens.count - words + 1, by: words).map { start in
        Work(
          name: "\(work.name):\(start)", family: work.family,
          text: Array(tokens[start..<start + words].joined(separator: [32])))
      }
    }
  }

  /// One row of the table.
  func row(_ name: String) -> String {
    "| \(name) | \(compared) | **\(held)** | \(submission.value) ‰ (\(submission.names))"
      + " | \(passage.value) (\(passage.names)) | "
      + (short.value == 0 ? "none" : "\(short.value) ‰ (\(short.names))") + " |"
  }

  /// The table's head.
  static let head = """
    | submitted, with registered | pairs | held | highest part of the submission | longest passage, \
    words | highest part by runs of five words in four stretches |
    |---|---|---|---|---|---|
    """
}
