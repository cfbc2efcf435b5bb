// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import BenchmarkSupport
import Canonical
import Glibc
import Kernels
import Synchronization

/// The losses of retrained coalitions, kept one a line so that a bank is never computed twice.
struct Bank {
  let study: Study
  let order: UInt64
  let path: String
  private(set) var losses: [Coalition: [Double]] = [:]

  init(_ study: Study, order: UInt64, directory: String) {
    self.study = study
    self.order = order
    path = "\(directory)/bank-\(order).jsonl"
    guard exists(path) else { return }
    for line in readFile(path).split(separator: UInt8(ascii: "\n")) {
      if let json = try? JSON.parse(Array(line)), let members = json["members"]?.integer,
        let losses = json["losses"]?.array?.compactMap(\.number)
      {
        self.losses[Coalition(mask: UInt64(members))] = losses
      }
    }
  }

  /// Retrains what is missing, and tells how far it is.
  mutating func retrain(_ coalitions: [Coalition], blas: BLAS, threads: Int) throws {
    let missing = coalitions.filter { losses[$0] == nil }
    guard !missing.isEmpty else { return }
    let game = try study.game(seed: order, blas: blas)
    let (path, name, order) = (path, study.name, order)
    let done = Mutex(0)
    let began = seconds()
    let found = game.losses(of: missing, threads: threads) { coalition, losses in
      done.withLock { count in
        count += 1
        let line: JSON = [
          "members": .integer(Int64(coalition.mask)), "losses": .numbers(losses),
        ]
        writeFile(Array((line.canonicalText + "\n").utf8), to: path, mode: "a")
        if count % 16 == 0 || count == missing.count {
          let left = (seconds() - began) / Double(count) * Double(missing.count - count)
          print("\(name) \(order): \(count) of \(missing.count) coalitions, \(Int(left)) s left")
        }
      }
    }
    for (coalition, losses) in zip(missing, found) { self.losses[coalition] = losses }
  }

  /// The Shapley values estimated from these coalitions, all of which must be known.
  func estimate(_ coalitions: [Coalition], commons: [Double]) -> ShareEstimate {
    ShareEstimate(
      players: study.accounts.count, coalitions: coalitions,
      losses: coalitions.map { losses[$0] ?? [] }, commons: commons)
  }

  var json: JSON {
    [
      "seed": .integer(Int64(order)),
      "coalitions": .array(
        losses.sorted { $0.key < $1.key }.map {
          ["members": .integer(Int64($0.key.mask)), "losses": .numbers($0.value)]
        }),
    ]
  }
}
