// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import Signing
import Storage
import Tokenization
import Transformer

/// What cuts the works of a run into tokens, and the files by which others cut them alike.
struct RunTokenizer {
  /// The files' names in a model's directory.
  static let fileName = "tokenizer.json"
  static let configurationFileName = "tokenizer_config.json"

  let encoding: any TextEncoding
  /// The files that go into the model's directory; none where tokens are bytes.
  let files: [(path: String, bytes: [UInt8])]

  /// The SHA-256 of `tokenizer.json`, if there is one.
  var digest: Digest? { files.first.map { SHA256.digest($0.bytes) } }

  /// The tokenizer of a run that starts afresh: the bytes, or one that is trained on what the run
  /// trains on, and on nothing else.
  ///
  /// - Throws: `ServiceError` where no vocabulary of that size can be trained.
  init(_ configuration: RunConfiguration, training texts: [[UInt8]]) throws {
    switch configuration.tokenizer {
    case .bytes:
      encoding = ByteEncoding()
      files = []
    case .bytePairs(let size):
      do {
        let vocabulary = try BytePairTrainer(size: size).train(on: texts)
        let file = Array(vocabulary.tokenizerJSON.prettyText.utf8)
        let context = configuration.model.contextLength
        encoding = BytePairEncoding(try Tokenizer(json: file))
        files = [
          (Self.fileName, file),
          (
            Self.configurationFileName,
            Array(
              TrainedVocabulary.configurationJSON(contextLength: context).prettyText.utf8)
          ),
        ]
      } catch {
        throw ServiceError.refused("\(error)")
      }
    }
  }

  /// The tokenizer of a model that a run goes on from.
  ///
  /// - Throws: `ServiceError` where it is missing, cannot be read or has tokens that the model lacks.
  init(of base: BaseModel) throws {
    let size = base.configuration.vocabularySize
    files = base.tokenizerFiles
    if let file = files.first {
      encoding = try BytePairEncoding(file: file.bytes, vocabularySize: size)
    } else {
      guard size == 256 else {
        throw ServiceError.refused(
          "the base has \(size) tokens and no \(Self.fileName): put its tokenizer beside its weights"
        )
      }
      encoding = ByteEncoding()
    }
  }
}

/// Texts cut by a byte-level BPE tokenizer; special tokens in a work are text like all other.
struct BytePairEncoding: TextEncoding {
  let tokenizer: Tokenizer

  var vocabularySize: Int { tokenizer.vocabularySize }

  init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// Reads a tokenizer for a model.
  ///
  /// - Throws: `ServiceError` where it cannot be read or has tokens that the model lacks.
  init(file: [UInt8], vocabularySize: Int) throws {
    do throws(TokenizerError) {
      tokenizer = try Tokenizer(json: file)
    } catch {
      throw ServiceError.refused("\(RunTokenizer.fileName) cannot be used: \(error)")
    }
    guard tokenizer.vocabularySize <= vocabularySize else {
      throw ServiceError.refused(
        "\(RunTokenizer.fileName) does not match the model: it has \(tokenizer.vocabularySize)"
          + " tokens, and the model \(vocabularySize): use the model's own tokenizer")
    }
  }

  func bytes(of token: Int32) -> [UInt8]? { tokenizer.bytes(of: token) }

  /// The text's tokens; where the tokenizer changes text, what it makes of it is the text.
  func encode(_ bytes: [UInt8]) throws -> TokenText {
    do throws(TokenizerError) {
      let tokens = try tokenizer.encode(bytes, specials: .readAsText)
      let counts = tokens.map { UInt16(tokenizer.bytes(of: $0)?.count ?? 0) }
      return TokenText(bytes: try tokenizer.decode(tokens), tokens: tokens, byteCounts: counts)
    } catch {
      throw ServiceError.refused("a text cannot be cut into tokens: \(error)")
    }
  }
}
