// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The likelihood that a text gained in training, divided over the rows of the stored displacements.
///
/// In nanonats (10⁻⁹ nats) of the whole text, positive where likelihood was gained; exact in
/// integers: `after − before = Σ amounts + decay + residual`. A text of a million bytes fits the
/// integers that JSON can state exactly, which piconats would not.
package struct OutputDivision: Hashable, Sendable {
  package static let nanonatsPerNat = 1e9

  /// The natural logarithm of the text's probability under the first weights, and under the last.
  package let before: Int64
  package let after: Int64
  /// What each row added.
  package let amounts: [Int64]
  /// What weight decay added.
  package let decay: Int64
  /// What of the residual the rounding of stored displacements leaves; the rest is quadrature.
  package let rounding: Int64
  /// How many bytes were predicted, in how many windows.
  package let predictions: Int
  package let windows: Int
  /// How many gradients were taken.
  package let gradients: Int

  /// What was gained.
  package var gained: Int64 { after - before }
  /// What is left unexplained.
  package var residual: Int64 { amounts.reduce(gained - decay) { $0 - $1 } }
  /// The residual as a part of what was gained; infinite where nothing was.
  package var residualPart: Double { (Double(residual) / Double(gained)).magnitude }

  static func nanonats(_ nats: Double) -> Int64 {
    Int64((nats * nanonatsPerNat).rounded(.toNearestOrEven))
  }
}

/// Why a text cannot be divided.
package enum OutputError: Error, Hashable, Sendable {
  /// Fewer than two tokens: nothing is predicted.
  case nothingPredicted
  /// More bytes than are divided at once.
  case tooLong(Int)
  /// The likelihood under some weights is no number.
  case notFinite
}

extension OutputError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .nothingPredicted:
      "the text is shorter than two tokens, and the first is not predicted: give a longer one"
    case .tooLong(let count):
      "the text has \(count) bytes: give at most \(OutputAttribution.largestText), or parts of it"
    case .notFinite: "the model gives the text no likelihood: its weights hold no numbers"
    }
  }
}
