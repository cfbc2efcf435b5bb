// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Audit
import Canonical
import Disclosure
import Register
import Restitution
import Service
import Settlement
import Storage
import Tokenization
import Transformer

extension FuzzTarget {
  /// Files that people write or bring along.
  static let files: [FuzzTarget] = [
    FuzzTarget("register-configuration") { bytes in
      let json = try JSON.parse(bytes)
      return try RegisterConfiguration(json: json).json == json
        ? nil : "a configuration is written otherwise"
    },
    FuzzTarget("audit-memory") { bytes in
      let known = try AuditMemory.parse(bytes)
      let written = AuditMemory.encode(origin: known.origin, known.record)
      let again = try AuditMemory.parse(written)
      return AuditMemory.encode(origin: again.origin, again.record) == written
        ? nil : "what is remembered is written otherwise"
    },
    FuzzTarget("run-configuration") { bytes in
      let configuration = try RunConfiguration(json: try JSON.parse(bytes))
      let json = configuration.json
      return try RunConfiguration(json: json).json == json ? nil : "another configuration"
    },
    FuzzTarget("statements") { bytes in
      _ = try OperatorStatements(json: try JSON.parse(bytes))
      return nil
    },
    FuzzTarget("safetensors") { bytes in
      _ = try SafetensorsHeader(bytes)
      return nil
    },
    FuzzTarget("shard-index") { bytes in
      _ = try ShardIndex(json: try JSON.parse(bytes)).files
      return nil
    },
    FuzzTarget("model-configuration") { bytes in
      let configuration = try ModelConfiguration(huggingFace: try JSON.parse(bytes))
      try configuration.validate()
      return nil
    },
    FuzzTarget("tokenizer") { bytes in
      let tokenizer = try Tokenizer(json: bytes)
      let text = Array("It's 12,345 words\u{301} and\n\tmore — 日本".utf8)
      let tokens = try tokenizer.encode(text, specials: .readAsText)
      _ = try tokenizer.decode(tokens)
      return tokens.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize }
        ? nil : "a token outside the vocabulary"
    },
    FuzzTarget("books") { bytes in
      let json = try JSON.parse(bytes)
      let books = try BooksFile(json: json)
      _ = try? books.divide()
      return nil
    },
    FuzzTarget("course") { bytes in
      _ = try CourseFile(json: try JSON.parse(bytes)).json
      return nil
    },
    FuzzTarget("survey") { bytes in
      _ = try SurveyFile(json: try JSON.parse(bytes)).json
      return nil
    },
    FuzzTarget("shares") { bytes in
      let json = try JSON.parse(bytes)
      return try ShareRegister(json: json).json == json ? nil : "shares are written otherwise"
    },
    FuzzTarget("statement-lines") { bytes in
      _ = try Statements.lines(json: try JSON.parse(bytes))
      return nil
    },
    FuzzTarget("trace-receipt") { bytes in
      _ = try TraceReceipt(json: try JSON.parse(bytes)).addsUp
      return nil
    },
    FuzzTarget("displacements") { bytes in
      _ = try DisplacementIndex(json: try JSON.parse(bytes)).json
      return nil
    },
    FuzzTarget("restitution-profile") { bytes in
      let profile = try ContributionProfile(json: try JSON.parse(bytes))
      return try ContributionProfile(json: profile.json) == profile ? nil : "another profile"
    },
    FuzzTarget("restitution-policy") { bytes in
      let policy = try RestitutionPolicy(json: try JSON.parse(bytes))
      return try RestitutionPolicy(json: policy.json) == policy ? nil : "another policy"
    },
    FuzzTarget("territory-data") { bytes in
      _ = try TerritoryNames(bytes)
      let data = try TerritoryData(supplementalData: bytes, metadata: bytes)
      let isSound = data.places.values.allSatisfy { place in
        place.languages.keys.allSatisfy {
          place.speakers(of: $0, reading: true) <= place.speakers(of: $0, reading: false)
        }
      }
      return isSound ? nil : "more readers than speakers"
    },
  ]
}
