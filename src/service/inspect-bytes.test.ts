import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { hasBit } from "../base/bitset.ts";
import { concatBytes, displayBytes, utf8Encode } from "../base/bytes.ts";
import { CancelledError } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import type { CoverTarget } from "../bytes/index.ts";
import { KernelEngine } from "../engine/index.ts";
import { Core } from "./core.ts";
import type { InspectBytesParams, InspectedBytes, InspectGrammar } from "./inspect-bytes-api.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const CANONICAL: CoverTarget = { kind: "canonical", maxUnchecked: 1e-6 };
const ALL: CoverTarget = { kind: "all", minShare: 1e-3 };
const none = new Uint8Array(0);

describe("ByteInspector", function () {
  this.timeout(120_000);
  const model = { file: `${root}models/tokensieve-mini.gguf`, gpu: "cpu", contextLength: 256 } as const;
  const core = new Core([new KernelEngine({ wasm: readFileSync(`${root}out/kernel/kernel.wasm`) })]);
  after(() => core.dispose());

  const at = (text: string | Uint8Array, more: Partial<InspectBytesParams> = {}, signal?: AbortSignal) => {
    const bytes = typeof text === "string" ? utf8Encode(text) : text;
    return core.inspectBytes(
      { model, text: bytes, position: bytes.length, target: CANONICAL, most: 5, ...more },
      signal,
    );
  };
  const under = (text: string, before = none): { grammar: InspectGrammar } => ({
    grammar: { ref: { engine: "tokensieve", source: { kind: "ebnf", text } }, before },
  });
  const sum = ({ bytes, stop }: { bytes: Float64Array; stop: number }) =>
    bytes.reduce((total, p) => total + p, stop);
  const spelled = (tokens: readonly { bytes: Uint8Array }[]) =>
    tokens.map(({ bytes }) => displayBytes(bytes));

  it("tells the exact distribution and the naive one, how far they are apart, and the tokens behind", async () => {
    const seen = await at('import * as fs from "node:f');
    assert.ok(Math.abs(sum(seen) - 1) < 1e-9);
    const { naive } = seen;
    assert.ok(naive.kind === "naive");
    assert.ok(Math.abs(sum(naive) - 1) < 1e-9);
    let apart = Math.abs(naive.stop - seen.stop);
    for (let byte = 0; byte < 256; byte++) apart += Math.abs(naive.bytes[byte]! - seen.bytes[byte]!);
    assert.ok(Math.abs(naive.variation - apart / 2) < 1e-12);
    // Behind "f" as a token of its own the model hardly expects the "s" that " fs" would have had.
    assert.ok(seen.bytes[0x73]! > naive.bytes[0x73]!);
    assert.equal(spelled(naive.tokens).at(-1), "f");
    assert.ok(naive.tokenCount > naive.tokens.length);
    assert.equal(naive.next.length, 5);
    const ps = naive.next.map(({ p }) => p);
    assert.deepEqual(
      ps,
      ps.toSorted((a, b) => b - a),
    );
    assert.ok(ps[0]! >= Math.max(...naive.bytes) / 200);
    for (const { beyond, tokens } of seen.covers) {
      const bytes = concatBytes(tokens.map((token) => token.bytes));
      assert.equal(
        displayBytes(bytes.subarray(0, bytes.length - beyond)),
        'import * as fs from "node:f'.slice(seen.coveredFrom),
      );
      assert.ok(tokens.length > 0);
    }
    assert.ok(seen.evaluations > 0 && seen.milliseconds > 0);
    assert.equal(seen.context, 0);
  });

  it("is what `bytes` tells, and where naive tokenization is exact, the two agree", async () => {
    const prompt = utf8Encode("const x = 1;\n");
    const [seen, next] = [
      await at(prompt),
      await core.bytes({ model, prompt, target: CANONICAL, covers: 5 }),
    ];
    for (let byte = 0; byte < 256; byte++)
      assert.ok(Math.abs(seen.bytes[byte]! - next.bytes[byte]!) < 0.02, `${byte}`);
    const start = await at("");
    assert.ok(start.naive.kind === "naive" && start.naive.variation < 0.01);
  });

  it("counts all sequences of the last bytes, the tokenizer's own before", async () => {
    const text = 'export const names = ["a", "b"]; // for';
    const seen = await at(text, { target: ALL, allBytes: 6 });
    assert.ok(Math.abs(seen.rawSum - 1) < 1e-9);
    assert.ok(seen.coveredFrom <= text.length - 6 && seen.coveredFrom > text.length - 20);
    assert.ok(seen.dropped.share >= 0 && seen.dropped.bound < 0.2);
    const whole = await at("let a", { target: ALL });
    assert.equal(whole.coveredFrom, 0);
  });

  it("begins to read where the model's context reaches", async () => {
    const text = "const value = 1;\n".repeat(80);
    const seen = await at(text);
    assert.ok(seen.context > 0);
    assert.match(seen.diagnostics[0]!.message, new RegExp(`before byte ${seen.context} was left out`));
    assert.deepEqual((await at("const")).diagnostics, []);
    assert.ok(Math.abs(sum(seen) - 1) < 1e-9);
    assert.ok((await at(text, { target: ALL, allBytes: 8 })).context > 0);
  });

  it("has no naive tokens inside of a character, or of what is no text", async () => {
    const half = await at(utf8Encode("// caf\u00e9").subarray(0, 7));
    assert.deepEqual(half.naive, { kind: "none", reason: "half-character" });
    const binary = await at(Uint8Array.of(0x61, 0xff, 0x62), { target: ALL });
    assert.deepEqual(binary.naive, { kind: "none", reason: "not-utf8" });
    const some = Uint8Array.of(...new Array(20).fill(0xff), 0x62);
    assert.ok(Math.abs(sum(await at(some, { target: ALL, allBytes: 4 })) - 1) < 1e-9);
    await rejects(at(Uint8Array.of(0x61, 0xff, 0x62)), "bytes-not-utf8");
  });

  describe("under a grammar", () => {
    const LIST = 'root ::= "[" item ("," item)* "]"\nitem ::= [a-c]+';
    const check = (
      name: string,
      answer: () => Promise<InspectedBytes>,
      verify: (seen: InspectedBytes) => void,
    ) => it(name, async () => verify(await answer()));

    check(
      "is the same distribution among what is allowed",
      () => at("[ab", under(LIST)),
      (seen) => {
        const { grammar } = seen;
        assert.ok(grammar?.kind === "restricted");
        assert.equal(
          [...Array(256).keys()]
            .filter((b) => hasBit(grammar.allowed, b))
            .map((b) => String.fromCharCode(b))
            .join(""),
          ",]abc",
        );
        assert.equal(grammar.mayStop, false);
        assert.ok(Math.abs(sum(grammar) - 1) < 1e-9);
        let mass = 0;
        for (const byte of utf8Encode(",]abc")) mass += seen.bytes[byte]!;
        assert.ok(Math.abs(mass - grammar.allowedMass) < 1e-12);
        assert.ok(Math.abs(grammar.bytes[0x5d]! * mass - seen.bytes[0x5d]!) < 1e-12);
        assert.equal(grammar.bytes[0x78], 0);
      },
    );
    check(
      "may end where the text is complete",
      () => at("[a]", under(LIST)),
      ({ grammar }) => {
        assert.ok(grammar?.kind === "restricted" && grammar.mayStop);
        assert.deepEqual([grammar.stop, grammar.expected], [1, ["end of text"]]);
      },
    );
    check(
      "reads the document from its beginning",
      () => at("b,", under(LIST, utf8Encode("[a"))),
      ({ grammar }) => {
        assert.ok(grammar?.kind === "restricted");
        assert.ok(hasBit(grammar.allowed, 0x63) && !hasBit(grammar.allowed, 0x2c));
      },
    );
    check(
      "says at which byte the document leaves it",
      () => at("a, b", under(LIST, utf8Encode("["))),
      ({ grammar, bytes }) => {
        assert.ok(grammar?.kind === "violated");
        const { byteOffset, offset, expected } = grammar.violation;
        assert.deepEqual({ byteOffset, offset, expected }, { byteOffset: 3, offset: 3, expected: ["a–c"] });
        assert.ok(Math.max(...bytes) > 0);
      },
    );
    check(
      "says what is wrong with it, and tells the rest",
      () => at("[a", under("root ::= x")),
      ({ grammar, bytes }) => {
        assert.ok(grammar?.kind === "broken");
        assert.equal(grammar.diagnostics[0]!.code, "ebnf-undefined-rule");
        assert.ok(Math.max(...bytes) > 0);
      },
    );
  });

  it("refuses a place that is none, and stops when cancelled", async () => {
    await rejects(at("abc", { position: 4 }), "bytes-range");
    await rejects(at("abc", { position: -1 }), "bytes-range");
    const abort = new AbortController();
    const running = at("export function f(a: number) {", { target: ALL }, abort.signal);
    abort.abort();
    await assert.rejects(running, CancelledError);
    assert.ok((await at("a")).evaluations >= 0);
  });
});

async function rejects(work: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof InputError, String(error));
    assert.equal(error.diagnostics[0]!.code, code);
    return true;
  });
}
