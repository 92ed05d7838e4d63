import assert from "node:assert/strict";
import { CancelledError } from "../../base/cancellation.ts";
import { InputError } from "../../base/diagnostic.ts";
import { TokenContext } from "../../bytes/index.ts";
import type { ModelSequence } from "../../decoding/language-model.ts";
import { type ContextTreeModel, type LoadedModel, loadModel } from "./index.ts";

const bundled = `${process.env.TOKENSIEVE_ROOT}models/tokensieve-mini.gguf`;
const CODE = "export function sum(values: readonly number[]): number {\n  let total = 0;\n  for (const";

// Root-mean-square over a row. In what order cells are added up rounds differently, and in a model of
// 8-bit weights that makes up to 0.03 (0.2 for one logit; with the same weights in 32 bits, 0.006). A wrong
// token near the end makes 0.2 and more.
const NOISE = 0.1;

describe("a context tree", () => {
  let model: LoadedModel;
  let tree: ContextTreeModel;
  let sequence: ModelSequence;
  let prompt: number[];
  before(async () => {
    model = await loadModel({ file: bundled, gpu: "cpu", contextLength: 256 });
    sequence = await model.openSequence();
    prompt = model.tokenizer.encode(CODE);
  });
  beforeEach(async () => {
    tree = await model.openContextTree();
  });
  afterEach(() => tree.dispose());
  after(() => model.dispose());

  const known = new Map<string, Float32Array>();
  /// What a sequence says of the same tokens.
  async function reference(tokens: number[]): Promise<Float32Array> {
    const key = tokens.join();
    let row = known.get(key);
    if (!row) {
      await sequence.evaluate(tokens);
      const all = await sequence.logits({ top: Number.POSITIVE_INFINITY });
      row = new Float32Array(all.tokens.length);
      for (const [i, token] of all.tokens.entries()) row[token] = all.logits[i]!;
      known.set(key, row);
    }
    return row;
  }

  async function same(contexts: readonly TokenContext[]): Promise<void> {
    const rows = await tree.evaluate(contexts);
    assert.equal(rows.length, contexts.length);
    for (const [i, context] of contexts.entries()) {
      const expected = await reference(context.tokens());
      assert.equal(rows[i]!.length, expected.length);
      const squares = rows[i]!.reduce((sum, logit, t) => sum + (logit - expected[t]!) ** 2, 0);
      const off = Math.sqrt(squares / expected.length);
      assert.ok(off < NOISE, `${off} at context ${i} of ${context.length} tokens`);
    }
  }

  describe("says what a sequence says", () => {
    const check = (
      name: string,
      requests: () => TokenContext[][],
      work: (n: number) => { contexts: number; tokens: number; decodes: number },
    ) =>
      it(name, async () => {
        for (const contexts of requests()) await same(contexts);
        assert.deepEqual(tree.work, work(prompt.length));
      });
    const at = () => TokenContext.of(prompt);
    check(
      "of one context",
      () => [[at()]],
      (n) => ({ contexts: 1, tokens: n, decodes: 1 }),
    );
    check(
      "of one token",
      () => [[TokenContext.of([300])]],
      () => ({ contexts: 1, tokens: 1, decodes: 1 }),
    );
    check(
      "of all contexts along a text, in one decode",
      () => [ancestors(at())],
      (n) => ({ contexts: n, tokens: n, decodes: 1 }),
    );
    check(
      "of the same contexts again, without a decode",
      () => [[at()], [at()], [at(), at()]],
      (n) => ({ contexts: 4, tokens: n, decodes: 1 }),
    );
    check(
      "of siblings: a decode each",
      () => {
        const parent = at();
        return [[parent], [parent.append(301), parent.append(302), parent.append(303)]];
      },
      (n) => ({ contexts: 4, tokens: n + 3, decodes: 4 }),
    );
    check(
      "of children of siblings, the siblings kept",
      () => {
        const [a, b] = [at().append(301), at().append(302)];
        return [[a, b], [b.append(400), a.append(400)], [a.append(400).append(401)]];
      },
      (n) => ({ contexts: 5, tokens: n + 5, decodes: 5 }),
    );
    check(
      "of branches at several depths, each token once",
      () => {
        const line = ancestors(at());
        const branch = (i: number) =>
          i % 5 === 1 && i + 1 < line.length ? [line[i]!.append(310).append(311)] : [];
        return [line.flatMap((context, i) => [...branch(i), context])];
      },
      (n) => {
        const branches = Math.floor((n + 2) / 5);
        return { contexts: n + branches, tokens: n + 2 * branches, decodes: 1 + branches };
      },
    );
    check(
      "of a context it passed without looking: its last token once more",
      () => [[at()], [ancestors(at())[9]!], [at().append(320)]],
      (n) => ({ contexts: 3, tokens: n + 2, decodes: 3 }),
    );
    check(
      "of texts with nothing in common",
      () => [[at(), TokenContext.of([...prompt].reverse())], [at().append(330)]],
      (n) => ({ contexts: 3, tokens: 2 * n + 1, decodes: 3 }),
    );
    check(
      "in the order of the request, whatever it is",
      () => [ancestors(at()).reverse()],
      (n) => ({ contexts: n, tokens: n, decodes: 1 }),
    );
    check(
      "of no contexts",
      () => [[]],
      () => ({ contexts: 0, tokens: 0, decodes: 0 }),
    );
  });

  it("takes contexts as long as the model's", async () => {
    const line = TokenContext.of(Array.from({ length: 256 }, (_, i) => 300 + (i % 50)));
    await same([line]);
    await same([line, ancestors(line)[254]!, ancestors(line)[99]!.append(299)]);
    await same([line]);
  });

  it("has room for more branches than llama.cpp marks", async function () {
    this.timeout(60_000);
    const parent = TokenContext.of([300]);
    const children = Array.from({ length: 260 }, (_, i) => parent.append(301 + i));
    const rows = await tree.evaluate(children);
    await same([children[0]!, children[130]!, children[259]!]);
    assert.equal((await tree.evaluate([children[259]!]))[0], rows[259]);
  });

  const rejects = (contexts: readonly TokenContext[], expected: { code: string; message: string }) =>
    assert.rejects(tree.evaluate(contexts), (error) => {
      assert.ok(error instanceof InputError, String(error));
      const { code, message, hint } = error.diagnostics[0]!;
      assert.deepEqual({ code, message }, expected);
      return hint !== undefined;
    });

  it("refuses a context longer than the model's, with the numbers", () =>
    rejects([TokenContext.of(new Array<number>(257).fill(300))], {
      code: "context-overflow",
      message: "the text is 257 tokens long, the model's context holds 256",
    }));

  it("stops between batches when cancelled, and goes on from there", async () => {
    const line = TokenContext.of(Array.from({ length: 250 }, (_, i) => 300 + (i % 40)));
    const abort = new AbortController();
    const evaluation = tree.evaluate([line], abort.signal);
    setImmediate(() => abort.abort());
    await assert.rejects(evaluation, CancelledError);
    const done = tree.work.tokens;
    assert.ok(done < 250, `${done}`);
    await same([line]);
    assert.equal(tree.work.tokens, 250);
    await assert.rejects(tree.evaluate([line], AbortSignal.abort()), CancelledError);
  });

  describe("its sequence", () => {
    /// Evaluates, and compares with a sequence of its own.
    async function goOn(tokens: number[], reused: number): Promise<void> {
      await tree.sequence.evaluate(tokens);
      assert.equal(tree.sequence.reusedTokens, reused);
      const { tokens: best, logits } = await tree.sequence.logits({ top: 64 });
      const expected = await reference(tokens);
      const squares = logits.reduce((sum, logit, i) => sum + (logit - expected[best[i]!]!) ** 2, 0);
      assert.ok(Math.sqrt(squares / logits.length) < NOISE);
    }

    it("goes on from contexts of the tree", async () => {
      const n = prompt.length;
      await tree.evaluate([TokenContext.of(prompt).append(301), TokenContext.of(prompt).append(302)]);
      await goOn([...prompt, 301, 400], n + 1);
      await goOn([...prompt, 302, 400], n + 1);
      await goOn([...prompt, 301, 400, 401], n + 2);
      assert.equal(tree.work.tokens, n + 5);
    });

    it("leaves what it evaluated to the tree", async () => {
      await goOn([...prompt, 301], 0);
      await same([TokenContext.of([...prompt, 301, 302]), TokenContext.of([...prompt, 303])]);
      assert.equal(tree.work.tokens, prompt.length + 3);
    });

    it("evaluates the last of equal tokens again", async () => {
      await goOn(prompt, 0);
      await goOn(prompt, prompt.length - 1);
    });

    it("is at work when it returns, where it goes straight on", async () => {
      await tree.sequence.evaluate(prompt);
      const evaluation = tree.sequence.evaluate([...prompt, 301]);
      assert.equal(tree.work.decodes, 2);
      await evaluation;
      assert.equal(typeof (await tree.sequence.mostLikely()), "number");
    });

    it("has no logits once another evaluation has gone over them", async () => {
      await tree.sequence.evaluate(prompt);
      await tree.evaluate([TokenContext.of([300])]);
      await assert.rejects(tree.sequence.logits({ top: 1 }), /no logits/);
      await tree.sequence.evaluate(prompt);
      // This one is known.
      await tree.evaluate([TokenContext.of([300])]);
      await tree.sequence.logits({ top: 1 });
    });

    it("refuses more tokens than the context holds, and none", async () => {
      await assert.rejects(tree.sequence.evaluate(new Array<number>(257).fill(300)), InputError);
      await assert.rejects(tree.sequence.evaluate([]), /a token/);
    });

    it("can be cancelled, and disposed of alone", async () => {
      await assert.rejects(tree.sequence.evaluate(prompt, AbortSignal.abort()), CancelledError);
      await tree.sequence.dispose();
      await assert.rejects(tree.sequence.evaluate(prompt), /disposed/);
      await same([TokenContext.of(prompt)]);
    });
  });

  it("lets calls wait for each other", async () => {
    const parent = TokenContext.of(prompt);
    const [a, b] = await Promise.all([
      tree.evaluate([parent.append(301)]),
      tree.evaluate([parent.append(301), parent.append(302)]),
    ]);
    assert.equal(a[0], b[0]);
    assert.equal(tree.work.tokens, prompt.length + 2);
  });

  it("ends what it is at before it is disposed", async () => {
    const other = await model.openContextTree();
    const evaluation = other.evaluate([TokenContext.of(prompt)]);
    await other.dispose();
    assert.equal((await evaluation).length, 1);
    await assert.rejects(other.evaluate([TokenContext.of(prompt)]), /disposed/);
  });
});

/// A context's beginnings, shortest first, itself last.
function ancestors(context: TokenContext): TokenContext[] {
  const line: TokenContext[] = [];
  for (let at: TokenContext = context; at.parent !== undefined; at = at.parent) line.unshift(at);
  return line;
}
