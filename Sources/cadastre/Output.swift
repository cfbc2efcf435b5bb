// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical

/// What a command prints: text for people, JSON for programs, and the exit status.
struct Output {
  var text: String
  var json: JSON
  var status: Int32 = 0
}
