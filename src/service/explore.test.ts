import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { hasBit, setBits } from "../base/bitset.ts";
import { CancelledError } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import { KernelEngine, XGrammarEngine } from "../engine/index.ts";
import { loadBuiltInTokenizer } from "../tokenizer/index.ts";
import { Core } from "./core.ts";
import type { Exploration, ExploredInput } from "./explore-api.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const core = new Core([
  new KernelEngine({ wasm: readFileSync(`${root}out/kernel/kernel.wasm`) }),
  new XGrammarEngine({ workerUrl: new URL(`file://${root}dist/xgrammar-worker.mjs`) }),
]);
const json = readFileSync(`${root}grammars/json/json.ebnf`, "utf8");
const tokenizer = { kind: "built-in", name: "o200k_base" } as const;
const ebnf = (text: string) => ({ engine: "tokensieve", source: { kind: "ebnf", text } }) as const;
const typed = (text: string): ExploredInput => ({ kind: "text", text });
const { vocabulary } = await loadBuiltInTokenizer("o200k_base");
const tokenOf = (text: string) => {
  const bytes = Buffer.from(text);
  for (let id = 0; id < vocabulary.size; id++) if (bytes.equals(vocabulary.bytes(id))) return id;
  throw new Error(`no token ${text}`);
};
const explore = (text: string, input: ExploredInput, more: object = {}, signal?: AbortSignal) =>
  core.explorer.explore({ tokenizer, grammar: ebnf(text), input, ...more }, signal);
const texts = ({ ids }: Exploration) => [...ids].map((id) => Buffer.from(vocabulary.bytes(id)).toString());
const chains = ({ stacks }: Exploration) =>
  stacks.map(({ rules }) => rules.map(({ name }) => name).join("<"));

