import assert from "node:assert/strict";
import type { Comparison, ReportStyle } from "../../src/extension/commands/compare-engines/comparison.ts";
import { reportHtml } from "../../src/extension/commands/compare-engines/report.ts";
import type { EngineOutcome, SampleOutcome, SampleVerdict } from "../../src/service/compare-api.ts";

const style: ReportStyle = {
  t: (message, ...values) => message.replace(/\{(\d)\}/g, (_, i) => String(values[Number(i)])),
  language: "en",
  placeLink: (uri, from, to) => `link:${uri}#${from}-${to}`,
  styleUri: "style.css",
  cspSource: "csp",
};

const compiled: EngineOutcome = {
  engine: "tokensieve",
  readyMs: 12,
  compileMs: 0.5,
  diagnostics: [],
  compiled: {
    firstMaskMicros: 100,
    masks: { count: 7, averageMicros: 4.5678, maxMicros: 12_345 },
    memoryBytes: 3 * 1024 * 1024,
  },
};
const also: EngineOutcome = { ...compiled, engine: "xgrammar", readyMs: 400 };
const accepted: SampleVerdict = { kind: "accepted", contradictions: 0 };
const rejected: SampleVerdict = {
  kind: "rejected",
  violation: { byteOffset: 3, offset: 2, expected: ['"', "0–9"] },
  contradictions: 0,
};
const outcome = (...verdicts: (SampleVerdict | undefined)[]): SampleOutcome => ({
  tokens: 4,
  verdicts,
  comparedMasks: 5,
  differingMasks: 0,
  differences: [],
});

function comparison(more: Partial<Comparison>, engines = [compiled, also]): Comparison {
  return {
    title: "list.ebnf",
    kind: "ebnf",
    text: 'root ::= x\n  y "a"',
    samples: [],
    ...more,
    result: { vocabulary: { name: "tiny", size: 6144 }, engines, samples: [], ...more.result },
  };
}

/// The page's text, its tags left out and its white space in one form.
const textOf = (page: string) =>
  page
    .replace(/<head>.*?<\/head>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, " ");

describe("the report of Compare Engines", () => {
  const check = (title: string, given: Comparison, ...expected: (string | RegExp)[]) =>
    it(title, () => {
      const text = textOf(reportHtml(given, style));
      for (const part of expected)
        if (typeof part === "string") assert.ok(text.includes(part), `no ${JSON.stringify(part)} in ${text}`);
        else assert.match(text, part);
    });

  check(
    "without texts tells how the engines compiled",
    comparison({}),
    "EBNF · tokenizer tiny, 6,144 tokens · no texts",
    "Both engines compile this grammar. No text was compared.",
    "Engine ready 12 ms 400 ms",
    "Compile 500 µs 500 µs",
    "Masks, average 4.57 µs",
    "Masks, slowest 12.3 ms",
    "Memory of the grammar 3 MB",
  );
  const samples = [
    { label: "one", text: "é<b>\n\u0000", expected: "accept" },
    { label: "two", text: "ab😀d", expected: "reject", origin: { uri: "file:///t", offset: 10 } },
  ] as const;
  const result = (...list: SampleOutcome[]) => ({
    vocabulary: { name: "tiny", size: 6144 },
    engines: [compiled, also],
    samples: list,
  });
  check(
    "tells that the engines agree",
    comparison({
      samples,
      result: result(outcome(accepted, accepted), outcome(rejected, rejected)),
    }),
    "Both engines agree on every text, and on all of 10 masks.",
    "Texts taken as expected 2 of 2 2 of 2",
    "one · should be accepted é<b>↵\\x00 ✓ accepted ✓ accepted 5 equal",
    /two · should be rejected ab 😀 d ✗ rejected at byte 3 expected " or 0–9/,
  );
  check(
    "tells where the engines differ, and in what tokens",
    comparison({
      samples,
      result: result(
        {
          ...outcome(accepted, { ...rejected, contradictions: 2 }),
          differingMasks: 3,
          differences: [
            {
              byteOffset: 2,
              before: "a\n",
              engines: [
                { allowed: 10, only: 9, sample: [{ id: 5, text: ' "x', isMarker: false }] },
                { allowed: 1, only: 1, sample: [{ id: 6, text: "<stop>", isMarker: true }] },
              ],
            },
          ],
        },
        outcome(
          { kind: "incomplete", violation: { byteOffset: 6, offset: 5, expected: ["e"] }, contradictions: 0 },
          {
            kind: "failed",
            diagnostic: { code: "mask-timeout", severity: "error", message: "it took too long" },
            contradictions: 0,
          },
        ),
      ),
    }),
    "The engines differ on 2 of 2 texts and on 3 of 10 masks. Texts not taken as expected: 1.",
    "Its mask and its acceptance disagree on 2 tokens.",
    "3 of 5 differ",
    "✗ ends too early expected e",
    "⚠ it took too long mask-timeout",
    'one after a↵ (byte 2): Tokensieve allows 10, XGrammar allows 1 only Tokensieve: " "x" and 8 more only XGrammar: <stop>',
    "And 2 more, which are not shown.",
  );
  const { compiled: _, ...refusing } = also;
  check(
    "tells why an engine refuses, and where",
    comparison({ uri: "file:///list.ebnf" }, [
      compiled,
      {
        ...refusing,
        diagnostics: [
          {
            code: "grammar-left-recursion",
            severity: "error",
            message: "left recursion",
            hint: "put it last",
            location: { kind: "text", span: { from: 13, to: 14 } },
          },
        ],
      },
    ]),
    "XGrammar refuses this grammar; Tokensieve compiles it.",
    "Grammar ✓ compiled ✗ refused",
    "What XGrammar says ✗ left recursion line 2, column 3 grammar-left-recursion put it last",
  );
  check(
    "tells once what both engines say",
    comparison({}, [
      {
        ...refusing,
        engine: "tokensieve",
        diagnostics: [{ code: "x", severity: "error", message: "broken" }],
      },
      { ...refusing, diagnostics: [{ code: "x", severity: "error", message: "broken" }] },
    ]),
    "Both engines refuse this grammar.",
    /What both engines say ✗ broken x Times/,
  );

  it("links places, in the grammar and in the documents the texts are from", () => {
    const page = reportHtml(
      comparison({ samples, result: result(outcome(accepted, accepted), outcome(rejected, rejected)) }),
      style,
    );
    assert.ok(page.includes('href="link:file:///t#12-13"'));
  });

  it("puts no text into the page as HTML", () => {
    const evil = `"><script>alert(1)</script>`;
    const page = reportHtml(
      comparison({
        title: evil,
        samples: [{ label: evil, text: evil }],
        result: result(outcome(accepted, rejected)),
      }),
      style,
    );
    assert.ok(!page.includes("<script"));
  });
});
