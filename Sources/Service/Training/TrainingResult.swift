// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Attribution
package import Canonical
package import Register

/// A run that was closed.
package struct TrainingResult: Sendable {
  /// The model.
  package let model: ModelName
  /// Steps made.
  package let steps: Int
  /// The seconds since this process took the run up.
  package let seconds: Double
  /// The model's parameters.
  package let parameters: Int
  /// The BLAS kernel family.
  package let kernels: String
  /// Where the time went.
  package let timeSplit: TimeSplit
  /// The seconds that retraining coalitions took.
  package let surveySeconds: Double
  /// The closed books.
  package let books: BooksFile
  /// The share register.
  package let shares: ShareRegister
  /// What retrained coalitions found; `nil` where none was asked for.
  package let survey: SurveyFile?

  /// The result for programs.
  package var json: JSON {
    var object: JSONObject = [
      "model": .string(model.text), "steps": .integer(Int64(steps)),
      "parameters": .integer(Int64(parameters)), "kernels": .string(kernels),
      "books": books.json, "shares": shares.json,
    ]
    if let survey { object["survey"] = survey.json }
    return .object(object)
  }
}
