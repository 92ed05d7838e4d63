import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CancelledError } from "../base/cancellation.ts";
import { KernelEngine } from "../engine/index.ts";
import type { GrammarSource } from "../grammar/index.ts";
import { CompiledGrammars } from "./compiled-grammars.ts";
import { diagnoseGrammar, grammarNames } from "./diagnose-grammar.ts";

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);

describe("diagnoseGrammar", () => {
  const grammars = new CompiledGrammars([new KernelEngine({ wasm })]);
  after(() => grammars.dispose());

  /// `expected`: each as `severity code@text`.
  const check = (source: GrammarSource, ...expected: string[]) =>
    it(`${source.kind} ${JSON.stringify(source.text)}`, async () => {
      const found = await diagnoseGrammar(grammars, source);
      assert.deepEqual(
        found.map(({ severity, code, location }) => {
          const span =
            location?.kind === "text" || location?.kind === "json-pointer" ? location.span : undefined;
          return `${severity} ${code}@${span ? source.text.slice(span.from, span.to) : ""}`;
        }),
        expected,
      );
    });
  check({ kind: "ebnf", text: 'root ::= "a" b\nb ::= [0-9]' });
  check(
    { kind: "ebnf", text: "root ::= b )\nc ::= [0-9" },
    "error ebnf-undefined-rule@b",
    "error ebnf-syntax@)",
    "error ebnf-syntax@[0-9",
  );
  check(
    { kind: "ebnf", text: 'root ::= "😀" "\\q" x' },
    "error ebnf-bad-escape@\\q",
    "error ebnf-undefined-rule@x",
  );
  check({ kind: "ebnf", text: 'root ::= "a"\nunused ::= "b"' }, "warning grammar-unreachable-rule@unused");
  check(
    { kind: "ebnf", text: "root ::= root2\nroot2 ::= root" },
    "error grammar-empty-language@root",
    "warning grammar-unproductive-rule@root2",
  );
  check({ kind: "gbnf", text: "root ::= <[128010]> <|no-such-token|>" });
  check({ kind: "lark", text: "start: A\nA: b\nb: A" }, "error lark-rule-in-terminal@b");
  check({ kind: "regex", text: "a(" }, "error regex-syntax@(");
  check(
    { kind: "json-schema", text: '{ "type": "array", "uniqueItems": true }' },
    "error schema-unsupported-keyword@true",
  );
  check(
    { kind: "json-schema", text: '{ "type": "array", "uniqueItems": true }', lenient: ["uniqueItems"] },
    "warning schema-unsupported-keyword@true",
  );

  check(
    { kind: "structural-tag", text: '{ "type": "structural_tag" }' },
    'error structural-tag-invalid@{ "type": "structural_tag" }',
  );

  it("is given up when nobody waits for it", async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(diagnoseGrammar(grammars, { kind: "ebnf", text: "root ::= [a]" }, signal), {
      name: "CancelledError",
    });
  });

  it("leaves the cache of compiled grammars alone", async () => {
    const { byteVocabulary } = await import("./byte-vocabulary.ts");
    const get = (text: string) =>
      grammars.get({ engine: "tokensieve", source: { kind: "ebnf", text } }, byteVocabulary());
    const first = await get("root ::= [a]");
    for (let i = 0; i < 30; i++) await diagnoseGrammar(grammars, { kind: "ebnf", text: `root ::= "${i}"` });
    assert.equal(await get("root ::= [a]"), first);
  });
});

describe("grammarNames", () => {
  it("names rules also where the grammar has errors", async () => {
    const names = await grammarNames({ kind: "gbnf", text: "root ::= ) word\nword ::= 'x'" });
    assert.deepEqual(
      [names.definitions, names.references].map((list) => list.map(({ name }) => name)),
      [["root", "word"], ["word"]],
    );
  });
  it("is cancelled on its way", async () => {
    const text = Array.from({ length: 50_000 }, (_, i) => `r${i} ::= "x"`).join("\n");
    const abort = new AbortController();
    setImmediate(() => abort.abort());
    await assert.rejects(grammarNames({ kind: "gbnf", text }, abort.signal), CancelledError);
  });
  it("has none for notations without rules", async () => {
    assert.deepEqual(await grammarNames({ kind: "regex", text: "a" }), { definitions: [], references: [] });
  });
});
