// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Register

/// Reads training and data mining assertions of CAWG, and of C2PA before it.
enum MiningReading {
  private static let labels = ["cawg.training-mining", "c2pa.training-mining"]

  /// What all assertions of a store say together; none where it has no such assertion.
  ///
  /// A store may hold the manifests of ingredients too. Of them all a prohibition counts.
  static func readings(of bytes: [UInt8]) throws(ReadingError) -> [Reading] {
    let store = try AssertionStore(parsing: bytes)
    var readings: [Reading] = []
    for assertion in store.assertions {
      // A second assertion of one kind in one manifest is labelled `…__1`.
      guard
        let label = labels.first(where: {
          assertion.label == $0 || assertion.label.hasPrefix($0 + "__")
            || assertion.label.hasPrefix($0 + ".v")
        })
      else { continue }
      let entries: [String: Entry]
      if assertion.type == "cbor" {
        entries = try Self.entries(CBORReader.read(assertion.content[...]))
      } else {
        entries = try Self.entries(json: assertion.content)
      }
      let version = label.hasPrefix("cawg.") ? "CAWG 1.1" : "C2PA 1.4"
      readings.append(reading(of: entries, version: version))
    }
    return readings
  }

  /// What is said about one kind of use.
  struct Entry {
    var use: String?
    var information: String?
  }

  private static func entries(_ value: CBORValue) throws(ReadingError) -> [String: Entry] {
    guard case .map(let entries) = value["entries"] else { throw .noEntries }
    return entries.mapValues {
      Entry(
        use: $0["use"]?.text,
        information: ($0["constraint_info"] ?? $0["constraints_info"])?.text)
    }
  }

  private static func entries(json bytes: [UInt8]) throws(ReadingError) -> [String: Entry] {
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(bytes)
    } catch {
      throw .notJSON(error)
    }
    guard let entries = json["entries"]?.object else { throw .noEntries }
    var found: [String: Entry] = [:]
    for member in entries.members {
      found[member.key] = Entry(
        use: member.value["use"]?.string,
        information: (member.value["constraint_info"] ?? member.value["constraints_info"])?.string)
    }
    return found
  }

  /// `constrained` without information prohibits (CAWG 1.1); with it, it is unknown.
  static func reading(of entries: [String: Entry], version: String) -> Reading {
    var reading = Reading(
      .trainingMining, in: .contentCredential, Stances(), version: version)
    for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
      guard Crosswalk.row(.trainingMining, name) != nil else {
        reading.notes.append(.init("the entry '\(name)' is not known"))
        continue
      }
      switch entry.use {
      case "allowed", "notAllowed":
        reading.stances = reading.stances.combined(
          with: Crosswalk.stances(.trainingMining, name, isAllowed: entry.use == "allowed"))
      case "constrained":
        guard let information = entry.information, !information.isEmpty else {
          reading.stances = reading.stances.combined(
            with: Crosswalk.stances(.trainingMining, name, isAllowed: false))
          continue
        }
        reading.notes.append(.init("'\(name)' is constrained: \(information)"))
      default:
        reading.notes.append(.init("the use of '\(name)' is none that is known, so unknown"))
      }
    }
    return reading
  }
}
