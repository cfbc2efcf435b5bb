// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A moment in UTC to the second, written as RFC 3339 text such as `2026-11-21T09:30:00Z`.
///
/// What a run may claim is decided by log order; timestamps inform and bound validity.
package struct Timestamp: Hashable, Sendable, Comparable {
  /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
  package var secondsSinceEpoch: Int64

  /// Makes a timestamp from seconds since the Unix epoch.
  package init(secondsSinceEpoch: Int64) {
    self.secondsSinceEpoch = secondsSinceEpoch
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.secondsSinceEpoch < right.secondsSinceEpoch
  }
}

extension Timestamp: CustomStringConvertible {
  package var description: String {
    let days = Self.floorDivide(secondsSinceEpoch, 86_400)
    let seconds = secondsSinceEpoch - days * 86_400
    let date = Self.civil(daysSinceEpoch: days)
    guard (0...9999).contains(date.year) else {
      return "\(date.year)" + Self.text(date, seconds).dropFirst(4)
    }
    return Self.text(date, seconds)
  }

  /// `YYYY-MM-DDTHH:MM:SSZ`, of a year only the last four digits.
  private static func text(
    _ date: (year: Int64, month: Int64, day: Int64), _ seconds: Int64
  ) -> String {
    String(unsafeUninitializedCapacity: 20) { buffer in
      var end = 0
      func put(_ value: Int64, _ width: Int, _ mark: UInt8) {
        var rest = value.magnitude
        for place in (end..<end + width).reversed() {
          buffer[place] = UInt8(ascii: "0") + UInt8(rest % 10)
          rest /= 10
        }
        buffer[end + width] = mark
        end += width + 1
      }
      put(date.year, 4, UInt8(ascii: "-"))
      put(date.month, 2, UInt8(ascii: "-"))
      put(date.day, 2, UInt8(ascii: "T"))
      put(seconds / 3600, 2, UInt8(ascii: ":"))
      put(seconds / 60 % 60, 2, UInt8(ascii: ":"))
      put(seconds % 60, 2, UInt8(ascii: "Z"))
      return end
    }
  }

  /// The date alone, such as `2026-11-21`.
  package var date: String { String(description.prefix(10)) }
}

extension Timestamp {
  /// Reads `YYYY-MM-DDTHH:MM:SSZ`, or `YYYY-MM-DD` as that day's midnight; nil for all else.
  ///
  /// Offsets other than `Z` and fractions of a second are refused: one moment, one spelling.
  package init?(_ text: String) {
    var text = text
    guard let moment = text.withUTF8({ Self.parse($0) }) else { return nil }
    self = moment
  }

  private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Timestamp? {
    guard bytes.count == 20 || bytes.count == 10 else { return nil }
    for place in bytes.indices {
      let mark: UInt8
      switch place {
      case 4, 7: mark = UInt8(ascii: "-")
      case 10: mark = UInt8(ascii: "T")
      case 13, 16: mark = UInt8(ascii: ":")
      case 19: mark = UInt8(ascii: "Z")
      default:
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) else { return nil }
        continue
      }
      guard bytes[place] == mark else { return nil }
    }
    func number(_ range: Range<Int>) -> Int64 {
      var value: Int64 = 0
      for index in range { value = value * 10 + Int64(bytes[index] - UInt8(ascii: "0")) }
      return value
    }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    let hasTime = bytes.count == 20
    let (hour, minute, second) =
      hasTime ? (number(11..<13), number(14..<16), number(17..<19)) : (0, 0, 0)
    guard (1...12).contains(month), hour < 24, minute < 60, second < 60 else { return nil }
    guard day >= 1, day <= daysInMonth(year: year, month: month) else { return nil }
    let days = daysSinceEpoch(year: year, month: month, day: day)
    return Timestamp(secondsSinceEpoch: days * 86_400 + hour * 3600 + minute * 60 + second)
  }

  private static func daysInMonth(year: Int64, month: Int64) -> Int64 {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    if month == 2 { return isLeap ? 29 : 28 }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// Days from 1970-01-01 in the proleptic Gregorian calendar (years start in March here).
  private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = floorDivide(shifted, 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = daysSinceEpoch + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}
