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
  /// Whether the module has tests of its own; what only works as a whole is tested as one.
  var hasTests = true
  var testUses: [String] = []
}

/// The way data flows: each module knows only modules above it.
let modules: [Module] = [
  Module(name: "Primitives", uses: []),
  Module(name: "Canonical", uses: [], testUses: ["Primitives", "TestSupport"]),
  Module(name: "Merkle", uses: ["Primitives"], testUses: ["Signing", "TestSupport"]),
  Module(name: "Money", uses: [], testUses: ["Primitives"]),
  Module(name: "Presentation", uses: [], testUses: ["Primitives"]),
  Module(name: "Arguments", uses: [], testUses: ["Primitives"]),
  Module(name: "Verbatim", uses: ["CDivSufSort"], testUses: ["Primitives"]),
  Module(name: "Kernels", uses: ["CProcessor", "CKernels"], extra: hot, testUses: ["Primitives"]),
  Module(name: "HTTPClient", uses: ["CCurl"], testUses: ["TestSupport"]),
  Module(
    name: "HTTPListener", uses: ["CMicrohttpd"], testUses: ["HTTPClient", "TestSupport"]),
  Module(
    name: "Signing", uses: ["Primitives", "Canonical", "Merkle", "COpenSSL", "CSodium"],
    testUses: ["TestSupport"]),
  Module(
    name: "Register", uses: ["Primitives", "Canonical", "Merkle", "Money", "Signing", "CZlib"],
    testUses: ["TestSupport"]),
  Module(
    name: "Rights",
    uses: ["Primitives", "Canonical", "Money", "Signing", "Register", "CXML2", "CArchive"],
    testUses: ["TestSupport", "Gate"]),
  Module(name: "Concentration", uses: ["Primitives", "Money"]),
  Module(
    name: "Restitution",
    uses: ["Primitives", "Canonical", "Money", "Signing", "Rights", "Concentration"],
    testUses: ["TestSupport", "Storage"]),
  Module(
    name: "Tokenization", uses: ["Canonical", "CPCRE2"], testUses: ["Primitives", "TestSupport"]),
  Module(name: "Transformer", uses: ["Primitives", "Canonical", "Kernels"], extra: hot),
  Module(
    name: "Attribution",
    uses: ["Primitives", "Canonical", "Money", "Kernels", "Signing", "Transformer"], extra: hot,
    testUses: ["TestSupport"]),
  Module(
    name: "Settlement", uses: ["Primitives", "Canonical", "Money", "Signing", "Register"],
    testUses: ["TestSupport", "Merkle", "Gate", "Attribution", "Storage", "TransparencyLog"]),
  Module(
    name: "Disclosure", uses: ["Primitives", "Canonical", "Money", "Signing", "Register"],
    testUses: ["TestSupport"]),
  Module(
    name: "Storage",
    uses: ["Primitives", "Canonical", "Money", "Signing", "Register", "CSQLite", "CDisk"],
    testUses: ["TestSupport"]),
  Module(
    name: "Gate",
    uses: [
      "Primitives", "Canonical", "Merkle", "Money", "Signing", "Register", "Storage", "CWords",
    ],
    extra: hot,
    testUses: ["TestSupport"]),
  Module(
    name: "TransparencyLog", uses: ["Primitives", "Merkle", "Signing", "Storage"],
    testUses: ["TestSupport", "CrashWriter"]),
  Module(
    name: "LogNetwork",
    uses: [
      "Primitives", "Canonical", "Merkle", "HTTPClient", "HTTPListener", "Signing", "Register",
      "Storage", "TransparencyLog",
    ], testUses: ["TestSupport"]),
  Module(
    name: "Audit",
    uses: [
      "Primitives", "Canonical", "Merkle", "Money", "Kernels", "Signing", "Register", "Rights",
      "Gate",
      "Attribution", "Settlement", "Storage", "TransparencyLog",
    ], testUses: ["TestSupport"]),
  Module(
    name: "Service",
    uses: [
      "Primitives", "Canonical", "Merkle", "Money", "Kernels", "Signing", "Register", "Rights",
      "Tokenization", "Transformer", "Gate", "Attribution", "Settlement", "Storage",
      "TransparencyLog", "Audit", "Presentation", "Verbatim", "Disclosure", "HTTPClient",
      "HTTPListener", "LogNetwork", "Concentration", "Restitution",
    ], testUses: ["TestSupport"]),
]

