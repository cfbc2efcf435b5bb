// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What letters and digits beyond ASCII are read as; one base a line, then all that reads as it.
///
/// Made from the canonical and compatibility decompositions of Unicode 15 without their marks
/// (Latin, Greek, Cyrillic, kana, letterlike symbols, super- and subscripts, Roman numerals,
/// ligatures), followed by the look-alikes: each Cyrillic, Greek and Armenian letter, phonetic
/// letter and small capital that is drawn like a Latin letter reads as that letter. Only letters
/// that have no lowercase form of their own are listed. Full-width and mathematical letters are
/// computed in ``TextFolding``, not listed.
enum FoldingTable {
  /// The bases and, after a space, the scalars that are folded to them.
  static let rows = """
    a ªàáâãäåāăąǎǟǡǻȁȃȧɑάαаӑӓᴀᴬᵃᵅḁạảấầẩẫậắằẳẵặἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷₐẚ
    ae æǣǽᴭ
    b ƀɓʙβϐвᴮᵇᵝᵦḃḅḇℬ
    c çćĉċčƈсᴄᶜḉℂℭⅽꟲ
    d ðďđɖɗԁᴅᴰᵈᶞḋḍḏḑḓⅅⅆⅾ
    dz ǆǳ
    e èéêëēĕėęěȅȇȩɛέεϵеѐёӗᴇᴱᵉᵋḕḗḙḛḝẹẻẽếềểễệἐἑἒἓἔἕὲέₑℇℯℰⅇ
    f ƒᶠḟℱꜰꟳ
    fax ℻
    ff ﬀ
    ffi ﬃ
    ffl ﬄ
    fi ﬁ
    fl ﬂ
    g ĝğġģǥǧǵɠɡɢցᴳᵍᶢḡℊ
    h ĥħȟʜʰήηнһհᴴᵸḣḥḧḩḫẖἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇₕℋℌℍℎℏꟸ
    i ìíîïĩīĭįİıǐȉȋɨɩɪΐίιϊіїᴵᵢᶤᶥᶦḭḯỉịἰἱἲἳἴἵἶἷὶίιῐῑῒΐῖῗⁱℐℑℹⅈⅰ
    ii ⅱ
    iii ⅲ
    ij ĳ
    iv ⅳ
    ix ⅸ
    j ĵǰȷʲϳјᴊᴶⅉ
    k ķĸƙǩκϰкќᴋᴷᵏḱḳḵₖ
    l ĺļľłʟˡӏᴸᶫḷḹḻḽₗℒℓⅼ
    lj ǉ
    m µμмᴍᴹᵐḿṁṃₘℳⅿ
    n ñńņňŉŋǹɲɴոᴺᵑᶮᶰṅṇṉṋⁿₙℕ
    nj ǌ
    no №
    o ºòóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱοόоӧօᴏᴼᵒṍṏṑṓọỏốồổỗộớờởỡợὀὁὂὃὄὅὸόₒℴ
    oe œꟹ
    p ƥρϱрᴘᴾᵖᵨṕṗῤῥₚℙꝑ
    q ԛℚꟴ
    r ŕŗřȑȓʀʳᴿᵣṙṛṝṟℛℜℝ
    s śŝşšſșˢѕṡṣṥṧṩẛₛꜱ
    sm ℠
    ss ß
    st ﬅﬆ
    t ţťŧƭțτтᴛᵀᵗṫṭṯṱẗₜ
    tel ℡
    th þ
    tm ™
    u ùúûüũūŭůűųưǔǖǘǚǜȕȗʉΰυϋύϒϓϔսᴜᵁᵘᵤᶶᶸṳṵṷṹṻụủứừửữựὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ
    v ʋνѵѷᴠᵛᵥᶹṽṿⅴ
    vi ⅵ
    vii ⅶ
    viii ⅷ
    w ŵʷωώԝᴡᵂẁẃẅẇẉẘὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ
    x ˣχхᵡᵪẋẍₓⅹ
    xi ⅺ
    xii ⅻ
    y ýÿŷƴȳʏʸγуўүӯӱӳᵞᵧẏẙỳỵỷỹℽℾ
    z źżžƶζᴢᶻẑẓẕℤℨ
    0 ⁰₀
    1 ¹₁
    2 ²₂
    3 ³₃
    4 ⁴₄
    5 ⁵₅
    6 ⁶₆
    7 ⁷₇
    8 ⁸₈
    9 ⁹₉
    ʒ ǯ
    θ ϑ
    π ϖ
    σ ςϲ
    φ ϕ
    г ѓ
    ж ӂӝ
    з ӟ
    и йѝӣӥ
    ч ӵ
    ы ӹ
    э ӭ
    ә ӛ
    ө ӫ
    う ゔ
    か が
    き ぎ
    く ぐ
    け げ
    こ ご
    さ ざ
    し じ
    す ず
    せ ぜ
    そ ぞ
    た だ
    ち ぢ
    つ づ
    て で
    と ど
    は ばぱ
    ひ びぴ
    ふ ぶぷ
    へ べぺ
    ほ ぼぽ
    ゝ ゞ
    ウ ヴ
    カ ガ
    キ ギ
    ク グ
    ケ ゲ
    コ ゴ
    サ ザ
    シ ジ
    ス ズ
    セ ゼ
    ソ ゾ
    タ ダ
    チ ヂ
    ツ ヅ
    テ デ
    ト ド
    ハ バパ
    ヒ ビピ
    フ ブプ
    ヘ ベペ
    ホ ボポ
    ワ ヷ
    ヰ ヸ
    ヱ ヹ
    ヲ ヺ
    ヽ ヾ
    """

  /// Up to eight bytes of UTF-8, first byte lowest, for each folded scalar.
  static let folded: [UInt32: UInt64] = {
    var folded: [UInt32: UInt64] = [:]
    for row in rows.split(separator: "\n") {
      let parts = row.unicodeScalars.split(separator: " ")
      let base = TextFolding.packed(String(String.UnicodeScalarView(parts[0])).utf8)
      for scalar in parts[1] { folded[scalar.value] = base }
    }
    return folded
  }()
}
