// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// Measures on real texts what the gate finds and what it holds by mistake, and writes the tables
// into a page between two marks:
//   gate-evaluation KING_JAMES.txt LIBRARY PAGE.md [draws [part …]]

import BenchmarkSupport
import Gate
import Glibc
import Primitives
import Storage

let arguments = CommandLine.arguments
guard arguments.count >= 4 else { fail("the King James text, the library and a page are needed") }
let draws = arguments.count > 4 ? Int(arguments[4]) ?? 400 : 400
let scratch = arguments[3] + ".scratch"
makeDirectory(scratch)
let page = Page(arguments[3])
let report = try Report(
  kingJames: Collection.kingJames(arguments[1]), library: Collection.library(arguments[2]),
  scratch: scratch, draws: draws)
page.replace(with: try report.text(only: Array(arguments.dropFirst(5))))
unlink(scratch + "/index")
rmdir(scratch)
