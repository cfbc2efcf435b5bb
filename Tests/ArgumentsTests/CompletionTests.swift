// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Glibc
import Testing

/// Whether the shell is installed here.
private func isPresent(_ shell: Shell) -> Bool {
  ["/bin/", "/usr/bin/"].contains { access($0 + shell.rawValue, X_OK) == 0 }
}

/// What the shell prints when it reads the script from a file.
private func output(of shell: Shell, running script: String) throws -> (text: String, status: Int32)
{
  var name = Array("/tmp/cadastre-completion-XXXXXX".utf8CString)
  let descriptor = mkstemp(&name)
  try #require(descriptor >= 0)
  defer { unlink(name) }
  let bytes = Array(script.utf8)
  try #require(write(descriptor, bytes, bytes.count) == bytes.count)
  close(descriptor)
  let path = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  let arguments = shell == .bash ? "--norc" : shell == .zsh ? "-f" : "-N"
  let pipe = try #require(popen("\(shell.rawValue) \(arguments) \(path) 2>&1", "r"))
  var text: [UInt8] = []
  while case let byte = fgetc(pipe), byte != EOF { text.append(UInt8(truncatingIfNeeded: byte)) }
  return (String(decoding: text, as: UTF8.self), pclose(pipe))
}

@Suite struct CompletionTests {
  @Test(
    .enabled(if: isPresent(.bash), "bash is not installed"),
    arguments: [
      ("cadastre ''", "init work grant show"),
      ("cadastre w", "work"),
      ("cadastre --register work work a", "add"),
      ("cadastre work ''", "add list"),
      ("cadastre work add --ti", "--title"),
      ("cadastre grant --purpose ''", "train fine-tune distil"),
      ("cadastre work add x --j", "--json"),
      ("cadastre init /us", "/usr"),
    ])
  func `Bash offers what may follow`(line: String, expected: String) throws {
    let script =
      sample.completions(for: .bash)
      + "COMP_WORDS=(\(line))\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
      + "_cadastre\necho \"${COMPREPLY[*]}\"\n"
    let (text, status) = try output(of: .bash, running: script)
    #expect(text == expected + "\n")
    #expect(status == 0)
  }

  @Test(
    .enabled(if: isPresent(.fish), "fish is not installed"),
    arguments: [
      ("cadastre ", ["init", "work", "grant", "show"]),
      ("cadastre --register work work ", ["add", "list"]),
      ("cadastre work add --ti", ["--title"]),
      ("cadastre grant --purpose ", ["train", "fine-tune", "distil"]),
    ])
  func `Fish offers what may follow`(line: String, expected: [String]) throws {
    let script = sample.completions(for: .fish) + "complete -C '\(line)'\n"
    let (text, _) = try output(of: .fish, running: script)
    let offered = text.split(separator: "\n").map { $0.split(separator: "\t")[0] }
    #expect(Set(offered.map(String.init)) == Set(expected))
  }

  @Test(.enabled(if: isPresent(.zsh), "zsh is not installed"))
  func `Zsh reads its script without complaint`() throws {
    let script = "autoload -Uz compinit && compinit -D\n" + sample.completions(for: .zsh)
    let (text, status) = try output(of: .zsh, running: script + "print ${_comps[cadastre]}\n")
    #expect(text == "_cadastre\n")
    #expect(status == 0)
  }
}
