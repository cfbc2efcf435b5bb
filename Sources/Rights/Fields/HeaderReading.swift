// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register

/// What the fields of an HTTP answer say.
enum HeaderReading {
  /// One reading for each vocabulary that the fields speak.
  static func readings(of bytes: [UInt8]) -> [Reading] {
    let headers = HeaderFields(parsing: bytes)
    var readings: [Reading] = []
    if let usage = headers.joined("content-usage") {
      let part = UsagePreferences.read(usage.value, line: usage.line)
      readings.append(
        Reading(.aipref, in: .headers, part.stances, version: part.version, notes: part.notes))
    }
    if let signal = headers.joined("content-signal") {
      let part = SignalPreferences.read(signal.value, line: signal.line)
      readings.append(
        Reading(.contentSignal, in: .headers, part.stances, notes: part.notes))
    }
    let tags = headers.all("x-robots-tag").map { ASCII.text($0.value) }
    if let reading = RobotsTag.reading(tags, in: .headers) { readings.append(reading) }
    if let reading = TDMReservation.marks(
      headers.all("tdm-reservation").map { (ASCII.text($0.value), $0.line) }, in: .headers)
    {
      readings.append(reading)
    }
    return readings
  }
}

/// `noai` among the directives of `X-Robots-Tag` and of `<meta name="robots">`.
enum RobotsTag {
  /// What directives say; nil where there are none at all.
  static func reading(_ values: [String], in place: SignalPlace) -> Reading? {
    guard !values.isEmpty else { return nil }
    var stances = Stances()
    for value in values {
      for part in value.lowercased().split(separator: ",") {
        // A directive may be for one crawler: `examplebot: noai`. It counts all the same.
        let word = part.split(separator: ":").last ?? part
        let directive = word.filter { $0 != " " && $0 != "\t" }
        stances = stances.combined(
          with: Crosswalk.stances(.robotsTag, directive, isAllowed: false))
      }
    }
    return Reading(.robotsTag, in: place, stances)
  }
}
