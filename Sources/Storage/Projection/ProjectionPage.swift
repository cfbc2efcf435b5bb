// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A part of a list, and where the next part begins.
package struct ProjectionPage<Item: Sendable>: Sendable {
  /// What this part holds, in the order asked for.
  package let items: [Item]
  /// The position of the last item, where more follow: what to ask for the next part with.
  package let next: Int?

  /// Keeps `limit` items of those that were found; one more tells that others follow.
  init(_ found: [Item], limit: Int, position: (Item) -> Int) {
    items = Array(found.prefix(limit))
    next = found.count > limit ? items.last.map(position) : nil
  }
}
