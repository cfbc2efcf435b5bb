// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// One line that says how far long work has come.
package struct ProgressLine: Sendable {
  /// What is counted, such as `step`.
  package var unit: String
  /// How many are done.
  package var completed: Int
  /// How many there are.
  package var total: Int
  /// How long it has taken, in seconds, since `firstCompleted` were done.
  package var elapsedSeconds: Double
  /// How many were done before this process went on with the work.
  package var firstCompleted: Int
  /// What else a reader wants to know, the most important first, such as `loss 1.83`.
  package var details: [String]

  /// Describes the state of the work.
  ///
  /// - Parameters:
  ///   - unit: What is counted.
  ///   - completed: How many are done.
  ///   - total: How many there are.
  ///   - elapsedSeconds: How long it has taken so far.
  ///   - firstCompleted: How many were done before the time began to count.
  ///   - details: What else to show, the most important first.
  package init(
    unit: String, completed: Int, total: Int, elapsedSeconds: Double, firstCompleted: Int = 0,
    details: [String] = []
  ) {
    self.unit = unit
    self.completed = completed
    self.total = total
    self.elapsedSeconds = elapsedSeconds
    self.firstCompleted = firstCompleted
    self.details = details
  }

  /// The line, without a line feed, no wider than `width`: what is less important is left out.
  ///
  /// `[█████▌    ]  53 %  step 212/400  loss 1.83  eta 0:41`
  package func text(width: Int, style: TextStyle = TextStyle(isOn: false)) -> String {
    let fraction = total > 0 ? min(max(Double(completed) / Double(total), 0), 1) : 0
    let percent = String(Int(fraction * 100))
    var parts = [
      String(repeating: " ", count: 3 - percent.count) + percent + " %",
      "\(unit) \(completed)/\(total)",
    ]
    let done = completed - firstCompleted
    var ending: [String] = []
    if done > 0, completed < total {
      let rest = elapsedSeconds * Double(total - completed) / Double(done)
      ending = ["eta " + Human.clock(seconds: rest)]
    } else if completed >= total {
      ending = ["in " + Human.clock(seconds: elapsedSeconds)]
    }
    let barWidth = width >= 70 ? 20 : 10
    let room = width - barWidth - 2
    func needed(_ parts: [String]) -> Int { parts.map { $0.count + 2 }.reduce(0, +) }
    for detail in details where needed(parts + [detail] + ending) <= room { parts.append(detail) }
    if needed(parts + ending) <= room { parts += ending }
    while parts.count > 1, needed(parts) > room { parts.removeLast() }
    let text = parts.map { "  " + TextStyle.safe($0) }.joined()
    guard needed(parts) <= room else { return String(parts[0].prefix(max(width, 0))) }
    return "[" + style.apply(.accent, to: Bar.text(fraction, width: barWidth)) + "]" + text
  }
}
