// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// How reports look: a page of a register, on paper or on a screen, by day or by night.
enum StyleSheet {
  static let text: StaticString = """
    :root {
      color-scheme: light dark;
      --paper: #fbfaf6; --ink: #24221d; --soft: #656055; --rule: #dcd6c8; --wash: #f2eee4;
      --accent: #2c5f51; --bad: #96301f;
      --s0: #2c5f51; --s1: #b98a2f; --s2: #4c6d94; --s3: #a8543f; --s4: #7d6391; --s5: #7f9450;
      --s6: #5f9ea0; --s7: #c39a86; --s8: #8c877b;
      --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, serif;
      --sans: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
      --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #181814; --ink: #e9e4d8; --soft: #a8a294; --rule: #3b3930; --wash: #22211c;
        --accent: #8cc4b0; --bad: #e58f7c;
        --s0: #6fb09b; --s1: #d9b05c; --s2: #86a9d2; --s3: #d98a74; --s4: #b39ac8; --s5: #abc07c;
        --s6: #86c5c7; --s7: #dcbcab; --s8: #9d988b;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; padding: 4rem 1.5rem 3rem; max-width: 58rem; background: var(--paper);
      color: var(--ink); font: 1rem/1.6 var(--sans); font-variant-numeric: tabular-nums;
      overflow-wrap: break-word;
    }
    header { border-bottom: 3px double var(--rule); padding-bottom: 1.75rem; }
    h1, h2, figcaption, caption, .value { font-family: var(--serif); font-weight: 500; }
    h1 { font-size: clamp(2rem, 6vw, 2.9rem); line-height: 1.12; margin: 0; text-wrap: balance; }
    .lead {
      font: italic 1.15rem/1.5 var(--serif); color: var(--soft); margin: 0.9rem 0 0;
      max-width: 42rem;
    }
    h2 { font-size: 1.55rem; line-height: 1.25; margin: 3.5rem 0 1rem; text-wrap: balance; }
    p { max-width: 42rem; margin: 0.9rem 0; }
    .facts {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1.75rem 2rem;
      margin: 2.25rem 0;
    }
    .facts > div { border-top: 1px solid var(--ink); padding-top: 0.6rem; }
    dt { color: var(--soft); font-size: 0.84rem; }
    dd { margin: 0; }
    .value { font-size: 1.75rem; line-height: 1.3; }
    .note, .quiet { color: var(--soft); }
    .note { font-size: 0.84rem; }
    .remark {
      border-left: 3px solid var(--rule); padding: 0.7rem 1.1rem; background: var(--wash);
      margin: 1.5rem 0; max-width: none;
    }
    .remark.good { border-color: var(--accent); }
    .remark.bad { border-color: var(--bad); color: var(--bad); }
    .scroll { overflow-x: auto; margin: 1.5rem 0; }
    table { border-collapse: collapse; width: 100%; font-size: 0.94rem; line-height: 1.4; }
    caption { text-align: left; font-size: 1.1rem; padding-bottom: 0.6rem; }
    th {
      font-weight: 500; font-size: 0.84rem; color: var(--soft); text-align: left;
      vertical-align: bottom; border-bottom: 1px solid var(--ink);
    }
    th, td { padding: 0.42rem 1.25rem 0.42rem 0; }
    th:last-child, td:last-child { padding-right: 0; }
    td { border-bottom: 1px solid var(--rule); vertical-align: baseline; }
    .end { text-align: right; white-space: nowrap; }
    tfoot td { border-top: 1.5px solid var(--ink); border-bottom: 3px double var(--ink); }
    tbody tr:hover td { background: var(--wash); }
    strong { font-weight: 600; }
    code, pre { font-family: var(--mono); font-size: 0.86em; }
    pre {
      background: var(--wash); padding: 1rem 1.25rem; overflow-x: auto; line-height: 1.55;
      border-top: 1px solid var(--rule); border-bottom: 1px solid var(--rule);
    }
    .bar { display: flex; align-items: center; gap: 0.75rem; min-width: 11rem; }
    .track { flex: 1; height: 0.55rem; background: var(--wash); }
    .track span { display: block; height: 100%; background: var(--accent); }
    .amount { min-width: 3.8rem; text-align: right; white-space: nowrap; }
    figure { margin: 2.25rem 0; }
    figcaption { font-size: 1.1rem; margin-bottom: 0.6rem; }
    figcaption small { display: block; font: 0.84rem/1.5 var(--sans); color: var(--soft); }
    .legend {
      display: flex; flex-wrap: wrap; gap: 0.2rem 1.3rem; margin: 0.6rem 0 0.3rem; padding: 0;
      list-style: none; font-size: 0.84rem;
    }
    .legend i {
      display: inline-block; width: 0.75rem; height: 0.75rem; margin-right: 0.45rem;
      vertical-align: -0.06rem;
    }
    .legend i.line { height: 0; border-top: 2.5px solid; vertical-align: 0.25rem; width: 1.1rem; }
    .legend i.dashed { border-top-style: dashed; border-top-width: 2px; }
    svg { display: block; width: 100%; height: auto; font: 13px var(--sans); }
    svg text { fill: var(--soft); font-variant-numeric: tabular-nums; }
    svg text.name { fill: var(--ink); }
    .grid { stroke: var(--rule); stroke-width: 1; }
    .axis { stroke: var(--ink); stroke-width: 1; }
    .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    .reference { fill: none; stroke-width: 1.25; stroke-dasharray: 3 9; stroke-linecap: round; }
    .area { stroke: var(--paper); stroke-width: 0.75; }
    .area:hover, .block:hover { opacity: 0.8; }
    .point { fill: transparent; }
    .point:hover { fill: currentColor; }
    footer {
      margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--rule); color: var(--soft);
      font-size: 0.84rem;
    }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    @media (max-width: 40rem) {
      body { padding: 2rem 1.1rem; }
      svg { font-size: 21px; }
      .curve { stroke-width: 3; }
      .reference { stroke-width: 2; }
      .bar { min-width: 8rem; }
      h2 { margin-top: 2.75rem; }
    }
    @media print {
      :root { --paper: #fff; --ink: #000; --soft: #444; --rule: #bbb; --wash: #fff; }
      body { max-width: none; padding: 0; font-size: 10pt; }
      h2 { margin-top: 2rem; break-after: avoid; }
      figure, tr, .facts, .remark { break-inside: avoid; }
      .scroll, pre { overflow: visible; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }
    """
}
