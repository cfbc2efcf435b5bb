// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Money
package import Primitives
package import Signing

/// The rule that an event breaks.
package enum RegisterError: Error, Sendable {
  case notFounded
  case operatorExists
  case notTheOperator(DIDKey)
  case partyExists(DIDKey)
  case unknownParty(DIDKey)
  case workExists(Digest, position: Int)
  case unknownWork(Digest)
  case notTheOwner(DIDKey, work: Digest)
  case notTheIssuer(DIDKey)
  case grantExists(Digest)
  case unknownGrant(Digest)
  case alreadyRevoked(Digest, position: Int)
  case alreadySuspended(Digest, position: Int)
  case notSuspended(Digest)
  case foreignStatusList(Digest, String)
  case statusTaken(Digest, list: Int, index: Int)
  case unknownCollection(Digest)
  case collectionExists(Digest, position: Int)
  case collectionOutOfOrder(Digest)
  case collectionDiffers(Digest)
  case unknownIdentifier(Digest)
  case staleAdmission(read: Int, size: Int)
  case admissionExists(Digest)
  case unknownManifest(Digest)
  case notAdmittedForThis(Digest)
  case modelExists(ModelName)
  case noTargets(ModelName)
  case targetTwice(ModelName)
  case noOpenRun(ModelName)
  case checkpointOutOfOrder(ModelName, segment: Int)
  case targetsDiffer(ModelName)
  case booksDoNotBalance(ModelName, target: String)
  case notReleasable(ModelName)
  case releaseDiffers(ModelName, path: String)
  case unknownModel(ModelName)
  case revenueOutOfRange(ModelName)
  case settlementOutOfOrder(Period)
  case settlementDoesNotAddUp(Period, ModelName)
  case notTheDeclaringParty(DIDKey)
  case signalKnown(SignalFormat, position: Int)
  case repeated(position: Int)
  case unknownCommitment(Digest)
  case alreadyErased(Digest, position: Int)
}

extension RegisterError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notFounded: "the log does not begin with the operator's registration"
    case .operatorExists: "the register already has an operator"
    case .notTheOperator(let did): "only the operator may sign this, and \(did) is not"
    case .partyExists(let did): "\(did) is registered already"
    case .unknownParty(let did): "\(did) is not registered: register the key first"
    case .workExists(let work, let position):
      "the work \(work.short) is registered already, at entry \(position)"
    case .unknownWork(let work): "no work \(work.short) is registered: add it first"
    case .notTheOwner(let did, let work): "\(did) does not own the work \(work.short)"
    case .notTheIssuer(let did): "\(did) did not issue this grant"
    case .grantExists(let grant): "the grant \(grant.short) is in the log already"
    case .unknownGrant(let grant): "no grant \(grant.short) is in the log"
    case .alreadyRevoked(let grant, let position):
      "the grant \(grant.short) was revoked already, at entry \(position)"
    case .alreadySuspended(let grant, let position):
      "the grant \(grant.short) is suspended already, since entry \(position)"
    case .notSuspended(let grant): "the grant \(grant.short) is not suspended"
    case .foreignStatusList(let grant, let base):
      "the grant \(grant.short) names status lists of '\(base)', which are not this register's"
    case .statusTaken(let grant, let list, let index):
      "the grant \(grant.short) names place \(index) of status list \(list), which is another's"
    case .unknownCollection(let root):
      "no collection \(root.short) is declared: declare it with 'cadastre collection add'"
    case .collectionExists(let root, let position):
      "the collection \(root.short) is declared already, at entry \(position)"
    case .collectionOutOfOrder(let root):
      "a part of the collection \(root.short) does not follow the one before"
    case .collectionDiffers(let root):
      "the works of the collection \(root.short) do not make its root"
    case .unknownIdentifier(let model):
      "no released model has the identifier \(model.short)"
    case .staleAdmission(let read, let size):
      "the gate had read \(read) entries and the log has \(size): admit again"
    case .admissionExists(let manifest): "the manifest \(manifest.short) was decided already"
    case .unknownManifest(let manifest): "no admission decided the manifest \(manifest.short)"
    case .notAdmittedForThis(let manifest):
      "the manifest \(manifest.short) was not admitted for training by who trains: admit again"
    case .modelExists(let model): "a model named '\(model)' exists: choose another name"
    case .noTargets(let model): "the run of '\(model)' names no valuation target"
    case .targetTwice(let model): "the run of '\(model)' names a valuation target twice"
    case .noOpenRun(let model): "no run of '\(model)' is open"
    case .checkpointOutOfOrder(let model, let segment):
      "checkpoint \(segment) of '\(model)' does not follow the one before"
    case .targetsDiffer(let model): "'\(model)' closes other targets than it started with"
    case .booksDoNotBalance(let model, let target):
      "the books of '\(model)' do not balance on '\(target)'"
    case .notReleasable(let model): "'\(model)' is not a finished run that waits for release"
    case .releaseDiffers(let model, let path):
      "the release of '\(model)' names another '\(path)' than its run"
    case .unknownModel(let model): "no released model is named '\(model)'"
    case .revenueOutOfRange(let model):
      "the revenue of '\(model)' would be negative in sum, or too large"
    case .settlementOutOfOrder(let period): "the settlement of \(period) is out of order"
    case .settlementDoesNotAddUp(let period, let model):
      "the settlement of \(period) does not add up for '\(model)'"
    case .notTheDeclaringParty(let did):
      "a signal is signed by the operator or by the party it is of, and \(did) is neither"
    case .signalKnown(let format, let position):
      "the \(format.rawValue) signal says what entry \(position) says already: nothing is new"
    case .repeated(let position):
      "it is entry \(position) over again: sign it anew with a later moment"
    case .unknownCommitment(let commitment):
      "the log makes no commitment \(commitment.short) to a value that can be erased"
    case .alreadyErased(let commitment, let position):
      "what \(commitment.short) opened to was erased already, at entry \(position)"
    }
  }
}
