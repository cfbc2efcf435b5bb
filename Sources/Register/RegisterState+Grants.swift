// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Signing

extension RegisterState {
  /// What the addresses of this register's status lists begin with; nil before the first event.
  package var statusBase: String? {
    guard let keeper = `operator` else { return nil }
    return parties[keeper]?.address ?? "urn:cadastre:\(keeper.text.dropFirst("did:key:".count)):"
  }

  /// The last status list that has a grant.
  package var lastStatusList: Int? { statusIndices.keys.max() }

  /// The places of a status list that are taken.
  package func takenStatusIndices(of list: Int) -> Set<Int> { statusIndices[list] ?? [] }

  /// Where a grant of an owner, of a quorum of owners, or of a model's operator comes in.
  mutating func fold(_ grant: Grant, by signer: DIDKey) throws(RegisterError) {
    // The credential carries its issuer's own proof; the operator may log one signed elsewhere.
    guard signer == grant.issuer || signer == `operator` else { throw .notTheIssuer(signer) }
    guard parties[grant.issuer] != nil else { throw .unknownParty(grant.issuer) }
    let identifier = grant.identifier
    guard grantIndex[identifier] == nil else { throw .grantExists(identifier) }
    try requireSubject(of: grant)
    if let status = grant.status {
      guard status.base == statusBase else { throw .foreignStatusList(identifier, status.base) }
      guard statusIndices[status.list]?.contains(status.index) != true else {
        throw .statusTaken(identifier, list: status.list, index: status.index)
      }
      statusIndices[status.list, default: []].insert(status.index)
    }
    switch grant.terms.subject {
    case .work, .collection, .model:
      grantsBySubject[grant.terms.subject, default: []].append(grants.count)
    case .allWorks: grantsByIssuer[grant.issuer, default: []].append(grants.count)
    }
    grantIndex[identifier] = grants.count
    grants.append(IssuedGrant(grant: grant, identifier: identifier, position: size))
  }

  /// Only an owner grants a work, and only who released a model grants what it generates.
  private func requireSubject(of grant: Grant) throws(RegisterError) {
    switch grant.terms.subject {
    case .work(let digest):
      guard let work = works[digest] else { throw .unknownWork(digest) }
      guard work.weight(of: grant.issuer) > 0 else {
        throw .notTheOwner(grant.issuer, work: digest)
      }
    case .collection(let root):
      guard collections[root]?.isComplete == true else { throw .unknownCollection(root) }
    case .model(let identifier):
      guard models[identifier] != nil else { throw .unknownIdentifier(identifier) }
      guard grant.issuer == `operator` else { throw .notTheOperator(grant.issuer) }
    case .allWorks: break
    }
  }

  mutating func revoke(_ grant: Digest, by signer: DIDKey) throws(RegisterError) {
    let index = try issued(grant, by: signer)
    grants[index].revokedAt = size
  }

  mutating func suspend(_ grant: Digest, by signer: DIDKey) throws(RegisterError) {
    let index = try issued(grant, by: signer)
    if let position = grants[index].suspendedAt {
      throw .alreadySuspended(grant, position: position)
    }
    grants[index].suspendedAt = size
  }

  mutating func resume(_ grant: Digest, by signer: DIDKey) throws(RegisterError) {
    let index = try issued(grant, by: signer)
    guard grants[index].suspendedAt != nil else { throw .notSuspended(grant) }
    grants[index].suspendedAt = nil
  }

  /// Where a grant of the signer's stands that was not revoked.
  private func issued(_ grant: Digest, by signer: DIDKey) throws(RegisterError) -> Int {
    guard let index = grantIndex[grant] else { throw .unknownGrant(grant) }
    guard grants[index].grant.issuer == signer else { throw .notTheIssuer(signer) }
    if let position = grants[index].revokedAt { throw .alreadyRevoked(grant, position: position) }
    return index
  }

  /// Where a part of a collection comes in.
  mutating func fold(
    _ part: CollectionDeclaration, by signer: DIDKey
  ) throws(RegisterError) {
    for digest in part.works {
      guard let work = works[digest] else { throw .unknownWork(digest) }
      guard work.weight(of: signer) > 0 else { throw .notTheOwner(signer, work: digest) }
    }
    let known = collections[part.root]
    if let known, known.isComplete {
      throw .collectionExists(part.root, position: known.position)
    }
    let listed = known?.works ?? []
    let follows = listed.last.map { $0 < part.works[0] } ?? true
    guard listed.count == Int(part.first), follows,
      known.map({ $0.declarer == signer && $0.count == Int(part.count) }) ?? true,
      listed.count + part.works.count <= Int(part.count)
    else { throw .collectionOutOfOrder(part.root) }
    let collection = Collection(
      declarer: signer, count: Int(part.count), works: listed + part.works, position: size)
    if collection.isComplete {
      guard CollectionDeclaration.root(of: collection.works) == part.root else {
        throw .collectionDiffers(part.root)
      }
      for work in collection.works { collectionsByWork[work, default: []].append(part.root) }
    }
    collections[part.root] = collection
  }

  /// The grants whose subject takes in a work, in log order, whatever became of them.
  package func grants(covering work: Work) -> [IssuedGrant] {
    let digest = work.registration.work
    var found = grantsBySubject[.work(digest)] ?? []
    for root in collectionsByWork[digest] ?? [] {
      found += grantsBySubject[.collection(root)] ?? []
    }
    for owner in work.owners { found += grantsByIssuer[owner.party] ?? [] }
    return found.sorted().map { grants[$0] }.filter { work.weight(of: $0.grant.issuer) > 0 }
  }
}
