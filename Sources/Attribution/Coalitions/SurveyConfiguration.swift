// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Transformer

/// How shares are surveyed: which proxy is retrained, and how often.
package struct SurveyConfiguration: Hashable, Sendable {
  /// The most coalitions that are retrained; 0 divides by the run's credits alone.
  package var coalitions = 48
  /// The most players; more accounts are played as groups.
  package var players = 12
  /// How often the residuals are redrawn for the intervals.
  package var redraws = 64
  /// The proxy's shape.
  package var model = ModelConfiguration()
  /// How the proxy is trained.
  package var training = TrainingConfiguration()

  package init() {
    model.hiddenSize = 48
    model.layerCount = 2
    model.headCount = 3
    model.feedForwardSize = 144
    model.contextLength = 64
    training.steps = 250
    training.warmUpSteps = 40
    training.batchSize = 32
    training.shardWindows = 32
    training.peakRate = 2e-3
  }

  /// Checks that every number makes sense.
  ///
  /// - Throws: The name of the first that does not, with its value.
  package func validate() throws {
    guard (0...100_000).contains(coalitions) else {
      throw RunError.outOfRange("coalitions", Double(coalitions))
    }
    guard (1...ShapleyValue.maximumPlayers).contains(players) else {
      throw RunError.outOfRange("players", Double(players))
    }
    guard (2...10_000).contains(redraws) else {
      throw RunError.outOfRange("redraws", Double(redraws))
    }
    try model.validate()
    try training.validate()
  }
}
