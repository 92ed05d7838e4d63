// Byte Probabilities' questions to the core's real process.
import assert from "node:assert/strict";
import { utf8Encode } from "../../src/base/bytes.ts";
import { CancelledError } from "../../src/base/cancellation.ts";
import { InputError } from "../../src/base/diagnostic.ts";
import { CoreClient } from "../../src/service/client.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const model = { file: `${root}models/tokensieve-mini.gguf`, gpu: "cpu", contextLength: 256 } as const;
const target = { kind: "canonical", maxUnchecked: 1e-6 } as const;
const grammar = {
  ref: { engine: "tokensieve", source: { kind: "ebnf", text: 'root ::= "[" [a-c]* "]"' } },
  before: utf8Encode("["),
} as const;

describe("Byte Probabilities' core", function () {
  this.timeout(60_000);
  const died: string[] = [];
  const client = new CoreClient(`${root}dist/service.mjs`, {
    onStatus: () => undefined,
    onLog: () => undefined,
    onDied: (reason) => died.push(reason),
  });
  const inspect = (text: string, signal?: AbortSignal) => {
    const bytes = utf8Encode(text);
    return client.inspectBytes(
      { model, text: bytes, position: bytes.length, target, most: 4, grammar },
      signal,
    );
  };

  after(() => client.dispose());

  it("answers in typed arrays, and the same after its process was killed", async () => {
    const before = await inspect("ab");
    assert.ok(before.bytes instanceof Float64Array && before.bytes.length === 256);
    assert.ok(before.naive.kind === "naive" && before.naive.bytes instanceof Float64Array);
    assert.ok(before.grammar?.kind === "restricted" && before.grammar.allowed instanceof Uint32Array);
    assert.ok(before.covers[0]!.tokens[0]!.bytes instanceof Uint8Array);
    process.kill(client.processId!, "SIGKILL");
    // The question that finds the process dead may fail; the next one is answered.
    const after = await inspect("ab").catch(() => inspect("ab"));
    assert.deepEqual(died, ["signal SIGKILL"]);
    assert.deepEqual(after.bytes, before.bytes);
    assert.deepEqual(after.covers, before.covers);
    assert.deepEqual(after.grammar, before.grammar);
  });

  it("lets a question go before a text that is being scored, which goes on from where it was", async () => {
    const text = utf8Encode("const names = new Map<string, number>();\n");
    let known = 0;
    const surprises = new Float64Array(text.length);
    const score = (signal?: AbortSignal) =>
      client.score(
        { model, text, target, from: known },
        ({ from, surprises: found }) => {
          assert.equal(from, known);
          surprises.set(found, from);
          known += found.length;
        },
        signal,
      );
    const abort = new AbortController();
    const running = score(abort.signal);
    abort.abort();
    await assert.rejects(running, CancelledError);
    assert.equal((await inspect("a")).grammar?.kind, "restricted");
    await score();
    assert.equal(known, text.length);
    const whole = await client.score({ model, text, target }, () => undefined);
    for (const [i, bits] of surprises.entries()) assert.ok(Math.abs(bits - whole.surprises[i]!) < 0.05);
  });

  it("tells of a place that is none as bad input", async () => {
    const text = utf8Encode("a");
    await assert.rejects(
      client.inspectBytes({ model, text, position: 2, target, most: 1 }),
      (error) => error instanceof InputError && error.diagnostics[0]!.code === "bytes-range",
    );
  });
});
