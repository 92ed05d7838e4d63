import assert from "node:assert/strict";
import { utf8Encode } from "../../base/bytes.ts";
import { ByteModel, CoverStream, TokenContext } from "../../bytes/index.ts";
import { type ContextTreeModel, type LoadedModel, loadModel } from "./index.ts";

// Code, prose and data, white space of all kinds, characters without a token, and bytes that are no text.
const SNIPPET = `export const café = (n: number): string => {\r\n\tif (n >= 10) {\r\n\t\treturn "日本 😀";\r\n\t}
    return \`\${n}  items\`;
};

## Installation

- [x] run \`npm ci\`, then  *wait*…
| name | price |
{"id": 42, "tags": ["a", "b"], "path": "C:\\\\x", "ok": null}
`;
const TEXT = Uint8Array.from({ length: 2048 }, (_, i) =>
  i % 512 === 511 ? 0xff : utf8Encode(SNIPPET)[i % utf8Encode(SNIPPET).length]!,
);

// The names are written out: this room does not import the service's.
for (const name of ["tokensieve-mini", "tokensieve-mini-spm"]) {
  describe(`bytes of ${name}`, function () {
    this.timeout(240_000);
    let model: LoadedModel;
    let tree: ContextTreeModel;
    let bytes: ByteModel;
    let start: number[];
    before(async () => {
      model = await loadModel({ file: `${process.env.TOKENSIEVE_ROOT}models/${name}.gguf`, gpu: "cpu" });
      tree = await model.openContextTree();
      bytes = new ByteModel(tree);
      start = [...model.tokenizer.vocabulary.stopTokens].slice(0, 1);
    });
    after(async () => {
      await tree.dispose();
      await model.dispose();
    });

    it("sum to one at each byte of 2 KB, and multiply to the text's", async () => {
      const stream = CoverStream.open(bytes, start, { kind: "all", minShare: 0.1 });
      let log = 0;
      for (let i = 0; i < TEXT.length; i++) {
        const next = await stream.next();
        assert.ok(Math.abs(next.rawSum - 1) < 1e-6, `${next.rawSum} at byte ${i}`);
        const sum = next.bytes.reduce((total, p) => total + p, next.stop);
        assert.ok(Math.abs(sum - 1) < 1e-9, `${sum} at byte ${i}`);
        log += Math.log(next.bytes[TEXT[i]!]!) + next.logScale;
        await stream.advance(TEXT.subarray(i, i + 1));
      }
      // What was dropped is missing from the text's, and stated.
      const whole = stream.logProbability - Math.log1p(-stream.dropped.share);
      assert.ok(Math.abs(log - whole) < 1e-6, `${log} ${whole}`);
    });

    it("sum to less where what the tokenizer never makes is left out", async () => {
      const stream = CoverStream.open(bytes, start, { kind: "canonical", maxUnchecked: 1e-3 });
      let least = 1;
      for (let i = 0; i < 60; i++) {
        least = Math.min(least, (await stream.next()).rawSum);
        await stream.advance(TEXT.subarray(i, i + 1));
      }
      assert.ok(least < 1 - 1e-3, `${least}`);
    });

    /// Probability of all token sequences that cover `text`, added up one by one, without those in
    /// which a token of `without` comes.
    async function coverMass(text: Uint8Array, without: ReadonlySet<number> = new Set()): Promise<number> {
      const { vocabulary } = model.tokenizer;
      const probabilities = async (context: TokenContext) => {
        const [logits] = await tree.evaluate([context]);
        const most = logits!.reduce((a, b) => Math.max(a, b));
        const weights = Float64Array.from(logits!, (logit) => Math.exp(logit - most));
        const total = weights.reduce((a, b) => a + b);
        return weights.map((weight) => weight / total);
      };
      const normal = [...Array(vocabulary.size).keys()].filter(
        (id) => vocabulary.kind(id) === "normal" && vocabulary.bytes(id).length > 0 && !without.has(id),
      );
      const from = async (context: TokenContext, rest: Uint8Array): Promise<number> => {
        if (rest.length === 0) return 1;
        const next = await probabilities(context);
        let mass = 0;
        for (const id of normal) {
          const token = vocabulary.bytes(id);
          const shared = Math.min(token.length, rest.length);
          if (!token.subarray(0, shared).every((byte, i) => byte === rest[i])) continue;
          mass += next[id]! * (await from(context.append(id), rest.subarray(shared)));
        }
        return mass;
      };
      return from(TokenContext.of(start), text);
    }

    const check = (title: string, text: Uint8Array) =>
      it(`add up all token sequences: ${title}`, async () => {
        const stream = CoverStream.open(bytes, start, { kind: "all", minShare: 0 });
        await stream.advance(text);
        const expected = Math.log(await coverMass(text));
        assert.ok(Math.abs(stream.logProbability - expected) < 1e-6, `${stream.logProbability} ${expected}`);
        const [cover] = await stream.covers(1);
        const less = Math.log(await coverMass(text, new Set(cover!.tokens.slice(-1))));
        assert.ok(less < expected - 1e-4, `${less} ${expected}`);
      });
    check("a word and spaces", utf8Encode("  if x"));
    check("ends of lines", utf8Encode(";\r\n\t\t}"));
    check("characters in bytes", utf8Encode("é漢"));
    check("no text", Uint8Array.of(0x61, 0xff, 0x20, 0xc3));
  });
}
