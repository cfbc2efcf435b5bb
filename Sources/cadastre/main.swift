// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Glibc

setvbuf(stdout, nil, _IOFBF, 1 << 16)
// A reader that closes the pipe early, such as `head`, is no error.
signal(SIGPIPE, SIG_DFL)
exit(Program.run(Array(CommandLine.arguments.dropFirst())))
