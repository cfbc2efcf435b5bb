// swift-tools-version: 6.2
// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// Settings every Swift target shares; warnings become errors in CI only (`Scripts/check`).
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// One module of Cadastre: its line in the order of `Documentation/architecture.md`, and what it may use.
struct Module {
  var name: String
  var uses: [String]
  var extra: [SwiftSetting] = []
  var hasTests = true
  var testUses: [String] = []
}

/// The way data flows: each module knows only modules above it.
let modules: [Module] = [
  Module(name: "Primitives", uses: []),
  Module(name: "Canonical", uses: ["Primitives"], testUses: ["TestSupport"]),
  Module(name: "Merkle", uses: ["Primitives"], testUses: ["Signing", "TestSupport"]),
  Module(name: "Money", uses: ["Primitives"]),
  Module(
    name: "Signing", uses: ["Primitives", "Canonical", "Merkle", "COpenSSL", "CSodium"],
    testUses: ["TestSupport"]),
  Module(
    name: "Register", uses: ["Primitives", "Canonical", "Money", "Signing"],
    testUses: ["TestSupport"]),
  Module(
    name: "Gate", uses: ["Primitives", "Canonical", "Merkle", "Money", "Signing", "Register"],
    testUses: ["TestSupport"]),
  Module(
    name: "Settlement", uses: ["Primitives", "Canonical", "Money", "Signing", "Register"],
    testUses: ["TestSupport"]),
  Module(
    name: "Storage",
    uses: ["Primitives", "Canonical", "Merkle", "Money", "Signing", "Register", "CSQLite"],
    testUses: ["TestSupport"]),
  Module(name: "Arguments", uses: []),
]

/// C libraries from Debian, each behind one module map.
let systemLibraries: [Target] = [
  .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
  .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
  .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
]

/// What the tests share: where published vectors lie, seeded generators, temporary directories.
let testSupport: [Target] = [
  .target(
    name: "TestSupport",
    dependencies: ["Primitives", "Canonical", "Money", "Signing", "Register"],
    path: "Tests/TestSupport",
    swiftSettings: settings)
]

let package = Package(
  name: "Cadastre",
  targets: systemLibraries + testSupport
    + modules.map { module in
      .target(
        name: module.name,
        dependencies: module.uses.map { .init(stringLiteral: $0) },
        swiftSettings: settings + module.extra)
    }
    + modules.map { module in
      .testTarget(
        name: module.name + "Tests",
        dependencies: ([module.name] + module.uses + module.testUses).map {
          .init(stringLiteral: $0)
        },
        swiftSettings: settings)
    }
)
