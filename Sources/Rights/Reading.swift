// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Register

/// What one document says in one vocabulary.
package struct Reading: Hashable, Sendable {
  /// Something that the reader should know, with its line where there is one.
  package struct Note: Hashable, Sendable {
    /// The line of the document, from 1.
    package let line: Int?
    /// What there is to know.
    package let text: String

    /// Makes a note.
    package init(line: Int? = nil, _ text: String) {
      self.line = line
      self.text = text
    }
  }

  /// The vocabulary.
  package let format: SignalFormat
  /// Its version.
  package var version: String
  /// Where it was read.
  package let place: SignalPlace
  /// What it says about each purpose.
  package var stances: Stances
  /// Whether the document could not be read, and prohibits for that.
  package var isUnreadable = false
  /// What else there is to know.
  package var notes: [Note] = []

  /// Makes a reading; the version is that of the crosswalk where none is given.
  package init(
    _ format: SignalFormat, in place: SignalPlace, _ stances: Stances, version: String? = nil,
    notes: [Note] = []
  ) {
    self.format = format
    self.version = version ?? Crosswalk.version(of: format)
    self.place = place
    self.stances = stances
    self.notes = notes
  }

  /// The reading of a document that cannot be read: it prohibits everything.
  init(unreadable format: SignalFormat, in place: SignalPlace, _ error: ReadingError) {
    self.init(
      format, in: place, .prohibitingAll, notes: [Note(line: error.line, "\(error)")])
    isUnreadable = true
  }
}

/// What all documents together say in one vocabulary.
package struct CombinedReading: Hashable, Sendable {
  /// The vocabulary.
  package let format: SignalFormat
  /// The versions read, joined where they differ.
  package let version: String
  /// What they say together.
  package let stances: Stances
  /// Which of the documents speak, by their place in the list that was read.
  package let documents: [Int]
  /// The readings, one a document.
  package let readings: [Reading]
}
