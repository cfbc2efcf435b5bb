// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Service

/// `cadastre generate`.
enum GenerateCommand {
  static func generate(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let tokens = try arguments.integer("tokens", in: 1...GenerateText.mostTokens) ?? 200
    let temperature = try decimal(
      "temperature", arguments, 0...GenerateText.highestTemperature)
    guard temperature == 0 || temperature >= GenerateText.lowestTemperature else {
      throw ServiceError.usage(
        "--temperature \(temperature) is too low to divide by: give 0 for the likeliest token")
    }
    let topProbability = try decimal("top-p", arguments, 1e-6...1)
    let seed = try arguments.integer("seed", in: 0...Int(Int32.max)) ?? 1
    let prompt = arguments.required("prompt")
    let snapshot = try context.snapshot()
    let request = GenerateText.Request(
      model: arguments.requiredArgument("MODEL"), prompt: prompt, tokens: tokens,
      temperature: temperature, topProbability: topProbability,
      seed: UInt64(seed))
    let printsJSON = arguments.flag("json")
    Interruption.catchSignals()
    let result = try GenerateText.run(
      request, in: snapshot, isInterrupted: { Interruption.isRequested },
      stream: { if !printsJSON { Stream.output.write($0) } })
    return Output(text: "\n", json: result.json)
  }

  private static func decimal(
    _ name: String, _ arguments: ParsedArguments, _ range: ClosedRange<Double>
  ) throws -> Double {
    let text = arguments.required(name)
    guard let value = Double(text), range.contains(value) else {
      throw ServiceError.usage(
        "--\(name) '\(text)' is no number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
