// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Presentation

/// The terminal a command writes to: how wide, whether with colour, whether progress is wanted.
struct Console {
  /// Emphasis, or none in a pipe.
  let style: TextStyle
  /// Columns; 100 where nobody says.
  let width: Int
  /// Whether progress is shown.
  let showsProgress: Bool

  /// The widest text that is laid out.
  static let widest = 120

  /// Reads what standard output and standard error are.
  init(isQuiet: Bool, wantsColor: Bool) {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let hasColor = wantsColor && isTerminal && getenv("NO_COLOR") == nil
    style = TextStyle(isOn: hasColor)
    var size = winsize()
    let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
    width = min(known ? Int(size.ws_col) : 100, Self.widest)
    showsProgress = !isQuiet && isatty(STDERR_FILENO) == 1
  }

  /// Replaces the progress line.
  func progress(_ line: String) {
    guard showsProgress else { return }
    Stream.error.write("\r\u{1b}[2K" + line)
  }

  /// Replaces a panel of `height` lines by other lines, none of which may be as wide as the terminal.
  func panel(_ lines: [String], over height: Int) {
    guard showsProgress else { return }
    let up = height > 1 ? "\u{1b}[\(height - 1)A" : ""
    Stream.error.write(up + "\r\u{1b}[J" + lines.joined(separator: "\n"))
  }

  /// Removes the progress line.
  func endProgress() {
    guard showsProgress else { return }
    Stream.error.write("\r\u{1b}[2K")
  }

  /// Prints a line for long work that reports as it goes.
  func say(_ line: String) {
    Stream.output.write(line + "\n")
  }
}
