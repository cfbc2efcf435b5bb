// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import CLibFuzzer
import FuzzTargets
import Glibc

// Runs libFuzzer on one target: fuzz TARGET [options and folders of libFuzzer]. Without a target it
// lists them. A broken promise and a crash end the program, and libFuzzer keeps the input.

/// The target named on the command line; libFuzzer's callback takes no context.
nonisolated(unsafe) var chosen: FuzzTarget?

let words = CommandLine.arguments
guard words.count > 1, let target = FuzzTarget.named(words[1]) else {
  for target in FuzzTarget.all { print(target.name) }
  exit(words.count > 1 ? 2 : 0)
}
chosen = target

// libFuzzer reads the words after the target's name.
var count = CommandLine.argc - 1
var pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
let status = LLVMFuzzerRunDriver(&count, &pointers) { data, size in
  let bytes = [UInt8](UnsafeBufferPointer(start: data, count: size))
  if let complaint = chosen?.check(bytes) {
    let line = Array("broken promise: \(complaint)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    abort()
  }
  return 0
}
exit(status)