/// C libraries from Debian, each behind one module map.
let systemLibraries: [Target] = [
  .systemLibrary(name: "CProcessor"),
  .systemLibrary(name: "CDisk"),
  .systemLibrary(
    name: "CDivSufSort", pkgConfig: "libdivsufsort", providers: [.apt(["libdivsufsort-dev"])]),
  .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
  .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
  .systemLibrary(
    name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
  .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
  .systemLibrary(
    name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
  .systemLibrary(
    name: "CMicrohttpd", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
  .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
]

/// What is not reached in Swift: AVX-512 in the row kernels, masks of compared bytes in words; both
/// in functions that say so themselves.
let wideKernels: [Target] = [
  .target(
    name: "CKernels", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),
  .target(name: "CWords", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),
]

/// What the tests share: where published vectors lie, seeded generators, temporary directories.
let testSupport: [Target] = [
  .target(
    name: "TestSupport",
    dependencies: ["Primitives", "Canonical", "Money", "Signing", "Register"],
    path: "Tests/TestSupport",
    swiftSettings: settings),
  .target(
    name: "FuzzTargets",
    dependencies: [
      "Primitives", "Canonical", "Merkle", "Money", "Signing", "Register", "Rights",
      "Tokenization", "Transformer", "Gate", "Attribution", "Settlement", "Disclosure", "Storage",
      "TransparencyLog", "Audit", "Service", "HTTPClient", "HTTPListener", "LogNetwork",
      "Restitution",
    ],
    path: "Tests/FuzzTargets", swiftSettings: settings),
  .target(name: "CFaults", path: "Tests/CFaults"),
  .executableTarget(
    name: "CrashWriter", dependencies: ["CFaults", "Signing", "Storage", "TransparencyLog"],
    path: "Tests/CrashWriter", swiftSettings: settings),
]

/// The program that libFuzzer drives; only `Scripts/fuzz` sets the variable and the sanitizer's flags.
let fuzzing: [Target] =
  Context.environment["CADASTRE_FUZZING"] == nil
  ? []
  : [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/CLibFuzzer"),
    .executableTarget(
      name: "fuzz", dependencies: ["CLibFuzzer", "FuzzTargets"], path: "Tests/FuzzDriver",
      swiftSettings: settings),
  ]

/// Tests of the whole: the program as it was built, and the tree as it lies.
let wholeTests: [Target] = [
  .testTarget(
    name: "EndToEndTests",
    dependencies: [
      "cadastre", "Primitives", "Canonical", "Money", "Signing", "Register", "Storage", "Gate",
      "Service", "TestSupport", "HTTPClient", "LogNetwork", "Merkle", "TransparencyLog",
    ],
    swiftSettings: settings),
  .testTarget(
    name: "FuzzTests",
    dependencies: ["FuzzTargets", "Canonical", "Primitives", "Storage", "TestSupport"],
    swiftSettings: settings),
  .testTarget(name: "TidyTests", swiftSettings: settings),
]

/// Programs that measure; none is part of the product.
let benchmarks: [Target] = [
  .target(name: "BenchmarkSupport", path: "Benchmarks/Support", swiftSettings: settings),
  .executableTarget(
    name: "books-benchmark",
    dependencies: ["BenchmarkSupport", "Attribution", "Kernels", "Primitives", "Transformer"],
    path: "Benchmarks/BooksBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "grants-benchmark",
    dependencies: ["BenchmarkSupport", "Canonical", "Money", "Primitives", "Register", "Signing"],
    path: "Benchmarks/GrantsBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "step-benchmark",
    dependencies: ["BenchmarkSupport", "Canonical", "Kernels", "Primitives", "Transformer"],
    path: "Benchmarks/StepBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "generate-benchmark",
    dependencies: ["BenchmarkSupport", "Canonical", "Kernels", "Primitives", "Transformer"],
    path: "Benchmarks/GenerateBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "gate-benchmark", dependencies: ["BenchmarkSupport", "Gate", "Primitives", "Storage"],
    path: "Benchmarks/GateBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "gate-evaluation", dependencies: ["BenchmarkSupport", "Gate", "Primitives", "Storage"],
    path: "Benchmarks/GateEvaluation", swiftSettings: settings),
  .executableTarget(
    name: "storage-benchmark",
    dependencies: [
      "BenchmarkSupport", "Money", "Presentation", "Primitives", "Register", "Signing", "Storage",
    ],
    path: "Benchmarks/StorageBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "log-benchmark",
    dependencies: [
      "BenchmarkSupport", "Merkle", "Presentation", "Primitives", "Signing", "Storage",
      "TransparencyLog",
    ],
    path: "Benchmarks/LogBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "verify-benchmark",
    dependencies: [
      "BenchmarkSupport", "Audit", "Gate", "Money", "Presentation", "Primitives", "Register",
      "Service", "Signing", "Storage", "TransparencyLog",
    ],
    path: "Benchmarks/VerifyBenchmark", swiftSettings: settings),
  .executableTarget(
    name: "evaluation",
    dependencies: [
      "BenchmarkSupport", "Attribution", "Canonical", "Kernels", "Primitives", "Transformer",
    ],
    path: "Benchmarks/Evaluation", swiftSettings: settings),
]

/// The command line: parses, calls, prints.
let programs: [Target] = [
  .executableTarget(
    name: "cadastre",
    dependencies: [
      "Primitives", "Canonical", "Money", "Signing", "Register", "Rights", "Gate",
      "Attribution", "Settlement", "Storage", "Audit", "Service", "Arguments", "Presentation",
      "Disclosure", "HTTPClient", "HTTPListener", "LogNetwork", "Merkle", "TransparencyLog",
      "Concentration", "Restitution",
    ],
    swiftSettings: settings)
]

let package = Package(
  name: "Cadastre",
  targets: systemLibraries + wideKernels + testSupport + benchmarks + programs + fuzzing
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
    + wholeTests
)
