// Measures structural tags of one engine, a task at a time, in a process of its own: see main.ts.
import { bitsetWords, hasBit } from "../../src/base/bitset.ts";
import { loadBuiltInTokenizer, type Vocabulary } from "../../src/tokenizer/index.ts";
import { type BenchGrammar, type BenchMatcher, benchGrammar, readyKernel } from "../common/bench-grammar.ts";
import { benchXGrammar, PlainXGrammar } from "../common/xgrammar.ts";
import { makeAnswer } from "./answers.ts";
import type { Measurement, Task } from "./measurement.ts";

type Compile = (tag: string) => Promise<BenchGrammar>;

async function loadKernel(vocabulary: Vocabulary): Promise<Compile> {
  const engine = await readyKernel(vocabulary);
  return async (text) => {
    const result = await engine.compile({ kind: "structural-tag", text }, vocabulary);
    if (!result.ok) throw new Error(result.diagnostics.map((d) => d.message).join("; "));
    return benchGrammar(result.grammar);
  };
}

async function loadXGrammar(vocabulary: Vocabulary): Promise<Compile> {
  const engine = await PlainXGrammar.load(vocabulary);
  return async (text) => benchXGrammar(await engine.structuralTag(text));
}

const tokenizer = await loadBuiltInTokenizer("llama3");
const { vocabulary } = tokenizer;
const mask = new Uint32Array(bitsetWords(vocabulary.size));
const compile = await (process.argv[2] === "xgrammar" ? loadXGrammar : loadKernel)(vocabulary);

const userMs = () => process.cpuUsage().user / 1000;

/// Follows the answer. `masks` gets microseconds a mask, by the kind of its part.
async function follow(
  matcher: BenchMatcher,
  parts: ReturnType<typeof makeAnswer>["parts"],
  masks: Record<"free" | "call", number[]>,
): Promise<number> {
  let refused = 0;
  // Tokens may span parts: a token belongs to the part that it begins in.
  const ends: { readonly at: number; readonly kind: "free" | "call" }[] = [];
  let text = "";
  for (const part of parts) {
    text += part.text;
    ends.push({ at: Buffer.byteLength(text), kind: part.kind });
  }
  let at = 0;
  for (const token of tokenizer.encode(text)) {
    const kind = ends.find((end) => at < end.at)!.kind;
    const before = performance.now();
    await matcher.fill(mask);
    masks[kind].push((performance.now() - before) * 1000);
    if (!hasBit(mask, token)) refused++;
    if (!matcher.accept(token)) return refused + 1;
    at += vocabulary.bytes(token).length;
  }
  return refused;
}

async function measure({ tools, rounds }: Task): Promise<Measurement> {
  const { tag, parts } = makeAnswer(tools);
  const ttfm: number[] = [];
  const ttfmUser: number[] = [];
  const compileTimes: number[] = [];
  const masks = { free: [], call: [] };
  const again = { free: [], call: [] };
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const user = userMs();
    const start = performance.now();
    const compiled = await compile(tag);
    compileTimes.push(performance.now() - start);
    const matcher = await compiled.createMatcher();
    await matcher.fill(mask);
    ttfm.push(performance.now() - start);
    ttfmUser.push(userMs() - user);
    refused += await follow(matcher, parts, masks);
    matcher.dispose();
    const second = await compiled.createMatcher();
    refused += await follow(second, parts, again);
    second.dispose();
    compiled.dispose();
  }
  return {
    tools,
    tagBytes: Buffer.byteLength(tag),
    compile: compileTimes,
    ttfm,
    ttfmUser,
    masks,
    again,
    refused,
  };
}

process.on("message", (task: Task) => {
  measure(task).then(
    (measurement) => process.send!(measurement),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send!({ ready: true });
