// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register
import Testing

@testable import Rights

/// Reads one document and gives what it says in one vocabulary; silence where it does not speak it.
func stances(
  _ format: SignalFormat, _ place: SignalPlace, _ text: String, url: String? = nil
) -> Stances {
  let document = SourceDocument(place: place, bytes: Array(text.utf8))
  return SignalReader.read([document], url: url).first { $0.format == format }?.stances
    ?? Stances()
}

private let training = Set(Crosswalk.training)

extension Stances {
  /// The purposes, for comparison.
  func set(_ stance: Stance) -> Set<Purpose> { Set(purposes(stance)) }
}

/// What each vocabulary means, and what its own rules make of errors.
@Suite struct FormatTests {
  @Test func `Content-Usage prohibits with n alone, and anything else is unknown`() {
    func read(_ value: String) -> Stances {
      stances(.aipref, .headers, "Content-Usage: \(value)\n")
    }
    #expect(read("train-ai=n").set(.prohibited) == training)
    #expect(read("train-ai=y").set(.allowed) == [.train])
    for value in [
      "train-ai", "train-ai=?0", "train-ai=\"n\"", "train-ai=N", "train-ai=no", "Train-AI=n",
      "train-ai=n,", "=n", "", "other=n", "train-ai=n, B=n", "train-ai=(n)",
    ] {
      #expect(read(value).isSilent, "\(value)")
    }
    // Parameters are passed over, of duplicates the last counts, fields of one name are one.
    #expect(read("train-ai=n;exceptions=cc-cr-ec").set(.prohibited) == training)
    #expect(read("train-ai=n, train-ai=y").set(.prohibited).isEmpty)
    #expect(read("train-ai=y\nContent-Usage: search=n").set(.prohibited) == [.index])
  }

  @Test func `Labels of old drafts prohibit, and name the draft they come from`() throws {
    let document = SourceDocument(
      place: .headers, bytes: Array("Content-Usage: train-genai=n, tdm=y".utf8))
    let reading = try #require(SignalReader.read([document], url: nil).first)
    #expect(reading.version == "draft-ietf-aipref-vocab-01")
    #expect(reading.stances.set(.prohibited) == training)
    #expect(reading.stances.set(.allowed).isEmpty)
  }

  @Test func `In robots.txt the longest path of a preference counts, and equal ones combine`() {
    let text = """
      Content-Usage: train-ai=n
      User-agent: *
      Content-Usage: /open/ train-ai=y
      Content-Usage: /both train-ai=y
      Content-Usage: /both train-ai=n
      Disallow: /closed
      """
    func read(_ url: String) -> Stances { stances(.aipref, .robots, text, url: url) }
    #expect(read("/x").set(.prohibited) == training)
    #expect(read("/open/x").set(.allowed) == [.train])
    #expect(read("/both/x").set(.prohibited) == training)
    // A path that is closed has no preference; that it is closed counts by itself.
    #expect(read("/closed").isSilent)
    #expect(stances(.robots, .robots, text, url: "/closed").set(.prohibited).contains(.train))
  }

  @Test func `A crawler's own group has its own preferences`() {
    let text = """
      User-agent: *
      Content-Usage: train-ai=y
      User-agent: GPTBot
      Content-Usage: train-ai=n
      """
    #expect(stances(.aipref, .robots, text).set(.prohibited) == training)
  }

