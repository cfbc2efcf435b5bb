// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import BenchmarkSupport
import Kernels
import Primitives
import Transformer

/// An account of a study and the texts it brings.
struct Account {
  var name: String
  var training: [[UInt8]]
  /// What is never trained on; its own target, if there is any.
  var heldOut: [[UInt8]] = []

  /// Brings texts to train on as a whole.
  init(name: String, training: [[UInt8]]) {
    self.name = name
    self.training = training
  }

  /// Brings texts, of each of which one part in `Study.heldOutPart` is held out at its end.
  init(name: String, texts: [[UInt8]]) {
    self.name = name
    training = texts.map { Array($0[..<($0.count - $0.count / Study.heldOutPart)]) }
    heldOut = texts.map { Array($0[($0.count - $0.count / Study.heldOutPart)...]) }
  }
}

/// Accounts, the model and the schedule of one study.
struct Study {
  var name: String
  var accounts: [Account]
  /// The most players of its game; as a run's survey has it, where nothing else is said.
  var players = SurveyConfiguration().players
  /// The seeds of first weights and data order.
  var orders: [UInt64] = [1, 2, 3]
  /// Whether a small change of the data makes a small change of the weights: half the rate, twice the
  /// batch.
  var isSmooth = false

  /// The small model: 2 layers of width 48, 72,432 parameters, 400 steps of 32 windows of 64 bytes.
  static var model: ModelConfiguration {
    var model = ModelConfiguration()
    model.hiddenSize = 48
    model.layerCount = 2
    model.headCount = 3
    model.feedForwardSize = 144
    model.contextLength = 64
    return model
  }

  func training(seed: UInt64) -> TrainingConfiguration {
    var training = TrainingConfiguration()
    training.seed = seed
    training.steps = 400
    training.warmUpSteps = 60
    training.batchSize = isSmooth ? 64 : 32
    training.shardWindows = 32
    training.peakRate = isSmooth ? 1e-3 : 2e-3
    return training
  }

  /// The part at the end of each text that is never trained on is one in this many.
  static let heldOutPart = 20
  /// Windows of each target.
  static let targetWindows = 24

  var lines: [TrainingLine] {
    accounts.enumerated().flatMap { index, account in
      account.training.map { TrainingLine(owner: index, bytes: $0) }
    }
  }

  var targets: [ValuationTarget] {
    accounts.filter { !$0.heldOut.isEmpty }.map { account in
      ValuationTarget(
        name: account.name, heldOut: account.heldOut, count: Self.targetWindows,
        context: Self.model.contextLength)
    }
  }

  /// The commons line of each target, nats a byte.
  var commons: [Double] {
    let baseline = BigramBaseline(texts: lines.map(\.bytes))
    return targets.map { Double(baseline.loss($0)) / ClosedBooks.piconatsPerNat }
  }

  func game(seed: UInt64, blas: BLAS) throws -> CoalitionTrainer {
    try CoalitionTrainer(
      model: LlamaModel(Self.model, blas: blas), training: training(seed: seed), lines: lines,
      targets: targets)
  }
}

extension Study {
  private static let eight = [
    ("Austen", ["austen-emma"]), ("Hobbes", ["hobbes-leviathan"]),
    ("Whitman", ["whitman-leaves-of-grass"]), ("Verne", ["verne-20000-lieues"]),
    ("Twain", ["twain-huckleberry-finn", "twain-tom-sawyer"]),
    ("Wells", ["wells-time-machine", "wells-war-of-the-worlds"]),
    ("Plato", ["plato-republic-en"]), ("Fern", ["fern-caper-sauce"]),
  ]
  private static let more = [
    ("Dickens", ["dickens-two-cities", "dickens-christmas-carol"]),
    ("Doyle", ["doyle-adventures", "doyle-baskervilles"]), ("Stoker", ["stoker-dracula"]),
    ("Wilde", ["wilde-dorian-gray", "wilde-earnest"]), ("Flaubert", ["flaubert-madame-bovary"]),
    ("Du Bois", ["dubois-souls-of-black-folk"]),
  ]

  private static func read(_ list: [(String, [String])], below root: String) -> [Account] {
    list.map { name, files in
      Account(name: name, texts: files.map { readFile("\(root)/texts/\($0).txt") })
    }
  }

  /// The studies, by name, over the library at `root`.
  static func named(_ name: String, root: String) -> Study? {
    let eight = read(eight, below: root)
    func random(_ count: Int) -> [UInt8] {
      var random = Philox4x32(key: 7, stream: 7)
      return (0..<count).map { _ in UInt8(random.next32() >> 24) }
    }
    let copy = Account(name: "copy of Austen", training: eight[0].training)
    let noise = Account(name: "random bytes", training: [random(400_000)])
    switch name {
    case "shapley": return Study(name: name, accounts: eight)
    case "datamodels", "smooth":
      return Study(
        name: name, accounts: eight + read(more, below: root) + [copy, noise], players: 16,
        orders: name == "smooth" ? [1, 2, 3] : [1], isSmooth: name == "smooth")
    case "split":
      let text = eight[0].training[0]
      var parts = (0..<20).map { part in
        Account(
          name: "Austen \(part + 1)",
          training: [Array(text[text.count * part / 20..<text.count * (part + 1) / 20])])
      }
      parts[0].heldOut = eight[0].heldOut
      return Study(name: name, accounts: parts + eight.dropFirst(), orders: [1])
    case "cheats":
      let notice = Array("All rights reserved. No part of this work may be reproduced. ".utf8)
      let boilerplate = Account(
        name: "boilerplate", training: [Array(repeatElement(notice, count: 6500).joined())])
      return Study(name: name, accounts: eight + [copy, noise, boilerplate], orders: [1])
    default: return nil
    }
  }
}