describe("MaskExplorer.explore", () => {
  it("cuts a typed text, and looks behind it", async () => {
    const seen = await explore(json, typed('{"a": [1, tr'));
    assert.equal(texts(seen).join(""), '{"a": [1, tr');
    assert.equal(seen.position, seen.ids.length);
    assert.equal(seen.accepted, seen.ids.length);
    assert.equal(seen.isComplete, false);
    assert.deepEqual([...setBits(seen.mask)].sort(), [tokenOf("u"), tokenOf("ue")].sort());
    assert.equal(Buffer.from(seen.forced).toString(), "ue");
    assert.deepEqual(chains(seen), ["value<array<object<root"]);
    const [innermost, array] = seen.stacks[0]!.rules;
    assert.deepEqual(innermost!.next, ["u"]);
    assert.deepEqual(json.slice(array!.span!.from, array!.span!.to), "array");
    const { allowed, rejected, stopAllowed } = seen.counts;
    assert.deepEqual(
      { allowed, rejected, stopAllowed },
      { allowed: 2, rejected: vocabulary.size - 2 - vocabulary.stopTokens.length, stopAllowed: false },
    );
    assert.ok(seen.statistics.states > 0 && seen.statistics.grammarBytes > 0);
  });

  it("counts every token once: decided without the stack, or with it", async () => {
    for (const text of ["", '{"', '{"a": "b', '{"a": [1', '{"a": [1]']) {
      const { counts, independent, dependent, mask } = await explore(json, typed(text));
      const stops = vocabulary.stopTokens.length;
      assert.equal(counts.allowed + counts.rejected, vocabulary.size - stops);
      assert.equal(
        counts.independentAllowed + counts.independentRejected + counts.dependent,
        vocabulary.size - stops,
      );
      assert.equal(counts.independentAllowed + counts.dependentAllowed, counts.allowed);
      for (const id of setBits(independent)) assert.ok(hasBit(mask, id) && !hasBit(dependent, id));
    }
  });

  it("looks at any place, in the middle too, and comes back", async () => {
    const input = typed('{"a": [1, true]}');
    const end = await explore(json, input);
    assert.ok(end.isComplete && end.counts.stopAllowed);
    const start = await explore(json, input, { position: 0 });
    assert.equal(start.position, 0);
    assert.equal(start.accepted, end.ids.length);
    assert.ok(start.isComplete && !start.counts.stopAllowed);
    assert.ok(hasBit(start.mask, tokenOf("{")));
    assert.deepEqual((await explore(json, input)).mask, end.mask);
  });

  it("says where a text leaves the grammar, and looks no further", async () => {
    const seen = await explore(json, typed('{"a": tru}'), { position: 99 });
    assert.equal(Buffer.from(seen.bytes).subarray(0, seen.rejection!.byteOffset).toString(), '{"a": tru');
    assert.equal(seen.rejection!.reason, "it cannot begin with byte 7d (}) in value: expected e");
    assert.equal(seen.position, seen.accepted);
    assert.ok(seen.accepted < seen.ids.length && !seen.isComplete);
  });

  it("steps with tokens, half characters too, and ends with a stop token", async () => {
    const grammar = 'root ::= "€" ';
    const [half] = [...setBits((await explore(grammar, typed(""))).mask)].filter(
      (id) => vocabulary.bytes(id).length === 2,
    );
    const one = await explore(grammar, { kind: "tokens", ids: Uint32Array.of(half!) });
    assert.deepEqual([...one.bytes], [0xe2, 0x82]);
    assert.deepEqual([...one.forced], [0xac]);
    const two = await explore(grammar, { kind: "tokens", ids: one.ids }, { acceptForced: true });
    assert.equal(Buffer.from(two.bytes).toString(), "€");
    const stop = vocabulary.stopTokens[0]!;
    const three = await explore(grammar, { kind: "tokens", ids: Uint32Array.of(...two.ids, stop) });
    assert.ok(three.isComplete && three.accepted === 3);
    assert.deepEqual(
      three.markers.map(({ index }) => index),
      [2],
    );
    assert.equal(three.counts.allowed, 0);
  });

  it("accepts what is forced, in place of the rest", async () => {
    const seen = await explore(json, typed("[tr, 1]"), { position: 2, acceptForced: true });
    assert.equal(texts(seen).join(""), "[true");
    assert.equal(seen.position, seen.ids.length);
  });

  it("tells what is wrong with a grammar, an engine, a text", async () => {
    const code = (work: Promise<unknown>) =>
      work.then(
        () => "none",
        (error) => (error instanceof InputError ? error.diagnostics[0]!.code : String(error)),
      );
    assert.equal(await code(explore("root ::= x", typed(""))), "ebnf-undefined-rule");
    assert.equal(await code(explore(json, typed("a".repeat(70_000)))), "explored-text-too-long");
    const grammar = { engine: "xgrammar", source: { kind: "ebnf", text: json } } as const;
    assert.equal(
      await code(core.explorer.explore({ tokenizer, grammar, input: typed("") })),
      "engine-cannot-explain",
    );
    // The next request is served.
    assert.equal(await code(explore(json, typed("["))), "none");
  });

  it("gives up when it is cancelled, before or in between", async () => {
    const abort = new AbortController();
    const running = explore(json, typed("[".repeat(2000)), {}, abort.signal);
    const behind = explore(json, typed("{"));
    abort.abort();
    await assert.rejects(running, CancelledError);
    assert.equal((await behind).accepted, 1);
  });
});

describe("MaskExplorer.exploreToken", () => {
  const check = (text: string, token: string, expected: string) =>
    it(`${JSON.stringify(text)} + ${JSON.stringify(token)}`, async () => {
      const { ids } = await explore(json, typed(text));
      const grammar = ebnf(json);
      const seen = await core.explorer.exploreToken({
        tokenizer,
        grammar,
        before: ids,
        token: tokenOf(token),
      });
      const stack = seen.stacks[0]?.rules.map(({ name }) => name).join("<");
      assert.equal(`${seen.verdict} ${seen.byteOffset} ${stack}: ${seen.reason}`, expected);
    });
  check('{"a": ', "true", 'allowed 4 value<object<root: "true" may follow');
  check(
    '{"a": ',
    "}",
    "wrong-byte 0 value<object<root: it cannot begin with byte 7d (}) in value or object or array or string or number or member: " +
      'expected tab or newline or carriage return or space or " or - or 0–9 or [ or f or n or t or {',
  );
  check(
    "[tr",
    "un",
    'wrong-byte 1 value<array<root: after "u" it cannot go on with byte 6e (n) in value: expected e',
  );
  check("1", "<|endoftext|>", 'allowed 0 root: "<|endoftext|>" may follow');
  check(
    "[",
    "<|endoftext|>",
    "incomplete 0 value<array<root: the text is not complete here in value or object or array or string or number: " +
      'expected tab or newline or carriage return or space or " or - or 0–9 or [ or ] or f or n or 2 more',
  );
});
