// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// Retrains the coalitions of the evaluation's studies and writes what the report is made of:
//   evaluation LIBRARY DIRECTORY [STUDY …]

import Attribution
import BenchmarkSupport
import Canonical
import Glibc
import Kernels

/// The whole, and each player left out of it.
func leftOut(players: Int) -> [Coalition] {
  let whole = Coalition.all(players)
  return [whole] + (0..<players).map { whole.without($0) }
}

/// Coalitions whose losses every method is compared with: the whole, all left out, and random halves.
func datamodelCoalitions(players: Int) -> [Coalition] {
  leftOut(players: players) + CoalitionDesign.halves(players: players, count: 120, seed: 11)
}

func shares(_ estimate: ShareEstimate, targets: Int) -> JSON {
  let shares = estimate.shares(weights: [Double](repeating: 1, count: targets))
  return [
    "share": .numbers(shares.map(\.share)), "low": .numbers(shares.map(\.low)),
    "high": .numbers(shares.map(\.high)),
  ]
}

/// One estimate of the shares, and the scores that follow from it.
func estimate(
  _ study: Study, _ bank: inout Bank, _ grouping: Grouping, count: Int, seed: UInt64, blas: BLAS,
  threads: Int, folder: String
) throws -> JSON {
  let (design, commons) = (grouping.players, study.commons)
  let players = (design.max() ?? 0) + 1
  let chosen = CoalitionDesign.coalitions(players: players, count: count, seed: seed)
  let accounts = chosen.map { coalition in
    Coalition(design.indices.filter { coalition.contains(design[$0]) })
  }
  try bank.retrain(accounts, blas: blas, threads: threads)
  let losses = accounts.map { bank.losses[$0] ?? [] }
  let began = seconds()
  let estimate = ShareEstimate(
    players: players, coalitions: chosen, losses: losses, commons: commons, seed: seed)
  if chosen.count == 48, seed == 1, players == study.accounts.count {
    Evaluation.writeScores(
      "shares-48", estimate.values, seconds: seconds() - began, directory: folder,
      notes: "Shapley values of the excess, estimated from 48 retrained coalitions")
    Evaluation.writeScores(
      "shares-48-datamodel",
      LawDatamodel.scores(players: players, coalitions: chosen, losses: losses),
      seconds: seconds() - began, directory: folder,
      notes: "the law fitted to the same 48 coalitions, read as a datamodel of halves")
  }
  let trainings = accounts.reduce(0) { $0 + Double($1.count) } / Double(study.accounts.count)
  var row: JSONObject = [
    "order": .integer(Int64(bank.order)), "coalitions": .integer(Int64(chosen.count)),
    "seed": .integer(Int64(seed)), "seconds": .double(seconds() - began),
    "trainings": .double(trainings),
    "members": .array(accounts.map { .integer(Int64($0.mask)) }),
    "players": .array(design.map { .integer(Int64($0)) }),
    "misfit": .numbers(estimate.misfit),
    "values": .array(estimate.values.map(JSON.numbers)),
    "shares": shares(estimate, targets: commons.count),
  ]
  if let shares = try grouping.shares(estimate.values) { row["accounts"] = .numbers(shares) }
  return .object(row)
}

func run(_ study: Study, directory: String, blas: BLAS, threads: Int) throws {
  makeDirectory(directory)
  let players = study.accounts.count
  let commons = study.commons
  var banks: [JSON] = []
  var estimates: [JSON] = []
  for order in study.orders {
    let folder = "\(directory)/order-\(order)"
    makeDirectory(folder)
    var bank = Bank(study, order: order, directory: directory)
    switch study.name {
    case "shapley":
      try bank.retrain(
        CoalitionDesign.coalitions(players: players, count: 1 << players, seed: order), blas: blas,
        threads: threads)
    case "datamodels":
      try bank.retrain(datamodelCoalitions(players: players), blas: blas, threads: threads)
    case "smooth":
      try bank.retrain(leftOut(players: players), blas: blas, threads: threads)
    default: break
    }
    if !exists("\(folder)/scores/books-path.json"), study.name != "split" {
      try PeerFolder(study: study, seed: order, directory: folder).write(
        blas: blas, threads: threads)
    }
    let grouping = try Grouping(study, blas: blas, threads: threads, order: order)
    for count in study.name == "shapley" ? [24, 32, 40, 48] : [48] {
      for seed in (study.name == "shapley" ? 1...3 : 1...1) as ClosedRange<UInt64> {
        estimates.append(
          try estimate(
            study, &bank, grouping, count: count, seed: seed, blas: blas, threads: threads,
            folder: folder))
      }
    }
    banks.append(bank.json)
  }
  Evaluation.write(
    [
      "study": .string(study.name), "accounts": .array(study.accounts.map { .string($0.name) }),
      "bytes": .array(
        study.accounts.map { .integer(Int64($0.training.reduce(0) { $0 + $1.count })) }),
      "targets": .array(study.targets.map { .string($0.name) }), "lines": .numbers(commons),
      "weights": .numbers(commons.map { _ in 1 }), "orders": .array(banks),
      "estimates": .array(estimates),
    ], to: "\(directory)/coalitions.json")
}

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 2 else {
  print("usage: evaluation LIBRARY DIRECTORY [shapley|datamodels|cheats|split …]")
  exit(2)
}
let blas = try BLAS.load()
let names =
  arguments.count > 2 ? Array(arguments[2...]) : ["shapley", "datamodels", "cheats", "split"]
for name in names {
  guard let study = Study.named(name, root: arguments[0]) else {
    print("evaluation: there is no study '\(name)'")
    exit(2)
  }
  try run(study, directory: "\(arguments[1])/\(name)", blas: blas, threads: 2)
}
