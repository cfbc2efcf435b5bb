// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The shape of a model: a Llama decoder without biases.
package struct ModelConfiguration: Hashable, Sendable {
  /// How many different tokens there are; 256 where tokens are bytes.
  package var vocabularySize = 256
  /// The width of the residual stream.
  package var hiddenSize = 128
  package var layerCount = 5
  /// How many heads ask.
  package var headCount = 4
  /// The inner width of the gated unit.
  package var feedForwardSize = 344
  /// The most positions a sequence may have.
  package var contextLength = 256
  /// The base of the rotary angles, and how their frequencies are changed.
  package var rotaryBase = 10_000.0
  package var rotaryScaling = RotaryScaling.none
  package var normEpsilon: Float = 1e-5
  /// Whether the embedding is also the output matrix.
  package var tiesEmbeddings = true
  private var givenKeyValueHeadCount: Int?
  private var givenHeadSize: Int?
  private var givenPositionLimit: Int?

  package init() {}

  /// How many heads answer; each serves the same number of those that ask (Ainslie and others 2023).
  package var keyValueHeadCount: Int {
    get { givenKeyValueHeadCount ?? headCount }
    set { givenKeyValueHeadCount = newValue }
  }

  /// The width of one attention head; a head's part of the hidden size where nothing else is given.
  package var headSize: Int {
    get { givenHeadSize ?? hiddenSize / max(headCount, 1) }
    set { givenHeadSize = newValue }
  }

  /// The most positions the model was made for; `contextLength` may be less to save memory.
  package var positionLimit: Int {
    get { givenPositionLimit ?? contextLength }
    set { givenPositionLimit = newValue }
  }

  /// The width of all queries, which is that of the mixed values.
  var queryWidth: Int { headCount * headSize }
  /// The width of a row of queries, keys and values.
  var attentionWidth: Int { (headCount + 2 * keyValueHeadCount) * headSize }

  /// Checks that the kernels can run the shape.
  ///
  /// - Throws: the first rule that is broken.
  package func validate() throws(ModelConfigurationError) {
    guard (2...262_144).contains(vocabularySize) else {
      throw .outOfRange("vocabulary", vocabularySize, 2...262_144)
    }
    guard (1...256).contains(layerCount) else {
      throw .outOfRange("layers", layerCount, 1...256)
    }
    guard (16...16_384).contains(hiddenSize) else {
      throw .outOfRange("hidden size", hiddenSize, 16...16_384)
    }
    guard (8...65_536).contains(feedForwardSize) else {
      throw .outOfRange("feed-forward size", feedForwardSize, 8...65_536)
    }
    guard (8...131_072).contains(contextLength) else {
      throw .outOfRange("context length", contextLength, 8...131_072)
    }
    guard contextLength <= positionLimit else {
      throw .contextTooLong(contextLength, limit: positionLimit)
    }
    guard hiddenSize % 8 == 0 else { throw .notMultiple("hidden size", hiddenSize, of: 8) }
    guard feedForwardSize % 8 == 0 else {
      throw .notMultiple("feed-forward size", feedForwardSize, of: 8)
    }
    guard (1...1024).contains(headCount), givenHeadSize != nil || hiddenSize % headCount == 0 else {
      throw .headsDoNotDivide(heads: headCount, hiddenSize: hiddenSize)
    }
    guard (2...1024).contains(headSize) else {
      throw .outOfRange("head size", headSize, 2...1024)
    }
    guard headSize % 2 == 0 else { throw .notMultiple("head size", headSize, of: 2) }
    guard keyValueHeadCount >= 1, headCount % keyValueHeadCount == 0 else {
      throw .groupsDoNotDivide(heads: headCount, keyValueHeads: keyValueHeadCount)
    }
    guard rotaryBase > 1, rotaryBase <= 1e9, normEpsilon > 0, normEpsilon < 0.1,
      rotaryScaling.isValid
    else {
      throw .constantOutOfRange
    }
  }
}

/// Why a shape cannot be run.
package enum ModelConfigurationError: Error, Hashable {
  case outOfRange(String, Int, ClosedRange<Int>)
  case notMultiple(String, Int, of: Int)
  case headsDoNotDivide(heads: Int, hiddenSize: Int)
  case groupsDoNotDivide(heads: Int, keyValueHeads: Int)
  /// More positions were asked for than the model was made for.
  case contextTooLong(Int, limit: Int)
  case constantOutOfRange
}

extension ModelConfigurationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .outOfRange(let name, let value, let range):
      "\(name) \(value) is out of range: use \(range.lowerBound) to \(range.upperBound)"
    case .notMultiple(let name, let value, let divisor):
      "\(name) \(value) does not suit the kernels: use a multiple of \(divisor)"
    case .headsDoNotDivide(let heads, let hiddenSize):
      "\(heads) heads do not divide a hidden size of \(hiddenSize): choose a divisor"
    case .groupsDoNotDivide(let heads, let keyValueHeads):
      "\(keyValueHeads) key-value heads do not divide \(heads) heads: choose a divisor"
    case .contextTooLong(let length, let limit):
      "a context of \(length) is longer than the model's \(limit): use at most \(limit)"
    case .constantOutOfRange:
      "the rotary base, its scaling or the norm's epsilon is out of range: use 10000 and 0.00001"
    }
  }
}
