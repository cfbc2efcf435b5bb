// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Primitives

/// What one disguise leaves of the works of one collection.
struct Rung {
  var tried = 0
  var caught = 0
  var lowest = Int.max
  var missed: [String] = []

  /// Disguises each work once.
  init(_ attack: Attack, on works: [Work], in registered: Registered, seed: UInt64) throws {
    var random = Philox4x32(key: seed, stream: 5)
    for (place, work) in works.enumerated() {
      let other = works[(place + 1 + Int(random.below(UInt32(works.count - 1)))) % works.count]
      try take(attack.apply(work, other, &random), of: work, in: registered)
    }
  }

  /// Disguises one work many times.
  init(
    _ attack: Attack, on work: Work, with other: Work, draws: Int, in registered: Registered,
    seed: UInt64
  ) throws {
    var random = Philox4x32(key: seed, stream: 6)
    for _ in 0..<draws {
      try take(attack.apply(work, other, &random), of: work, in: registered)
    }
  }

  private mutating func take(_ copy: [UInt8], of work: Work, in registered: Registered) throws {
    let match = try registered.resemblances(of: copy).first {
      registered.works[$0.number].name == work.name
    }
    tried += 1
    lowest = min(lowest, match?.submissionPerMille ?? 0)
    if match?.reason != nil {
      caught += 1
    } else if missed.last != work.name {
      missed.append(work.name)
    }
  }

  /// What stands in a table.
  var cell: String {
    let names = missed.isEmpty ? "" : " (missed: \(missed.prefix(6).joined(separator: ", ")))"
    return "\(caught) of \(tried)\(names) | \(lowest) ‰"
  }
}
