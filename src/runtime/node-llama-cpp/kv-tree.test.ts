import assert from "node:assert/strict";
import type { LlamaContext, LlamaModel } from "node-llama-cpp";
import { TokenContext } from "../../bytes/index.ts";
import { AllLogitsReader } from "./all-logits.ts";
import { backend } from "./backend.ts";
import { planEvaluation } from "./evaluation-plan.ts";
import { type KvNode, KvTree } from "./kv-tree.ts";
import { type NativeContext, nativeContext } from "./native.ts";
import { TreeCache } from "./tree-cache.ts";

const bundled = `${process.env.TOKENSIEVE_ROOT}models/tokensieve-mini.gguf`;

/// The cache of a model whose state has a fixed size forgets all or nothing. No such model is at hand:
/// this is the real cache, with the answer that such a one gives.
function withoutWayBack(native: NativeContext): NativeContext {
  return new Proxy(native, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (name === "removeTokenCellsFromSequence") {
        return (sequence: number, start: number, end: -1) =>
          start === 0 && target.removeTokenCellsFromSequence(sequence, start, end);
      }
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

describe("a tree in a cache", () => {
  let model: LlamaModel;
  before(async () => {
    model = await (await backend("cpu")).loadModel({ modelPath: bundled });
  });
  const contexts: LlamaContext[] = [];
  // A model waits for its contexts.
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.dispose();
  });
  after(() => model.dispose());

  async function open(
    capacity: number,
    canBranch = true,
    change: (native: NativeContext) => NativeContext = (n) => n,
  ) {
    const context = await model.createContext({ contextSize: 4096, sequences: 1, batchSize: 64, threads: 1 });
    contexts.push(context);
    const native = nativeContext(context);
    const tree = new KvTree(change(native), { capacity, canBranch, exclusive: undefined });
    const cache = new TreeCache(tree, 64);
    const reader = new AllLogitsReader(await backend("cpu"), model, native, 6144);
    return {
      cache,
      async evaluate(asked: readonly TokenContext[]): Promise<Float32Array[]> {
        const nodes = asked.map((context) =>
          context.tokens().reduce((node, token) => node.child(token), tree.root),
        );
        const rows = new Map<KvNode, Float32Array>();
        for (const chain of planEvaluation(nodes)) {
          await cache.evaluate(
            chain,
            (node) => nodes.includes(node),
            undefined,
            async (batch, indexes) => {
              const read = await reader.read(indexes);
              batch.forEach((node, i) => {
                rows.set(node, read[i]!);
              });
            },
          );
        }
        return nodes.map((node) => rows.get(node)!);
      },
    };
  }

  const start = TokenContext.of([500, 1200, 700, 3000, 411, 2222, 980, 5000]);
  const [a, b] = [start.append(301), start.append(302)];
  const requests = [[start], [a, b], [b.append(400), a.append(400)], [start], [a.append(401).append(402), b]];

  const check = (
    name: string,
    canBranch: boolean,
    change: ((native: NativeContext) => NativeContext) | undefined,
    tokens: number,
  ) =>
    it(name, async () => {
      const usual = await open(4096);
      const other = await open(4096, canBranch, change);
      for (const request of requests) same(await other.evaluate(request), await usual.evaluate(request));
      assert.equal(other.cache.tokens, tokens);
    });
  // No rows are kept here: those asked for again are evaluated again.
  check("each token once, and those asked for again", true, undefined, 8 + 2 + 2 + 1 + 3);
  check("without marks, what was left behind is evaluated again", false, undefined, 8 + 2 + 3 + 1 + 4);
  check(
    "without a way back, each branch is but the one at hand",
    false,
    withoutWayBack,
    8 + (1 + 9) + (1 + 10) + 8 + (3 + 9),
  );

  it("goes back to the branch used least recently when no sequence is free", async function () {
    this.timeout(120_000);
    const { evaluate } = await open(4096);
    // One more than there are sequences to save branches in: the last is where we are.
    const branches = Array.from({ length: 256 }, (_, i) => start.append(1000 + i));
    const rows: Float32Array[] = [];
    for (const branch of branches) rows.push(...(await evaluate([branch])));
    const again = await evaluate([branches[0]!.append(400)]);
    const usual = await open(4096);
    same(again, await usual.evaluate([branches[0]!.append(400)]));
    same(await evaluate(branches.slice(0, 3)), rows.slice(0, 3));
  });

  it("evaluates again what found no room", async function () {
    this.timeout(120_000);
    const ample = await open(4096);
    const tight = await open(64);
    const random = lcg(7);
    const pool = [start];
    for (let round = 0; round < 30; round++) {
      const asked = Array.from({ length: 4 }, () => {
        let context = pool[Math.floor(random() * pool.length)]!;
        // Now and then as another object, and from far above.
        if (random() < 0.2) {
          context = TokenContext.of(context.tokens().slice(0, 1 + random() * context.length));
        }
        const steps = Math.floor(random() * (random() < 0.2 ? 40 : 3));
        for (let s = 0; s < steps && context.length < 64; s++) {
          context = context.append(300 + Math.floor(random() * 5000));
        }
        pool.push(context);
        return context;
      });
      same(await tight.evaluate(asked), await ample.evaluate(asked));
    }
    assert.ok(tight.cache.tokens > ample.cache.tokens);
  });
});

/// Root-mean-square of what rounding does to a row, at most; see context-tree-model.test.ts.
const NOISE = 0.1;

function same(rows: readonly Float32Array[], expected: readonly Float32Array[]): void {
  for (const [i, row] of rows.entries()) {
    const squares = row.reduce((sum, logit, t) => sum + (logit - expected[i]![t]!) ** 2, 0);
    assert.ok(Math.sqrt(squares / row.length) < NOISE);
  }
}

/// Numbers in [0, 1), the same ones each time.
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
