import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import {
  checkGrammar,
  type Grammar,
  parseEbnf,
  parseGbnf,
  parseLark,
  parseRegex,
  printEbnf,
  printGbnf,
} from "../../src/grammar/index.ts";

/// Random texts for each front end; a long run sets TOKENSIEVE_FUZZ_RUNS.
const RUNS = Number(process.env.TOKENSIEVE_FUZZ_RUNS ?? 1500);

const grammar = (id: string) =>
  readFileSync(join(process.env.TOKENSIEVE_ROOT ?? ".", "grammars", id, `${id}.ebnf`), "utf8");

const LARK = `start: sum "x"i [B] ("a".."z")+ -> z
sum: /a\\/[b]+/i | <|x|> | <[1-3]> %regex {"substring_chars": "abc"}
B: ~"a" & C*
%ignore /[ \\t]+/
%import common (INT, WORD)
C: "q"~2..3
`;

const seeds = {
  ebnf: ["semver", "arithmetic", "iso-8601", "csv"].map(grammar),
  lark: [LARK],
  regex: [
    "^(?!foo)(?=.*\\d)[a-z\\u{1F600}]+?(?:a|b){2,3}\\b$",
    "(?<n>a)\\k<n>|\\p{L}+(?<!x)",
    "(?:^|,)[^\\]\\-a]*$",
  ],
};

const pieces =
  `" ' [ ] ( ) { } | * + ? \\ ::= : root start < > ! ~ & % / ^ $ é 😀 0 9 , - . # = (?= (?<! %ignore %json { {, \\u{ \\x .. -> @`
    .split(" ")
    .concat(["\n", " ", "\ud800", "\0"]);

const piece = fc.constantFrom(...pieces);
const soup = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(""));

/// A text with a few cuts, insertions and replacements.
const mutated = (texts: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 6 }), piece), {
        maxLength: 3,
      }),
    )
    .map(([text, edits]) => {
      let out = text;
      for (const [place, cut, insert] of edits) {
        const at = Math.floor(place * out.length);
        out = out.slice(0, at) + (cut === 6 ? "" : insert) + out.slice(at + (cut === 6 ? 3 : cut));
      }
      return out;
    });

function checkResult(text: string, result: { grammar?: Grammar; diagnostics: readonly Diagnostic[] }): void {
  const errors = result.diagnostics.filter((d) => d.severity === "error");
  assert.equal(result.grammar === undefined, errors.length > 0, "a grammar or an error");
  for (const d of result.diagnostics) {
    assert.ok(d.location?.kind === "text");
    const { from, to } = d.location.span;
    assert.ok(from >= 0 && from <= to && to <= text.length, `${d.code} points outside of the text`);
  }
  for (const d of errors)
    assert.ok(d.hint !== undefined && d.message !== "", `${d.code} says not what to do`);
  if (result.grammar === undefined) return;
  checkGrammar(result.grammar);
  for (const [print, parse] of [
    [printEbnf, parseEbnf],
    [printGbnf, parseGbnf],
  ] as const) {
    const printed = print(result.grammar);
    assert.ok(printed.text !== undefined || printed.diagnostics.length > 0);
    if (printed.text !== undefined) assert.ok(parse(printed.text).grammar, printed.text);
  }
}

describe("every front end answers any text", () => {
  const front = (
    name: string,
    texts: readonly string[],
    parse: (text: string) => { grammar?: Grammar; diagnostics: readonly Diagnostic[] },
  ) =>
    it(name, () => {
      fc.assert(
        fc.property(
          fc.oneof({ weight: 3, arbitrary: mutated(texts) }, { weight: 1, arbitrary: soup }),
          (text) => checkResult(text, parse(text)),
        ),
        { numRuns: RUNS, seed: 5 },
      );
    }).timeout(60 * RUNS);
  front("EBNF", seeds.ebnf, parseEbnf);
  front("GBNF", seeds.ebnf, parseGbnf);
  front("Lark", seeds.lark, parseLark);
  front("regular expressions", seeds.regex, (text) => parseRegex(text));
  front("regular expressions that search", seeds.regex, (text) => parseRegex(text, { anchored: false }));
  front("regular expressions as parts", seeds.regex, (text) =>
    parseRegex(text, { isPart: true, flags: "is" }),
  );
});
