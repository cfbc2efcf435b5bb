// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Signing
import Storage

/// Finds which registered works a text shares passages with: exact, on disk, in segments.
///
/// A segment is a ``GramIndexFile`` of works that follow each other in the order of the log, so that
/// what was indexed once stays as it is while the register grows. Candidates are all works that share
/// a run of eight words with the text or are the same text; each is compared by all its grams.
package struct GramIndex: Sendable {
  /// A file and where its works stand in the order of the log.
  package struct Segment: Sendable {
    /// The place of its first work.
    let first: Int
    /// The file.
    let file: GramIndexFile

    /// The place after its last work.
    var end: Int { first + file.workCount }
  }

  /// The segments, in the order of the log.
  package private(set) var segments: [Segment]

  /// An index of nothing.
  package static let empty = GramIndex(segments: [])

  /// An index of one file alone.
  package init(_ file: GramIndexFile) {
    segments = [Segment(first: 0, file: file)]
  }

  init(segments: [Segment]) {
    self.segments = segments
  }

  /// How many works it has.
  package var workCount: Int { segments.last?.end ?? 0 }

  /// Every work that shares a gram that counts with a text, or is the same text, the closest first.
  ///
  /// Passages can only be shown where the text is there. Counts and lengths do not need it, so
  /// every decision can be derived again from fingerprints alone.
  ///
  /// - Parameters:
  ///   - submission: The text's fingerprint.
  ///   - words: The text the fingerprint was made from, if passages are wanted.
  ///   - whitelist: Passages that count for nobody.
  ///   - isAsked: Which works are compared at all.
  /// - Returns: The most shared grams first, then by identifier.
  /// - Throws: `GramIndexError` for a file that is damaged.
  /// - Complexity: O(n) in the grams of the text for each segment, and in those of what is found.
  package func resemblances(
    of submission: Fingerprint, words: WordSequence? = nil, leavingOut whitelist: Whitelist = .none,
    among isAsked: (Digest) -> Bool = { _ in true }
  ) throws(GramIndexError) -> [Resemblance] {
    let keys = submission.gramsInOrder + [submission.sequence]
    var text: ComparedText?
    var matches: [Resemblance] = []
    for segment in segments {
      for number in try segment.file.candidates(withAnyOf: keys) {
        let work = try segment.file.work(number)
        guard isAsked(work.work) else { continue }
        let compared = text ?? ComparedText(submission, words: words, leavingOut: whitelist)
        text = compared
        let match = compared.compare(
          with: ComparedText.Registered(
            work: work.work, wordCount: Int(work.wordCount), sequence: work.sequence),
          grams: Span(_unsafeElements: try segment.file.grams(of: work)),
          shortGrams: Span(_unsafeElements: try segment.file.shortGrams(of: work)))
        if let match { matches.append(match) }
      }
    }
    return matches.inOrder
  }

  /// The same index with all works of a list, of which it has the first ones already.
  ///
  /// What is new becomes one segment, together with the segments at the end that are not more than
  /// twice as large: so a work is written again a number of times that grows with the logarithm of
  /// the register, and there are as few segments.
  ///
  /// - Parameters:
  ///   - works: All works, in the order of the log.
  ///   - directory: Where new files go.
  ///   - isKept: Whether they stay there; else they end with this index.
  ///   - limits: What bounds memory and files.
  ///   - load: Gives the fingerprint file of a work; its digest is compared here.
  /// - Returns: The index of all these works.
  /// - Throws: `GateError.otherFingerprint`, `FingerprintDecodingError`, what `load` and the disk
  ///   throw.
  package func extended(
    to works: [IndexedWork], in directory: String, isKept: Bool,
    limits: GramIndexLimits = .standard, load: (Digest) throws -> [UInt8]
  ) throws -> GramIndex {
    guard workCount < works.count else { return self }
    var kept = segments
    var absorbed: [Segment] = []
    var grams = 0
    while let last = kept.last, last.file.workCount <= 2 * (works.count - last.end),
      grams + last.file.gramCount <= limits.gramsOfSegment
    {
      grams += last.file.gramCount
      absorbed.append(kept.removeLast())
    }
    var next = kept.last?.end ?? 0
    while next < works.count {
      let segment = try Self.segment(
        of: works, from: next, absorbing: absorbed, in: directory, isKept: isKept, limits, load)
      kept.append(segment)
      next = segment.end
    }
    return GramIndex(segments: kept)
  }

  private static func segment(
    of works: [IndexedWork], from first: Int, absorbing absorbed: [Segment], in directory: String,
    isKept: Bool, _ limits: GramIndexLimits, _ load: (Digest) throws -> [UInt8]
  ) throws -> Segment {
    let unfinished = directory + "/.cadastre-segment-\(UInt64.random(in: 0 ... .max)).tmp"
    var builder = try GramIndexBuilder(path: unfinished, memory: limits.memory)
    var end = first
    while end < works.count, end == first || builder.gramCount < limits.gramsOfSegment {
      try add(works[end], at: end, from: absorbed, to: &builder, load)
      end += 1
    }
    try builder.finish()
    // The name is that of the content, so that two who build the same put the same in place.
    let path = directory + "/" + SegmentName(first, Array(works[first..<end])).text
    do {
      if isKept { try DurableFile.move(unfinished, to: path) }
      let file = try GramIndexFile(path: isKept ? path : unfinished)
      if !isKept { try FileSystem.removeFile(unfinished) }
      return Segment(first: first, file: file)
    } catch {
      try? FileSystem.removeFile(unfinished)
      throw error
    }
  }

  /// Adds a work from a segment that has it, else, or where that is damaged, from its fingerprint.
  private static func add(
    _ work: IndexedWork, at place: Int, from absorbed: [Segment],
    to builder: inout GramIndexBuilder, _ load: (Digest) throws -> [UInt8]
  ) throws {
    if let segment = absorbed.first(where: { $0.first <= place && place < $0.end }) {
      do {
        return try builder.add(UInt32(place - segment.first), of: segment.file)
      } catch let error as GramIndexError where error.path != nil {}
    }
    let file = try load(work.work)
    guard SHA256.digest(file) == work.fingerprint else {
      throw GateError.otherFingerprint(work.work)
    }
    try builder.add(try Fingerprint(encoded: file), of: work)
  }
}

/// What bounds the memory and the files of an index of grams.
package struct GramIndexLimits: Sendable, Equatable {
  /// The bytes of the sorting buffer.
  package var memory: Int
  /// From how many grams on a segment takes no further work; 14 bytes of the file each.
  package var gramsOfSegment: Int

  /// 64 MiB, and segments of about 14 GiB.
  package static let standard = GramIndexLimits(
    memory: GramIndexBuilder.standardMemory, gramsOfSegment: 1 << 30)

  /// Makes limits.
  package init(memory: Int, gramsOfSegment: Int) {
    precondition(
      gramsOfSegment >= 1 && gramsOfSegment <= 1 << 30, "a segment names its postings in 31 bits")
    self.memory = memory
    self.gramsOfSegment = gramsOfSegment
  }
}

extension [Resemblance] {
  /// The most shared grams first, then by identifier.
  var inOrder: [Resemblance] {
    sorted {
      $0.sharedGrams != $1.sharedGrams ? $0.sharedGrams > $1.sharedGrams : $0.work < $1.work
    }
  }
}
