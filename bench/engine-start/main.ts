// node bench/common/run.mjs engine-start [--vocabulary NAME] [--repeat N] [--data FILE.jsonl.gz] [--json]
//
// How long the engine takes until it is ready for a vocabulary (cold, and with a file of prechecks), how
// large the kernel is, and what one vocabulary and 100 live grammars need of memory. Each measurement is
// made in a process of its own. `--data` takes the grammars from a MaskBench file.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { EngineMemory, EngineStart } from "./child.ts";

const { values } = parseArgs({
  options: {
    vocabulary: { type: "string", multiple: true, default: ["llama3", "o200k_base"] },
    repeat: { type: "string", default: "5" },
    data: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

const childFile = fileURLToPath(new URL("./child.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tokensieve-engine-start-"));
const child = <T>(...options: string[]): T =>
  JSON.parse(
    execFileSync(process.execPath, ["--expose-gc", childFile, ...options], { encoding: "utf8" }),
  ) as T;

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

function measure(vocabulary: string) {
  const file = join(folder, `${vocabulary}.prechecks`);
  const memory = child<EngineMemory>("memory", vocabulary, file, values.data ?? "");
  child("file", vocabulary, file);
  const starts = (mode: "cold" | "cached") =>
    Array.from({ length: Number(values.repeat) }, () => child<EngineStart>(mode, vocabulary, file));
  const [cold, cached] = [starts("cold"), starts("cached")];
  const exampleMedian = (of: keyof EngineStart, list: readonly EngineStart[]) =>
    median(list.map((s) => s[of]));
  return {
    vocabulary,
    tokens: memory.tokens,
    coldMs: median(cold.map(({ readyMs }) => readyMs)),
    coldFirstMaskMs: median(cold.map(({ firstMaskMs }) => firstMaskMs)),
    coldStringMaskMs: median(cold.map(({ stringMaskMs }) => stringMaskMs)),
    cachedMs: median(cached.map(({ readyMs }) => readyMs)),
    cachedFirstMaskMs: median(cached.map(({ firstMaskMs }) => firstMaskMs)),
    cachedStringMaskMs: median(cached.map(({ stringMaskMs }) => stringMaskMs)),
    coldExampleMasksMs: exampleMedian("exampleMasksMs", cold),
    cachedExampleMasksMs: exampleMedian("exampleMasksMs", cached),
    coldExampleUserMs: exampleMedian("exampleUserMs", cold),
    cachedExampleUserMs: exampleMedian("exampleUserMs", cached),
    cacheBytes: statSync(file).size,
    memory,
  };
}

try {
  const kernelBytes = statSync("out/kernel/kernel.wasm").size;
  const engines = values.vocabulary.map(measure);
  if (values.json) console.log(JSON.stringify({ kernelBytes, engines }, undefined, 2));
  else {
    console.log(`kernel: ${kernelBytes} bytes of WebAssembly`);
    for (const engine of engines) console.log(engine);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
