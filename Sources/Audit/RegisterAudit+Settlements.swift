// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Register
import Settlement
import Signing
import Storage

extension RegisterAudit {
  /// Recomputes a settlement from the log before it, and compares every byte of its statements.
  mutating func audit(_ record: SettlementRecord, before: RegisterState) {
    let subject = "entry \(before.size)"
    var shares: [ModelName: ShareRegister] = [:]
    for line in record.lines { shares[line.model] = shareRegister(of: line.model, in: before) }
    do throws(SettlementError) {
      let recomputed = try SettlementComputation.settle(record.period, state: before, shares: shares)
      counts.statementLines += recomputed.lines.count
      report.require(
        recomputed.record.statements == record.statements && recomputed.totals == record.lines,
        subject, "the settlement of \(record.period) recomputes otherwise")
    } catch {
      report.found(subject, "the settlement of \(record.period) cannot be recomputed: \(error)")
    }
    _ = boundFile(layout.statements(record), is: record.statements)
  }

  /// The share register of a model as the log binds it; nil where the file does not hold.
  func shareRegister(of model: ModelName, in state: RegisterState) -> ShareRegister? {
    guard let finish = state.runs[model]?.finish,
      let bytes = try? FileSystem.readFile(layout.model(model) + "/shares.json", limit: 1 << 30),
      SHA256.digest(bytes) == finish.shares, let json = try? JSON.parse(bytes)
    else { return nil }
    return try? ShareRegister(json: json)
  }
}
