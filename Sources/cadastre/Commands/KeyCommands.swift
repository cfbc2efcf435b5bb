// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Presentation
import Register
import Service
import Signing

/// The commands `cadastre key …`.
enum KeyCommands {
  static func new(_ context: Context) throws -> Output {
    let name = context.arguments.requiredArgument("NAME")
    let writer = try context.writer()
    let key = SecretKey.generate()
    try RegisterContributor.run(
      [.init(name: name, key: key, territory: context.arguments.string("territory"))],
      displayNames: [name], in: writer)
    let did = DIDKey(key.publicKey).text
    return Output(
      text: "\(did)\nkept in keys/\(name).json; registered at entry \(writer.state.size - 1)\n",
      json: ["name": .string(name), "did": .string(did)])
  }

  static func show(_ context: Context) throws -> Output {
    let name = context.arguments.requiredArgument("NAME")
    let did = DIDKey(try KeyStore(try context.layout()).load(name).publicKey).text
    return Output(text: did + "\n", json: ["name": .string(name), "did": .string(did)])
  }

  static func list(_ context: Context) throws -> Output {
    let keys = try KeyStore(try context.layout()).list()
    var table = TerminalTable([.init("key"), .init("did", mayShrink: true)])
    for key in keys { table.add([.init(key.name), .init(key.did.text, .quiet)]) }
    return Output(
      text: table.text(width: context.console.width, style: context.console.style),
      json: .array(keys.map { ["name": .string($0.name), "did": .string($0.did.text)] }))
  }
}
