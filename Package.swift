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

/// The row kernels are written for AVX2 and FMA (checked at start by `Processor`) and are useless
/// unoptimised, so debug builds optimise them too.
let hot: [SwiftSetting] = {
  var flags: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]
  #if arch(x86_64)
    flags.append(.unsafeFlags(["-Xcc", "-mavx2", "-Xcc", "-mfma"]))
  #endif
  return flags
}()

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
  Module(name: "Money", uses: ["Primitives"]),
  Module(name: "Kernels", uses: ["CProcessor"], extra: hot, testUses: ["Primitives"]),
  Module(name: "Transformer", uses: ["Primitives", "Canonical", "Kernels"], extra: hot),
  Module(
    name: "Attribution", uses: ["Primitives", "Money", "Kernels", "Transformer"], extra: hot),
  Module(name: "Arguments", uses: []),
]

/// C libraries from Debian, each behind one module map.
let systemLibraries: [Target] = [
  .systemLibrary(name: "CProcessor")
]

/// What the tests share: where published vectors lie, seeded generators, temporary directories.
let testSupport: [Target] = [
  .target(
    name: "TestSupport", dependencies: ["Primitives"], path: "Tests/TestSupport",
    swiftSettings: settings)
]

/// Programs that measure; none is part of the product.
let benchmarks: [Target] = [
  .executableTarget(
    name: "train-benchmark", dependencies: ["Attribution", "Kernels", "Primitives", "Transformer"],
    path: "Benchmarks/TrainBenchmark", swiftSettings: settings)
]

let package = Package(
  name: "Cadastre",
  targets: systemLibraries + testSupport + benchmarks
    + modules.map { module in
      .target(
        name: module.name,
        dependencies: module.uses.map { .init(stringLiteral: $0) },
        swiftSettings: settings + module.extra)
    }
    + modules.filter(\.hasTests).map { module in
      .testTarget(
        name: module.name + "Tests",
        dependencies: ([module.name] + module.uses + module.testUses).map {
          .init(stringLiteral: $0)
        },
        swiftSettings: settings)
    }
)
