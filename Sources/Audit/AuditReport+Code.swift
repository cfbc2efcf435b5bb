// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension AuditReport {
  /// The kinds of things that do not hold; their names stay what they are.
  package enum Code: String, Sendable, CaseIterable {
    /// `cadastre.json` is missing, malformed or says something else than the log.
    case configuration
    /// A file of the log is missing, altered or does not belong there.
    case logDamaged = "log-damaged"
    /// The checkpoint is not signed as it must be.
    case checkpoint
    /// The checkpoint is signed in the log's name by another key.
    case checkpointOtherKey = "checkpoint-other-key"
    /// The checkpoint is for more entries than the files hold.
    case treeTooLarge = "log-larger-than-files"
    /// The log has fewer entries than it had.
    case rollback = "log-rollback"
    /// The log has other entries than it had.
    case splitView = "log-split-view"
    /// An entry is not an event that this version reads.
    case entryMalformed = "entry-malformed"
    /// The proof of an entry, or of a credential in it, is not that of who must have signed.
    case entryProof = "entry-proof"
    /// An entry breaks a rule of the register.
    case entryRule = "entry-rule"
    /// An entry stands in the log more than once.
    case entryRepeated = "entry-repeated"
    /// The operator's entries go back in time.
    case entryTime = "entry-time"
    /// An admission does not follow from its evidence.
    case admission
    /// A run used a work without a grant, or its books and shares do not follow from each other.
    case run
    /// A file of a released model is not what the log binds.
    case model
    /// A settlement recomputes otherwise.
    case settlement
    /// A fingerprint is not what the log binds.
    case fingerprint
    /// A status list does not say what the log makes it say.
    case statusList = "status-list"
    /// The documents of a signal are missing or say something else.
    case signal
    /// A file is served on the network with other bytes than the log binds.
    case served = "served-file"
    /// A file that nothing in the log accounts for.
    case stray
    /// `register.sqlite` is not what a rebuild gives.
    case projection
    /// An opening does not open its commitment.
    case opening
  }
}
