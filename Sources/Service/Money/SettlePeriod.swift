// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Money
package import Register
package import Settlement
import Signing
package import Storage

/// Settles a period and keeps its statements.
package enum SettlePeriod {
  /// Computes the statements, puts their file in place and logs their digest.
  ///
  /// - Returns: The statements.
  /// - Throws: `ServiceError.refused` where the period is settled or nothing was reported.
  package static func run(_ period: Period, in writer: RegisterWriter) throws -> Statements {
    var shares: [ModelName: ShareRegister] = [:]
    for revenue in writer.state.revenues where shares[revenue.report.model] == nil {
      shares[revenue.report.model] = try ShareFile.read(
        revenue.report.model, layout: writer.layout, state: writer.state)
    }
    let statements: Statements
    do throws(SettlementError) {
      statements = try SettlementComputation.settle(period, state: writer.state, shares: shares)
    } catch {
      throw ServiceError.refused("\(error)")
    }
    let record = statements.record
    try writer.append([.settlementComputed(record)]) {
      try DurableFile.write(
        Array(statements.json.prettyText.utf8), to: writer.layout.statements(record))
    }
    return statements
  }
}

/// Reads the share register of a model as the log binds it.
package enum ShareFile {
  /// The share register.
  ///
  /// - Throws: `ServiceError.refused` where the file is not the one that the log binds.
  package static func read(
    _ model: ModelName, layout: RegisterLayout, state: RegisterState
  ) throws -> ShareRegister {
    let path = layout.model(model) + "/shares.json"
    let bytes = try FileSystem.readFile(path, limit: 1 << 30)
    guard let finish = state.runs[model]?.finish, SHA256.digest(bytes) == finish.shares else {
      throw ServiceError.refused(
        "'\(path)' is not the share register that the log binds: run 'cadastre verify'")
    }
    return try ShareRegister(json: try JSON.parse(bytes))
  }
}
