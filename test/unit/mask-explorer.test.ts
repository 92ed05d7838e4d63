// The Mask Explorer's questions to the core's real process.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { countBits } from "../../src/base/bitset.ts";
import { CancelledError } from "../../src/base/cancellation.ts";
import { InputError } from "../../src/base/diagnostic.ts";
import { CoreClient } from "../../src/service/client.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const tokenizer = { kind: "built-in", name: "llama3" } as const;
const text = readFileSync(`${root}grammars/json/json.ebnf`, "utf8");
const grammar = { engine: "tokensieve", source: { kind: "ebnf", text } } as const;

describe("the Mask Explorer's core", () => {
  const died: string[] = [];
  const client = new CoreClient(`${root}dist/service.mjs`, {
    onStatus: () => undefined,
    onLog: () => undefined,
    onDied: (reason) => died.push(reason),
  });
  const explore = (typed: string, signal?: AbortSignal) =>
    client.explore({ tokenizer, grammar, input: { kind: "text", text: typed } }, signal);

  after(() => client.dispose());

  it("answers in typed arrays, and the same after its process was killed", async () => {
    const before = await explore('{"a": [1, tr');
    assert.ok(before.mask instanceof Uint32Array && before.bytes instanceof Uint8Array);
    assert.equal(Buffer.from(before.bytes).toString(), '{"a": [1, tr');
    process.kill(client.processId!, "SIGKILL");
    // The question that finds the process dead may fail; the next one is answered.
    const { maskMicros: _, ...after } = await explore('{"a": [1, tr').catch(() => explore('{"a": [1, tr'));
    assert.deepEqual(died, ["signal SIGKILL"]);
    const { maskMicros: __, ...same } = before;
    assert.deepEqual(after.mask, same.mask);
    assert.deepEqual(after.counts, same.counts);
    assert.deepEqual(after.stacks, same.stacks);
    const told = await client.exploreToken({ tokenizer, grammar, before: before.ids, token: before.ids[0]! });
    assert.equal(told.verdict, "wrong-byte");
  });

  it("gives a vocabulary's order, bytes and searches", async () => {
    const { ids, groups } = await client.tokenOrder(tokenizer);
    assert.equal(ids.length, groups[258]);
    const some = ids.slice(groups[0x61], groups[0x61]! + 3);
    const { bytes, starts } = await client.tokenBytes({ tokenizer, ids: some });
    assert.equal(starts.length, 4);
    for (let i = 0; i < 3; i++) assert.equal(bytes[starts[i]!], 0x61);
    const { found, count } = await client.searchTokens({ tokenizer, query: "true" });
    assert.equal(countBits(found), count);
    assert.ok(count > 5);
  });

  it("answers a superseded question with its cancellation, the next with its answer", async () => {
    const abort = new AbortController();
    const first = explore("[".repeat(5000), abort.signal);
    const second = explore("[1");
    abort.abort();
    await assert.rejects(first, CancelledError);
    assert.equal((await second).accepted, 2);
  });

  it("tells of ids that no token has", async () => {
    const input = { kind: "tokens", ids: Uint32Array.of(9_999_999) } as const;
    await assert.rejects(client.explore({ tokenizer, grammar, input }), InputError);
  });
});
