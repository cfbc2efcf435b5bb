// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The shape of a model: a Llama decoder without biases whose embedding is also its output.
package struct ModelConfiguration: Hashable, Sendable {
  /// How many different tokens there are; bytes, so 256.
  package var vocabularySize = 256
  /// The width of the residual stream.
  package var hiddenSize = 128
  package var layerCount = 5
  package var headCount = 4
  /// The inner width of the gated unit.
  package var feedForwardSize = 344
  /// The most positions a sequence may have.
  package var contextLength = 128
  /// The base of the rotary angles.
  package var rotaryBase = 10_000.0
  package var normEpsilon: Float = 1e-5

  package init() {}

  /// The width of one attention head.
  package var headSize: Int { hiddenSize / headCount }

  /// Checks that the kernels can run the shape.
  ///
  /// - Throws: the first rule that is broken.
  package func validate() throws(ModelConfigurationError) {
    guard vocabularySize == 256 else { throw .vocabularyIsNotBytes(vocabularySize) }
    guard (1...64).contains(layerCount) else {
      throw .outOfRange("layers", layerCount, 1...64)
    }
    guard (16...4096).contains(hiddenSize) else {
      throw .outOfRange("hidden size", hiddenSize, 16...4096)
    }
    guard (8...16384).contains(feedForwardSize) else {
      throw .outOfRange("feed-forward size", feedForwardSize, 8...16384)
    }
    guard (8...4096).contains(contextLength) else {
      throw .outOfRange("context length", contextLength, 8...4096)
    }
    guard feedForwardSize % 8 == 0 else {
      throw .notMultiple("feed-forward size", feedForwardSize, of: 8)
    }
    guard headCount >= 1, hiddenSize % headCount == 0 else {
      throw .headsDoNotDivide(heads: headCount, hiddenSize: hiddenSize)
    }
    guard headSize % 16 == 0 else { throw .notMultiple("head size", headSize, of: 16) }
    guard rotaryBase > 1, rotaryBase <= 1e9, normEpsilon > 0, normEpsilon < 0.1 else {
      throw .constantOutOfRange
    }
  }
}

/// Why a shape cannot be run.
package enum ModelConfigurationError: Error, Hashable {
  case vocabularyIsNotBytes(Int)
  case outOfRange(String, Int, ClosedRange<Int>)
  case notMultiple(String, Int, of: Int)
  case headsDoNotDivide(heads: Int, hiddenSize: Int)
  case constantOutOfRange
}

extension ModelConfigurationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .vocabularyIsNotBytes(let size):
      "a vocabulary of \(size) is not bytes: use 256"
    case .outOfRange(let name, let value, let range):
      "\(name) \(value) is out of range: use \(range.lowerBound) to \(range.upperBound)"
    case .notMultiple(let name, let value, let divisor):
      "\(name) \(value) does not suit the kernels: use a multiple of \(divisor)"
    case .headsDoNotDivide(let heads, let hiddenSize):
      "\(heads) heads do not divide a hidden size of \(hiddenSize): choose a divisor"
    case .constantOutOfRange:
      "the rotary base or the norm's epsilon is out of range: use 10000 and 0.00001"
    }
  }
}
