// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Concentration
package import Money
package import Primitives
import Register
package import Restitution
package import Signing
package import Storage

/// Divides proceeds over people by territory and language.
package enum Restitute {
  /// Where Debian's package `unicode-cldr-core` puts CLDR.
  package static let debianData = "/usr/share/unicode/cldr/common"
  /// The files of CLDR that are read, under that directory.
  package static let files = [
    "supplemental/supplementalData.xml", "supplemental/supplementalMetadata.xml",
  ]
  private static let namesFile = "main/en.xml"
  /// What is known of the files by their digest, since they state no version themselves.
  private static let versions = [
    "e030cca6b1aa5d6c82bd107918b0507aded6242b067921fc2cf09a6578c12600":
      "CLDR 41 (Debian unicode-cldr-core 41-0.1)",
    "afe9446ac2bbd9de4aa3abf3d89c9212e953fe4c686dcd6adfb204abf06963c9":
      "CLDR 41 (Debian unicode-cldr-core 41-0.1)",
  ]

  /// Something that went into a result.
  package struct Source: Sendable, Equatable {
    /// What it is.
    package let title: String
    /// Which version of it, in words.
    package let version: String
    /// The SHA-256 of its bytes; of a policy that of its canonical bytes without proof.
    package let digest: Digest
  }

  /// A result and all that went into it.
  package struct Answer: Sendable {
    package let result: RestitutionResult
    package let profile: ContributionProfile
    package let sources: [Source]
    /// Who signed the policy; nil where none was given.
    package let signer: DIDKey?
    package let names: TerritoryNames
  }

  /// Divides.
  ///
  /// - Parameters:
  ///   - proceeds: What there is to divide.
  ///   - profile: Where the corpus comes from, and what that was read from.
  ///   - policy: The signed policy's file and whose proof counts; nil for no weights at all.
  ///   - directory: CLDR's `common` directory.
  /// - Returns: The amounts, and all that went into them.
  /// - Throws: `RestitutionError`, or `ServiceError` where a file is missing.
  package static func run(
    _ proceeds: Amount, profile: (ContributionProfile, Source), policy: (String, DIDKey)?,
    directory: String = debianData
  ) throws -> Answer {
    var bytes: [[UInt8]] = []
    var sources: [Source] = []
    for file in files {
      let path = directory + "/" + file
      guard FileSystem.fileExists(path) else {
        throw ServiceError.system(
          "'\(path)' is missing: install the Debian package unicode-cldr-core")
      }
      bytes.append(try FileSystem.readFile(path, limit: TerritoryData.largestFile))
      let digest = SHA256.digest(bytes.last ?? [])
      sources.append(
        Source(
          title: file, version: versions[digest.hex] ?? "CLDR, of a version it does not state",
          digest: digest))
    }
    let data = try TerritoryData(supplementalData: bytes[0], metadata: bytes[1])
    sources.append(profile.1)
    var rule = RestitutionPolicy.byContribution
    if let (path, signer) = policy {
      rule = try RestitutionPolicy(signed: try document(path, of: "policy"), by: signer)
      sources.append(
        Source(title: rule.name, version: "signed by \(signer.text)", digest: rule.digest))
    }
    if let asked = rule.territoryData, asked != sources[0].digest {
      throw RestitutionError.policy(
        "it is for territory data of SHA-256 \(asked.hex), and these have \(sources[0].digest.hex)")
    }
    return Answer(
      result: try RestitutionComputation.divide(
        proceeds, profile: profile.0, policy: rule, data: data), profile: profile.0,
      sources: sources, signer: policy?.1, names: names(in: directory))
  }

  /// Reads a profile's file.
  package static func profile(file path: String) throws -> (ContributionProfile, Source) {
    let bytes = try FileSystem.readFile(path, limit: 1 << 26)
    let profile: ContributionProfile
    do {
      profile = try ContributionProfile(json: try JSON.parse(bytes))
    } catch let error as RestitutionError {
      throw error
    } catch {
      throw ServiceError.refused("'\(path)' is no profile: \(error)")
    }
    return (
      profile,
      Source(
        title: profile.name, version: "\(profile.source), \(profile.version)",
        digest: SHA256.digest(bytes))
    )
  }

  /// Signs a policy with the operator's key and puts it in place.
  ///
  /// - Returns: The policy.
  package static func sign(
    policy path: String, to output: String, layout: RegisterLayout, at moment: Timestamp
  ) throws -> RestitutionPolicy {
    let policy = try RestitutionPolicy(json: try document(path, of: "policy"))
    let key = try KeyStore(layout).load(KeyStore.operatorName)
    guard DIDKey(key.publicKey) == (try RegisterConfiguration.read(layout)).operator else {
      throw ServiceError.refused(
        "the key 'operator' is not that of the register's operator: restore keys/operator.json")
    }
    let signed = try DataIntegrity.sign(document: policy.json, key: key, created: moment)
    try DurableFile.write(Array(signed.prettyText.utf8), to: output)
    return policy
  }

  private static func document(_ path: String, of kind: String) throws -> JSON {
    let bytes = try FileSystem.readFile(path, limit: 1 << 26)
    do {
      return try JSON.parse(bytes)
    } catch {
      throw ServiceError.refused("'\(path)' is no \(kind): \(error)")
    }
  }

  /// The names of territories; codes where the file is missing or cannot be read.
  private static func names(in directory: String) -> TerritoryNames {
    guard
      let bytes = try? FileSystem.readFile(
        directory + "/" + namesFile, limit: TerritoryData.largestFile)
    else { return TerritoryNames() }
    return (try? TerritoryNames(bytes)) ?? TerritoryNames()
  }
}
