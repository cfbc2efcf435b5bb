// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Primitives
import Testing

private func run(_ line: String) throws -> ParsedArguments {
  let words = line.split(separator: " ").map(String.init)
  guard case .run(let arguments) = try sample.parse(words) else {
    Issue.record("'\(line)' does not run a command")
    throw ArgumentError.missingArgument(name: "COMMAND", help: "")
  }
  return arguments
}

@Suite struct ParsingTests {
  @Test(arguments: [
    "--register r work add a b -t T --json", "work --json add a --title=T b --register=r",
    "work add --json --register r -tT a -- b", "--json work add -qt T --register r a b",
  ])
  func `Options may stand anywhere and be spelt every usual way`(line: String) throws {
    let arguments = try run(line)
    #expect(arguments.path == ["work", "add"])
    #expect(arguments.arguments("PATH") == ["a", "b"])
    #expect(arguments.string("title") == "T")
    #expect(arguments.string("register") == "r")
    #expect(arguments.flag("json"))
    #expect(arguments.flag("quiet") == line.contains("-q"))
  }

  @Test func `Everything after two dashes is an argument`() throws {
    #expect(try run("work add -- --json -q --").arguments("PATH") == ["--json", "-q", "--"])
    #expect(try run("work add - --title -").string("title") == "-")
    #expect(try run("work add a --title=--json").string("title") == "--json")
    #expect(try run("work add a --title=").string("title") == "")
  }

  @Test func `Repeatable options keep their order and defaults hold where nothing is given`() throws
  {
    #expect(try run("work add a --tag x --tag=y").strings("tag") == ["x", "y"])
    #expect(try run("work add a").strings("tag") == [])
    #expect(try run("grant").required("purpose") == "train")
    #expect(try run("grant").integer("steps", in: 1...1000) == 400)
    #expect(try run("grant --steps -5").integer("steps", in: -9...9) == -5)
    #expect(try run("show x").argument("PART") == nil)
    #expect(try run("show x proof").argument("PART") == "proof")
  }

  @Test(
    arguments: zip(
      ["", "--help", "work --help", "work add --frob -h", "help-me --help", "--version work"],
      [
        .help(path: []), .help(path: []), .help(path: ["work"]), .help(path: ["work", "add"]),
        nil, .version,
      ] as [Invocation?]))
  func `Help and version are answered before mistakes`(line: String, expected: Invocation?) {
    let words = line.split(separator: " ").map(String.init)
    #expect((try? sample.parse(words)) == expected)
  }

  @Test(
    arguments: [
      ("work add a --jsno", "unknown option '--jsno': did you mean '--json'?"),
      ("work add a --frobnicate", "unknown option '--frobnicate': see 'cadastre work add --help'"),
      ("work add a -x", "unknown option '-x': see 'cadastre work add --help'"),
      ("work add -json a", "unknown option '-j': did you mean '--json'?"),
      ("wrok add a", "unknown command 'wrok': did you mean 'work'?"),
      ("work ad a", "unknown command 'work ad': did you mean 'work add'?"),
      ("add a", "unknown command 'add': did you mean 'work add'?"),
      ("fly", "unknown command 'fly': run with --help for the list of commands"),
      (
        "a\u{1B}[2J\n",
        "unknown command 'a\\u{1b}[2J\\u{a}': run with --help for the list of commands"
      ),
      ("work", "'work' is not complete: add one of add, list"),
      ("--json", "'cadastre' is not complete: add one of init, work, grant, show"),
      (
        "--title T work add a",
        "option '--title' stands before the command: put it after the command's name"
      ),
      ("work add a --title", "option '--title' needs a value: write '--title TITLE'"),
      ("work add a --title --json", "option '--title' needs a value: write '--title TITLE'"),
      ("work add a --json=yes", "option '--json' takes no value: leave out '=yes'"),
      ("work add a -t x --title y", "option '--title' is given twice: give it once"),
      ("init d", "option '--name' is missing: add '--name NAME' (see 'cadastre init --help')"),
      ("work add", "argument PATH is missing: see 'cadastre work add --help'"),
      ("work list a", "unexpected argument 'a': see 'cadastre work list --help'"),
      ("grant --purpose trian", "'trian' is no value for --purpose: did you mean 'train'?"),
      (
        "grant --purpose x",
        "'x' is no value for --purpose: choose one of train, fine-tune, distil"
      ),
      ("show x prof", "'prof' is no value for PART: did you mean 'proof'?"),
    ])
  func `Mistakes are named and the way out is shown`(line: String, message: String) {
    let error = #expect(throws: ArgumentError.self) {
      try sample.parse(line.split(separator: " ").map(String.init))
    }
    #expect(error?.description == message)
  }

  @Test(arguments: ["0", "1001", "abc", "1e3", "", "99999999999999999999", "+", "1 "])
  func `Numbers outside the range are refused`(text: String) throws {
    let arguments = try sample.parse(["grant", "--steps=" + text])
    guard case .run(let parsed) = arguments else { return }
    let error = #expect(throws: ArgumentError.self) { try parsed.integer("steps", in: 1...1000) }
    #expect(
      error?.description == "'\(text)' is no value for --steps: give a whole number from 1 to 1000")
  }

  @Test func `No command line traps, and what is understood is complete`() {
    var random = Philox4x32(key: 11, stream: 0)
    let pieces = [
      "work", "add", "list", "init", "grant", "show", "--", "-", "--json", "--title", "--title=x",
      "--tag", "-t", "-qt", "-hq", "-", "--=", "--=x", "---", "a", "", "é\u{301}", "\0", "-5",
      "--register", "--name=n", "--purpose", "train", "-\u{1F600}", "--help", "--version", "=",
    ]
    var understood = 0
    for _ in 0..<20_000 {
      let words = (0..<Int(random.below(8))).map { _ in
        pieces[Int(random.below(UInt32(pieces.count)))]
      }
      do throws(ArgumentError) {
        guard case .run(let arguments) = try sample.parse(words) else { continue }
        understood += 1
        if arguments.path == ["work", "add"] {
          #expect(!arguments.arguments("PATH").isEmpty)
        }
      } catch {
        #expect(!error.description.contains { $0.isNewline })
      }
    }
    #expect(understood > 100)
  }
}
