// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Attribution
import Canonical
package import Primitives
import Register
package import Signing
import Storage
import TransparencyLog

/// Signed receipts of traces: making one, and checking one.
package enum TraceReceiptFile {
  /// What a receipt was checked against.
  package struct Verdict: Sendable {
    /// What the receipt says.
    package let receipt: TraceReceipt
    /// Who signed it.
    package let signer: DIDKey
    /// What was checked, in words.
    package let checks: [String]
    /// What does not hold; empty where everything does.
    package let findings: [String]
  }

  /// Signs a receipt with the operator's key and puts it in place.
  package static func write(
    _ receipt: TraceReceipt, to path: String, snapshot: RegisterSnapshot, at moment: Timestamp
  ) throws {
    let key = try KeyStore(snapshot.layout).load(KeyStore.operatorName)
    guard DIDKey(key.publicKey) == snapshot.configuration.operator else {
      throw ServiceError.refused(
        "the key 'operator' is not that of the register's operator: restore keys/operator.json")
    }
    let signed = try DataIntegrity.sign(document: receipt.json, key: key, created: moment)
    try DurableFile.write(Array(signed.prettyText.utf8), to: path)
  }

  /// Checks a receipt: its proof, its sum, the register's log and model, and perhaps the text.
  ///
  /// - Parameters:
  ///   - path: The receipt.
  ///   - text: The text it should be of; nil where that is not asked.
  ///   - snapshot: The register that should have made it.
  /// - Returns: What was checked, and what does not hold.
  /// - Throws: `ServiceError` where the file is no receipt.
  package static func check(
    _ path: String, text: [UInt8]?, snapshot: RegisterSnapshot
  ) throws -> Verdict {
    let document: JSON
    let receipt: TraceReceipt
    do {
      document = try JSON.parse(try FileSystem.readFile(path, limit: 1 << 26))
      receipt = try TraceReceipt(json: document)
    } catch let error as StorageError {
      throw error
    } catch {
      throw ServiceError.refused("'\(path)' is no receipt: \(error)")
    }
    let expected = snapshot.configuration.operator
    var findings: [String] = []
    switch DataIntegrity.verify(document: document, expected: expected) {
    case .valid: break
    case .invalid(let fault): findings.append("its proof is not the operator's: \(fault)")
    }
    var checks = [
      "signed by the operator \(expected.text)",
      "\(receipt.contributors.count) amounts, decay and residual add up to what was gained",
    ]
    findings += try compare(receipt, with: snapshot)
    checks.append("entry \(receipt.source.logSize) of the log has the root it states")
    checks.append("weights and displacements are those of the released '\(receipt.source.model)'")
    if let text {
      checks.append("it is of this text")
      if SHA256.digest(text) != receipt.text || text.count != receipt.byteCount {
        findings.append("it is of another text")
      }
    }
    return Verdict(receipt: receipt, signer: expected, checks: checks, findings: findings)
  }

  private static func compare(
    _ receipt: TraceReceipt, with snapshot: RegisterSnapshot
  ) throws -> [String] {
    var findings: [String] = []
    guard let verifier = snapshot.configuration.verifier else {
      throw ServiceError.refused("the register's origin is no name of a log")
    }
    let reader = try LogReader(path: snapshot.layout.log, verifier: verifier)
    let size = UInt64(receipt.source.logSize)
    if receipt.source.logOrigin != snapshot.configuration.origin {
      findings.append("it is of the register '\(receipt.source.logOrigin)'")
    } else if size > reader.size {
      findings.append("it refers to entry \(size), and this log has \(reader.size)")
    } else if try reader.root(at: size) != receipt.source.logRoot {
      findings.append("the log had another root at \(size) entries")
    }
    let run = ModelName(receipt.source.model).flatMap { snapshot.state.runs[$0] }
    if run?.finish?.weights != receipt.source.weights
      || run?.release?.files[DisplacementIndex.path] != receipt.source.displacements
    {
      findings.append("'\(receipt.source.model)' has other weights or displacements here")
    }
    return findings
  }
}
