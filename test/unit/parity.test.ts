import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PlainXGrammar } from "../../bench/common/xgrammar.ts";
import { type Comparison, compare, type Sample } from "../../bench/parity/compare.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { type GrammarSource, parseSource, printEbnf } from "../../src/grammar/index.ts";
import { readTokenizerFile } from "../../src/runtime/tokenizer-files.ts";
import type { TextTokenizer } from "../../src/tokenizer/index.ts";

const root = process.env.TOKENSIEVE_ROOT ?? "./";

// A sample of `npm run bench:parity`: grammars that XGrammar is quick with.
describe("masks of the kernel and XGrammar, bit by bit", () => {
  const kernel = new KernelEngine({ wasm: readFileSync(`${root}out/kernel/kernel.wasm`) });
  let tokenizer: TextTokenizer;
  let xgrammar: PlainXGrammar;
  before(async () => {
    tokenizer = await readTokenizerFile(`${root}models/tokenizer.json`);
    xgrammar = await PlainXGrammar.load(tokenizer.vocabulary);
  });

  /// Texts that both engines follow, each difference of their masks judged by the reference recogniser.
  async function comparison(source: GrammarSource, texts: readonly string[]): Promise<Comparison> {
    const { grammar } = parseSource(source, "error");
    const text = grammar && printEbnf(grammar).text;
    assert.ok(grammar && text !== undefined);
    const ours = await kernel.compileGrammar(grammar, source, tokenizer.vocabulary);
    assert.ok(ours.ok);
    const theirs = await xgrammar.ebnf(text);
    try {
      return await compare(ours.grammar, theirs, grammar, tokenizer, texts);
    } finally {
      theirs.dispose();
      ours.grammar.dispose();
    }
  }

  const check = (title: string, source: GrammarSource, texts: readonly string[]) =>
    it(title, async () => {
      const { differences, stopped } = await comparison(source, texts);
      assert.deepEqual(differences, []);
      assert.ok(stopped.every((by) => by === "no"));
    }).timeout(60_000);

  /// What docs/parity.md lists as XGrammar's: after which text which tokens it allows or refuses wrongly.
  const theirs = (title: string, source: GrammarSource, text: string, expected: string) =>
    it(`differ: ${title}`, async () => {
      const { differences } = await comparison(source, [text]);
      const samples = differences.flatMap((d) => d.samples);
      assert.ok(samples.length > 0 && samples.every(({ verdict }) => verdict === "theirs"));
      const [{ token, allowedBy }] = samples as [Sample, ...Sample[]];
      assert.equal(`${JSON.stringify(differences[0]!.after)} ${token} ${allowedBy}`, expected);
    }).timeout(60_000);

  const shipped = (id: string) => {
    const { accept } = JSON.parse(readFileSync(`${root}grammars/${id}/examples.json`, "utf8")) as {
      accept: string[];
    };
    const text = readFileSync(`${root}grammars/${id}/${id}.ebnf`, "utf8");
    check(id, { kind: "ebnf", text }, accept.slice(0, 6));
  };
  shipped("semver");
  shipped("arithmetic");
  shipped("iso-8601");
  check("counts", { kind: "ebnf", text: 'root ::= ([a-f]{2,5} | "é" [0-9]{0,30}){1,3} "."' }, [
    "abc.",
    "é12345ab.",
  ]);
  check("a pattern", { kind: "regex", text: "^(?!ab)[a-z]{1,8}(-[0-9]+)?$" }, ["cab-12", "a"]);
  check(
    "a schema",
    {
      kind: "json-schema",
      text: '{"type":"object","properties":{"name":{"type":"string","maxLength":8},"n":{"type":"integer","minimum":-5,"maximum":300}},"required":["name"],"additionalProperties":false}',
      whitespace: "spaced",
    },
    ['{"name": "Zoë", "n": 299}', '{"name": ""}'],
  );

  const anything: GrammarSource = { kind: "ebnf", text: 'root ::= [^"]*' };
  theirs("characters longer than they need be", anything, "a\u0800", '"a\\\\xe0" "\\\\x80" xgrammar');
  theirs("surrogates", anything, "a\ud7ff", '"a\\\\xed" "\\\\xa1" xgrammar');
  theirs("code points past the last", anything, "a\u{10ffff}", '"a\\\\xf4" "\\\\xa1" xgrammar');
  theirs(
    "classes of characters past ASCII",
    { kind: "ebnf", text: "root ::= [Ā-ſ]+" },
    "ā",
    '"" "\\\\xc4" kernel',
  );

  it("differ: bytes that no UTF-8 text has", async () => {
    const { differing, illFormed, steps } = await comparison(anything, ["a"]);
    assert.deepEqual([differing, illFormed], [0, steps]);
  });
});