  @Test func `Content-Signal says yes or no`() {
    func read(_ value: String) -> Stances {
      stances(.contentSignal, .robots, "User-agent: *\nContent-Signal: \(value)\n")
    }
    #expect(
      read("search=yes, ai-input=no, ai-train=no").set(.prohibited) == training.union([.ground]))
    #expect(read("ai-train=yes,ai-input=yes").set(.allowed) == [.train, .ground])
    #expect(read("ai-train=yes, ai-train=no").set(.prohibited) == training)
    #expect(read("ai-train=maybe, ai-train, other=no").isSilent)
  }

  @Test func `TDMRep takes 0 and 1, and the first rule that matches`() {
    func read(_ rules: String, _ url: String = "/a/b") -> Stances {
      stances(.tdmrep, .tdmrepFile, rules, url: url)
    }
    let all = Set(Purpose.allCases)
    #expect(read(#"[{"location": "/", "tdm-reservation": 1}]"#).set(.prohibited) == all)
    #expect(read(#"[{"location": "/", "tdm-reservation": 0}]"#).set(.allowed) == all)
    #expect(read(#"[{"location": "/", "tdm-reservation": 2}]"#).isSilent)
    #expect(read(#"[{"location": "/A", "tdm-reservation": 1}]"#).isSilent)
    let two = #"[{"location":"/a/*","tdm-reservation":0},{"location":"/a/b","tdm-reservation":1}]"#
    #expect(read(two).set(.allowed) == all)
    // Behind a rule with an error a wider one may prohibit, and allows nothing.
    let broken = #"[{"location":"/a","tdm-reservation":"x"},{"location":"/","tdm-reservation":"#
    #expect(read(broken + "0}]").isSilent)
    #expect(read(broken + "1}]").set(.prohibited) == all)
    for malformed in ["", "{", "{}", "[1", #"[{"a":1,"a":2}]"#] {
      #expect(read(malformed).set(.prohibited) == all, "\(malformed)")
    }
  }

  @Test func `The last place of TDMRep that says anything decides`() {
    let places: [(SignalPlace, (String) -> String)] = [
      (.tdmrepFile, { #"[{"location": "/", "tdm-reservation": \#($0)}]"# }),
      (.headers, { "tdm-reservation: \($0)\n" }),
      (.html, { "<html><head><META NAME=TDM-Reservation content='\($0)'></head>" }),
      (
        .epubPackage,
        {
          """
          <package xmlns="http://www.idpf.org/2007/opf"
            prefix="tdm: http://www.w3.org/ns/tdmrep#"><metadata>
          <meta property="tdm:reservation">\($0)</meta></metadata></package>
          """
        }
      ),
    ]
    // Every combination of absent, unset, 0 and 1 in the four places.
    let values: [String?] = [nil, "x", "0", "1"]
    for number in 0..<256 {
      var documents: [SourceDocument] = []
      var expected: Stance = .unknown
      for (index, (place, write)) in places.enumerated() {
        let value = values[number >> (2 * index) & 3]
        guard let value else { continue }
        let text = write(place == .tdmrepFile && value == "x" ? "7" : value)
        documents.append(SourceDocument(place: place, bytes: Array(text.utf8)))
        if value == "0" { expected = .allowed }
        if value == "1" { expected = .prohibited }
      }
      let reading = SignalReader.read(documents, url: nil).first { $0.format == .tdmrep }
      #expect((reading?.stances[.train] ?? .unknown) == expected, "\(number)")
    }
  }

  @Test func `TDMRep is found in EPUB 2 and in metadata, with either namespace`() {
    let old = """
      <package xmlns="http://www.idpf.org/2007/opf"><metadata>
      <meta name="tdm:reservation" content="1"/></metadata></package>
      """
    #expect(stances(.tdmrep, .epubPackage, old)[.train] == .prohibited)
    for namespace in ["http://www.w3.org/ns/tdmrep/", "http://www.w3.org/ns/tdmrep#"] {
      let attribute = """
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><d xmlns:t="\(namespace)" t:reservation="1"/></x:xmpmeta>
        """
      let element = """
        <x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:t="\(namespace)">
        <t:reservation>1</t:reservation></x:xmpmeta>
        """
      #expect(stances(.tdmrep, .xmp, attribute)[.train] == .prohibited)
      #expect(stances(.tdmrep, .xmp, element)[.train] == .prohibited)
    }
  }

  @Test func `noai in headers and pages prohibits training`() {
    let headers = "HTTP/1.1 200 OK\r\nx-robots-tag: noindex, NoAI\r\n\r\n"
    #expect(stances(.robotsTag, .headers, headers).set(.prohibited) == training)
    #expect(
      stances(.robotsTag, .headers, "X-Robots-Tag: somebot: noimageai").set(.prohibited) == training
    )
    #expect(stances(.robotsTag, .headers, "X-Robots-Tag: noindex").isSilent)
    let page = "<!doctype html><meta name='robots' content='noai'><body>…"
    #expect(stances(.robotsTag, .html, page).set(.prohibited) == training)
    // Of several answers in a row the last one counts.
    let twice = "HTTP/1.1 301 Moved\nX-Robots-Tag: noai\n\nHTTP/1.1 200 OK\nServer: x\n"
    #expect(stances(.robotsTag, .headers, twice).isSilent)
  }

  @Test func `ai.txt is read by extension, and without a URL any prohibition counts`() {
    let text = """
      # Spawning AI
      User-Agent: *
      Disallow: *.txt
      Disallow: *.jpg/
      Allow: *.mp3
      Allow: /
      """
    #expect(stances(.aiTxt, .aiTxt, text, url: "/a/b.txt").set(.prohibited) == training)
    #expect(stances(.aiTxt, .aiTxt, text, url: "/a/b.jpg").set(.prohibited) == training)
    #expect(stances(.aiTxt, .aiTxt, text, url: "/a/b.mp3").set(.allowed) == [.train])
    #expect(stances(.aiTxt, .aiTxt, text).set(.prohibited) == training)
    #expect(
      stances(.aiTxt, .aiTxt, "Disallow: /\nAllow: /", url: "/x").set(.prohibited) == training)
    #expect(stances(.aiTxt, .aiTxt, "Training: deny").set(.prohibited) == training)
    #expect(stances(.aiTxt, .aiTxt, "Training: allow").set(.allowed) == [.train])
  }

  @Test func `PLUS is found as attribute, text and resource`() {
    func packet(_ inside: String, _ attribute: String = "") -> String {
      """
      <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
        xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"><rdf:Description \(attribute)>\(inside)
      </rdf:Description></rdf:RDF></x:xmpmeta>
      """
    }
    let terms = "http://ns.useplus.org/ldf/vocab/"
    let all = Set(Purpose.allCases)
    let cases: [(String, Set<Purpose>, Set<Purpose>)] = [
      ("DMI-PROHIBITED-AIMLTRAINING", training, []),
      ("DMI-PROHIBITED-GENAIMLTRAINING", training, []), ("DMI-PROHIBITED", all, []),
      ("DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING", all, []),
      ("DMI-PROHIBITED-SOMETHINGNEW", all, []), ("DMI-ALLOWED", [], all),
      ("DMI-UNSPECIFIED", [], []), ("nonsense", [], []),
    ]
    for (term, prohibited, allowed) in cases {
      let forms = [
        packet("<plus:DataMining rdf:resource=\"\(terms)\(term)\"/>"),
        packet("<plus:DataMining>\(terms)\(term)</plus:DataMining>"),
        packet("", "plus:DataMining=\"\(terms)\(term)\""),
        packet("<plus:DataMining>\(term)</plus:DataMining>"),
      ]
      for form in forms {
        #expect(stances(.plus, .xmp, form).set(.prohibited) == prohibited, "\(term)")
        #expect(stances(.plus, .xmp, form).set(.allowed) == allowed, "\(term)")
      }
    }
  }
}
