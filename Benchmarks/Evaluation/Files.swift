// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Glibc

func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

extension JSON {
  /// A number as shortest decimal; integers stay integers.
  static func number(_ value: Double) -> JSON { .double(value) }

  static func numbers(_ values: [Double]) -> JSON { .array(values.map { .double($0) }) }
}
