// A child process of the bench: answers one schema at a time, so that one that hangs or kills the
// engine stops nothing else.
import { llama3 } from "../../src/tokenizer/llama3.ts";
import { type BenchEngineName, loadEngine } from "./bench-engine.ts";
import type { BenchSchema } from "./dataset.ts";
import { measure } from "./measure.ts";

const tokenizer = llama3();
const engine = await loadEngine(process.argv[2] as BenchEngineName, tokenizer.vocabulary);
process.on("message", async (schema: BenchSchema) => {
  const outcome = await measure(engine, tokenizer, schema);
  process.send!({ outcome, memory: process.memoryUsage().rss });
});
process.send!({ ready: true, memory: process.memoryUsage().rss });
