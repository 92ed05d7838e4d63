import assert from "node:assert/strict";
import { CancelledError } from "../../src/base/cancellation.ts";
import { InputError } from "../../src/base/diagnostic.ts";
import type { CoverTarget } from "../../src/bytes/index.ts";
import type { ScoreStep } from "../../src/service/bytes-api.ts";
import { CoreClient } from "../../src/service/client.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const CANONICAL: CoverTarget = { kind: "canonical", maxUnchecked: 1e-4 };
const ALL: CoverTarget = { kind: "all", minShare: 1e-3 };
const CODE = `export function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
`;
const bytes = (text: string) => new TextEncoder().encode(text);

describe("bytes and score of the core's own process", function () {
  this.timeout(120_000);
  const model = { file: `${root}models/tokensieve-mini.gguf`, gpu: "cpu", contextLength: 256 } as const;
  let client: CoreClient;
  before(() => {
    client = new CoreClient(`${root}dist/service.mjs`, {
      onStatus: () => {},
      onLog: () => {},
      onDied: (reason) => assert.fail(`the service died: ${reason}`),
    });
  });
  after(() => client.dispose());

  for (const target of [CANONICAL, ALL]) {
    it(`bytes, ${target.kind}: distribution, covers and work cross the wire whole`, async () => {
      const next = await client.bytes({ model, prompt: bytes("see http:"), target, covers: 5 });
      assert.ok(next.bytes instanceof Float64Array);
      assert.equal(next.bytes.length, 256);
      assert.ok(Math.abs(next.bytes.reduce((sum, p) => sum + p, next.stop) - 1) < 1e-9);
      assert.ok(next.bytes["/".charCodeAt(0)]! > 0.5);
      assert.ok(next.covers.length > 0 && next.covers[0]!.bytes instanceof Uint8Array);
      assert.ok(next.evaluations > 0);
    });
  }

  it("score tells surprises on the way, which are those of its answer", async () => {
    const steps: ScoreStep[] = [];
    const text = bytes(CODE);
    const result = await client.score({ model, text, target: CANONICAL }, (step) => steps.push(step));
    assert.equal(result.surprises.length, text.length);
    const told = steps.flatMap(({ surprises }) => [...surprises]);
    assert.deepEqual(told, [...result.surprises]);
    assert.ok(
      steps.every(
        ({ from }, i) => from === (i === 0 ? 0 : steps[i - 1]!.from + steps[i - 1]!.surprises.length),
      ),
    );
    assert.ok(Math.abs(told.reduce((sum, bits) => sum + bits, 0) - result.bits) < 1e-6);
    assert.deepEqual(result.windows, [{ context: 0, from: 0, to: text.length }]);
    assert.ok(result.unchecked <= 1e-3);
  });

  it("says what the budget of covers left out", async () => {
    const text = bytes(CODE.slice(0, 60));
    const { dropped } = await client.score({ model, text, target: { ...ALL, minShare: 0.05 } }, () => {});
    assert.ok(dropped.share > 0 && dropped.bound >= dropped.share, JSON.stringify(dropped));
  });

  it("stops in the middle when cancelled, while others get their turn, and serves the next request", async () => {
    const abort = new AbortController();
    const text = bytes(CODE.repeat(30));
    let told = 0;
    const scoring = client.score(
      { model, text, target: CANONICAL },
      ({ surprises }) => {
        told += surprises.length;
        abort.abort();
      },
      abort.signal,
    );
    // Another request is answered while the text is scored.
    const facts = client.tokenizerFacts({ kind: "gguf", file: model.file });
    await assert.rejects(scoring, CancelledError);
    assert.equal((await facts).name.length > 0, true);
    assert.ok(told > 0 && told < text.length / 2, `${told} of ${text.length}`);
    const next = await client.score({ model, text: bytes("let a"), target: CANONICAL }, () => {});
    assert.equal(next.surprises.length, 5);
  });

  it("says that a text was windowed, and where one cannot be read", async () => {
    const { windows, diagnostics } = await client.score(
      { model, text: bytes(CODE.repeat(5)), target: CANONICAL, raw: true },
      () => {},
    );
    assert.ok(windows.length > 1);
    assert.equal(diagnostics[0]!.code, "text-windowed");
    await assert.rejects(
      client.score({ model, text: Uint8Array.of(0x61, 0x62, 0xff), target: CANONICAL }, () => {}),
      (error) => {
        assert.ok(error instanceof InputError);
        const { code, location } = error.diagnostics[0]!;
        assert.equal(code, "bytes-unreachable");
        assert.deepEqual(location, { kind: "byte", byteOffset: 2 });
        return true;
      },
    );
  });
});
