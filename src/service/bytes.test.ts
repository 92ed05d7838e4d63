import assert from "node:assert/strict";
import { utf8Encode } from "../base/bytes.ts";
import { CancelledError } from "../base/cancellation.ts";
import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import type { CoverTarget } from "../bytes/index.ts";
import type { ScoreStep } from "./bytes-api.ts";
import { Core } from "./core.ts";

const file = `${process.env.TOKENSIEVE_ROOT}models/tokensieve-mini.gguf`;
const CANONICAL: CoverTarget = { kind: "canonical", maxUnchecked: 1e-6 };
const ALL: CoverTarget = { kind: "all", minShare: 1e-3 };
const CODE = `export function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) {
    if (Number.isNaN(value)) throw new RangeError("not a number");
    sum += value;
  }
  return sum;
}

export class Counter {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  get size(): number {
    return this.#counts.size;
  }
}

export const isEven = (value: number): boolean => value % 2 === 0;
export const isOdd = (value: number): boolean => !isEven(value);
`;

describe("probabilities of bytes", function () {
  this.timeout(120_000);
  const model = { file, gpu: "cpu", contextLength: 256 } as const;
  let core: Core;
  before(() => {
    core = new Core([]);
  });
  after(() => core.dispose());

  describe("byte by byte are those of the whole text", () => {
    const check = (name: string, text: string | Uint8Array, target: CoverTarget) =>
      it(name, async () => {
        const bytes = typeof text === "string" ? utf8Encode(text) : text;
        const { surprises, windows } = await core.score({ model, text: bytes, target });
        assert.equal(windows.length, 1);
        for (let i = 0; i < bytes.length; i++) {
          const next = await core.bytes({ model, prompt: bytes.subarray(0, i), target, covers: 3 });
          const sum = next.bytes.reduce((total, p) => total + p, next.stop);
          assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
          // Another order of evaluation rounds differently.
          const bits = -Math.log2(next.bytes[bytes[i]!]!);
          assert.ok(Math.abs(bits - surprises[i]!) < 0.05, `${bits} ${surprises[i]} at byte ${i}`);
          const covered = bytes.subarray(next.coveredFrom, i);
          for (const cover of next.covers) {
            assert.deepEqual(cover.bytes.subarray(0, covered.length), covered);
            assert.equal(cover.bytes.length, covered.length + cover.beyond);
          }
        }
      });
    check("canonical", 'const café = "a";', CANONICAL);
    check("all", "if (é) {", ALL);
    check("all, of bytes that are no text", Uint8Array.of(0x61, 0xff, 0x62), ALL);
  });

  it("raw surprises add up what normalising takes out", async () => {
    const text = utf8Encode("return x;");
    const [normal, raw] = [
      await core.score({ model, text, target: CANONICAL }),
      await core.score({ model, text, target: CANONICAL, raw: true }),
    ];
    assert.ok(normal.leastRawSum! > 0 && normal.leastRawSum! <= 1 + 1e-9);
    assert.equal(raw.leastRawSum, undefined);
    // The last byte's loss at most, for each byte.
    const most = -Math.log2(normal.leastRawSum!) * text.length;
    assert.ok(raw.bits >= normal.bits - 0.05 && raw.bits <= normal.bits + most + 0.05);
  });

  it("reads a text longer than the context in windows, and says so", async () => {
    const text = utf8Encode(CODE);
    const { surprises, bits, windows, diagnostics } = await core.score({
      model,
      text,
      target: CANONICAL,
      raw: true,
    });
    assert.ok(windows.length > 1);
    let at = 0;
    for (const { context, from, to } of windows) {
      assert.equal(from, at);
      assert.ok(from === 0 || context < from);
      at = to;
    }
    assert.equal(at, text.length);
    assert.equal(surprises.length, text.length);
    assert.ok(Math.abs(surprises.reduce((sum, surprise) => sum + surprise, 0) - bits) < 1e-6);
    assert.ok(surprises.every((surprise) => surprise >= 0 && surprise < 60));
    assert.match(diagnostics[0]!.message, /context of 256 tokens: it was read in \d windows/);
    await rejects(core.score({ model, text: Uint8Array.of(...text, 0xff), target: CANONICAL, raw: true }), {
      code: "bytes-unreachable",
      message: new RegExp(`0xff no probability at byte ${text.length}$`),
    });
  });

  it("tells surprises while it finds them, in order and as they are in the end", async () => {
    const steps: ScoreStep[] = [];
    const text = utf8Encode(CODE.slice(0, 200));
    const { surprises } = await core.score({ model, text, target: CANONICAL }, undefined, (step) => {
      steps.push(step);
    });
    const told = new Float64Array(text.length);
    let at = 0;
    for (const step of steps) {
      assert.equal(step.from, at);
      told.set(step.surprises, at);
      at += step.surprises.length;
    }
    assert.equal(at, text.length);
    assert.deepEqual(told, surprises);
  });

  it("from a byte on are those of the whole text", async () => {
    const text = utf8Encode(CODE.slice(0, 150));
    const whole = await core.score({ model, text, target: CANONICAL, raw: true });
    for (const from of [0, 17, 100, text.length]) {
      const part = await core.score({ model, text, target: CANONICAL, raw: true, from });
      assert.equal(part.surprises.length, text.length - from);
      for (const [i, bits] of part.surprises.entries()) {
        assert.ok(Math.abs(bits - whole.surprises[from + i]!) < 0.05, `${bits} at byte ${from + i}`);
      }
      assert.deepEqual(part.diagnostics, []);
    }
    // What does not fit is left out, and that is said.
    const long = utf8Encode(CODE.repeat(2));
    const end = await core.score({ model, text: long, target: CANONICAL, raw: true, from: long.length - 20 });
    assert.equal(end.windows.length, 1);
    assert.ok(end.windows[0]!.context > 0);
    assert.match(end.diagnostics[0]!.message, /what is before byte \d+ was left out/);
    await rejects(core.score({ model, text, target: CANONICAL, from: text.length + 1 }), {
      code: "score-range",
      message: /there is no byte 151/,
    });
  });

  it("of an empty text are none", async () => {
    const { bits, windows, evaluations } = await core.score({
      model,
      text: new Uint8Array(0),
      target: CANONICAL,
    });
    assert.deepEqual({ bits, windows, evaluations }, { bits: 0, windows: [], evaluations: 0 });
  });

  describe("reads the end of a prompt longer than the context, and says so", () => {
    const check = (target: CoverTarget, text: string, least: number) =>
      it(`${target.kind}: ${text.slice(0, 12)}`, async () => {
        const prompt = utf8Encode(text);
        const whole = await core.bytes({ model, prompt, target, covers: 2 });
        assert.ok(whole.context >= least && whole.context < prompt.length, `${whole.context}`);
        assert.ok(whole.coveredFrom >= whole.context);
        assert.match(whole.diagnostics[0]!.message, new RegExp(`before byte ${whole.context} was left out`));
        const end = await core.bytes({ model, prompt: prompt.subarray(whole.context), target, covers: 2 });
        assert.deepEqual([end.context, end.diagnostics], [0, []]);
        for (const [byte, p] of whole.bytes.entries()) assert.ok(Math.abs(p - end.bytes[byte]!) < 0.02);
      });
    check(CANONICAL, "const a = 1;\n".repeat(100), 500);
    check({ kind: "all", minShare: 0.05 }, "const a = 1;\n".repeat(100), 500);
    // A token for each byte is the only way to spell this.
    check({ kind: "all", minShare: 0.05 }, "\u{10fffd}".repeat(100), 100);
  });

  it("states what it drops where there are more covers than may be kept", async () => {
    const prompt = utf8Encode("        return values.reduce");
    const target = { kind: "all", minShare: 0, maxHeads: 3 } as const;
    const { dropped, bytes, stop } = await core.bytes({ model, prompt, target, covers: 50 });
    assert.ok(dropped.share > 1e-6 && dropped.share < 0.5, `${dropped.share}`);
    assert.ok(dropped.bound > 0 && dropped.bound <= 1);
    assert.ok(Math.abs(bytes.reduce((sum, p) => sum + p, stop) - 1) < 1e-9);
    const exact = await core.bytes({ model, prompt: prompt.subarray(0, 8), target, covers: 1 });
    assert.ok(exact.dropped.share > 0);
  });

  it("refuses what is no text, where the tokenizer's own tokens are asked for", () =>
    rejects(core.bytes({ model, prompt: Uint8Array.of(0x61, 0xff, 0x62), target: CANONICAL, covers: 1 }), {
      code: "bytes-not-utf8",
      message: /byte 1/,
    }));

  it("stops when cancelled, and serves the next request", async () => {
    const abort = new AbortController();
    const scoring = core.score({ model, text: utf8Encode(CODE), target: CANONICAL }, abort.signal);
    setImmediate(() => abort.abort());
    await assert.rejects(scoring, CancelledError);
    const next = await core.bytes({ model, prompt: utf8Encode("x"), target: CANONICAL, covers: 1 });
    assert.ok(next.evaluations > 0);
  });
});

async function rejects(work: Promise<unknown>, expected: { code: string; message: RegExp }): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof InputError, String(error));
    const { code, message, hint } = error.diagnostics[0] as Diagnostic;
    assert.equal(code, expected.code, message);
    assert.match(message, expected.message);
    assert.ok(hint);
    return true;
  });
}
