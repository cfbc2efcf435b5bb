// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Testing
import Transformer

@testable import Service

@Suite struct RunConfigurationTests {
  @Test func `The complete configuration reads back to itself and holds no double`() throws {
    var configuration = RunConfiguration()
    configuration.steps = 77
    configuration.targets = [.init(name: "a", weight: 3, paths: ["x/*", "y.txt"])]
    let json = configuration.json
    #expect(json.isInteroperable)
    #expect(try RunConfiguration(json: json).json == json)
    let file = try JSON.parse(json.prettyText)
    #expect(try RunConfiguration(json: file).json == json)
  }

  @Test func `What a file leaves out stays as built in`() throws {
    let partly = try RunConfiguration(json: ["training": ["steps": 9, "warmUpSteps": 2]])
    var expected = RunConfiguration()
    expected.training.steps = 9
    expected.training.warmUpSteps = 2
    #expect(partly.json == expected.json)
    #expect(try RunConfiguration(json: [:]).json == RunConfiguration().json)
  }

  @Test(arguments: [
    #"{"trainning":{}}"#, #"{"training":{"step":3}}"#, #"{"training":{"steps":0}}"#,
    #"{"training":{"steps":"many"}}"#, #"{"training":{"peakRate":"fast"}}"#,
    #"{"training":{"peakRate":"nan"}}"#, #"{"model":{"hidden":33}}"#, #"{"model":{"heads":0}}"#,
    #"{"books":{"tolerance":0}}"#, #"{"books":{"segments":0}}"#, #"{"targets":[]}"#,
    #"{"targets":[{"name":"a","weight":1,"paths":[]},{"name":"a","weight":1,"paths":[]}]}"#,
    #"{"targets":[{"name":"a","weight":-1,"paths":["*"]}]}"#,
    #"{"valuation":{"heldOutPartsPerMillion":600000}}"#, #"{"valuation":{"windows":0}}"#, "[]",
  ])
  func `A configuration that makes no sense is refused`(text: String) throws {
    let json = try JSON.parse(text)
    #expect(throws: (any Error).self) { try RunConfiguration(json: json) }
  }
}
