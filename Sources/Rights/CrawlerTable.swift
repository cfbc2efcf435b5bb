// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Register

/// Product tokens under which makers of models ask, and what for.
///
/// robots.txt speaks of access, not of use; to keep out the crawler that gathers for a use counts
/// against that use, and to let it in counts for nothing.
package enum CrawlerTable {
  /// One product token, in lower case.
  package struct Crawler: Sendable {
    /// The token of RFC 9309.
    package let token: String
    /// As its maker writes it.
    package let name: String
    /// What its maker says it gathers for.
    package let purposes: [Purpose]
  }

  private static func crawler(_ name: String, _ purposes: [Purpose]) -> Crawler {
    Crawler(token: name.lowercased(), name: name, purposes: purposes)
  }

  /// All crawlers that are asked about.
  package static let crawlers: [Crawler] = [
    crawler("GPTBot", Crosswalk.training), crawler("CCBot", Crosswalk.training),
    crawler("ClaudeBot", Crosswalk.training), crawler("anthropic-ai", Crosswalk.training),
    crawler("Google-Extended", Crosswalk.training + [.ground]),
    crawler("Applebot-Extended", Crosswalk.training),
    crawler("Bytespider", Crosswalk.training), crawler("cohere-ai", Crosswalk.training),
    crawler("meta-externalagent", Crosswalk.training), crawler("Amazonbot", Crosswalk.training),
    crawler("ai2bot", Crosswalk.training + [.evaluate]),
    crawler("OAI-SearchBot", [.index]), crawler("PerplexityBot", [.index, .ground]),
    crawler("Claude-SearchBot", [.index]), crawler("ChatGPT-User", [.ground]),
    crawler("Claude-User", [.ground]), crawler("Perplexity-User", [.ground]),
  ]

  /// The crawlers that gather for a purpose, none of them for a purpose outside a set.
  package static func crawlers(onlyFor purposes: Set<Purpose>) -> [Crawler] {
    crawlers.filter { $0.purposes.allSatisfy(purposes.contains) }
  }
}
