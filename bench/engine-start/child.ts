// One measurement of main.ts in a process of its own: MODE VOCABULARY FILE [DATA].
import { readFileSync, writeFileSync } from "node:fs";
import { bitsetWords } from "../../src/base/bitset.ts";
import type { KernelGrammar } from "../../src/engine/kernel/compiled-grammar.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import type { GrammarSource } from "../../src/grammar/index.ts";
import { MAX_PRECHECK_FILE_BYTES } from "../../src/service/precheck-files.ts";
import type { Vocabulary } from "../../src/tokenizer/vocabulary.ts";
import { loadTokenizer } from "../common/vocabularies.ts";
import { readDataset } from "../maskbench/dataset.ts";

/// Until the engine is ready for the vocabulary (with its file), until it has the first mask of a first
/// grammar after that, and until it has the first mask inside of a string after that.
export interface EngineStart {
  readonly readyMs: number;
  readonly firstMaskMs: number;
  readonly stringMaskMs: number;
  /// All masks along the examples of some shipped grammars, and the user CPU time of that with compiling them
  /// and with loading the file.
  readonly exampleMasksMs: number;
  readonly exampleUserMs: number;
}

/// Memory of a vocabulary and of 100 live grammars with it, in bytes.
export interface EngineMemory {
  readonly tokens: number;
  readonly grammars: number;
  /// The kernel's memory, and what it has in use of it, with the vocabulary alone and with the grammars.
  readonly vocabularyMemory: number;
  readonly vocabularyInUse: number;
  readonly kernelMemory: number;
  readonly kernelInUse: number;
  /// What the process has more than before the engine started: all of it, JavaScript's heap, and what is
  /// outside of that heap (the kernel's memory included).
  readonly process: number;
  readonly heap: number;
  readonly external: number;
}

const GRAMMARS = 100;
const PERSON = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer", minimum: 0 } },
  required: ["name"],
};

/// Shipped grammars with wide states.
const SHIPPED = ["csv", "markdown-table", "sql-select", "ts-interface", "conventional-commit"];

const [mode, name, file, data] = process.argv.slice(2) as [string, string, string, string?];
const tokenizer = await loadTokenizer(name);
const { vocabulary } = tokenizer;
const wasm = readFileSync("out/kernel/kernel.wasm");
const schemaSource = (text: string): GrammarSource => ({ kind: "json-schema", text, whitespace: "spaced" });
console.log(JSON.stringify(await (mode === "memory" ? memory() : mode === "file" ? write() : start())));

/// Follows the examples of shipped grammars. Returns what the masks took, in milliseconds.
async function followExamples(engine: KernelEngine): Promise<number> {
  const mask = new Uint32Array(bitsetWords(vocabulary.size));
  let ms = 0;
  for (const id of SHIPPED) {
    const text = readFileSync(`grammars/${id}/${id}.ebnf`, "utf8");
    const result = await engine.compile({ kind: "ebnf", text }, vocabulary);
    if (!result.ok) throw new Error(result.diagnostics.map((d) => d.message).join("; "));
    const examples = JSON.parse(readFileSync(`grammars/${id}/examples.json`, "utf8")) as {
      readonly accept: readonly string[];
    };
    for (const example of examples.accept) {
      const matcher = result.grammar.createMatcher();
      for (const token of tokenizer.encode(example)) {
        const before = performance.now();
        matcher.fillTokenMask(mask);
        ms += performance.now() - before;
        matcher.acceptToken(token);
      }
      matcher.dispose();
    }
    result.grammar.dispose();
  }
  return ms;
}

/// Writes the file that the service would have kept.
async function write(): Promise<{ readonly bytes: number }> {
  const engine = new KernelEngine({ wasm });
  await compiled(engine, vocabulary, JSON.stringify(PERSON));
  await followExamples(engine);
  const prechecks = (await engine.savePrechecks(vocabulary, MAX_PRECHECK_FILE_BYTES))!;
  writeFileSync(file, prechecks);
  return { bytes: prechecks.length };
}

async function start(): Promise<EngineStart> {
  const engine = new KernelEngine({ wasm });
  const begin = performance.now();
  await engine.prepare(vocabulary);
  const user = process.cpuUsage().user;
  if (mode === "cached") await engine.loadPrechecks(vocabulary, readFileSync(file));
  const ready = performance.now();
  const grammar = await compiled(engine, vocabulary, JSON.stringify(PERSON));
  const mask = new Uint32Array(bitsetWords(vocabulary.size));
  const matcher = grammar.createMatcher();
  matcher.fillTokenMask(mask);
  const first = performance.now();
  matcher.acceptBytes(new TextEncoder().encode('{"name": "'));
  matcher.fillTokenMask(mask);
  const string = performance.now();
  const loaded = process.cpuUsage().user - user;
  const before = process.cpuUsage().user;
  const exampleMasksMs = await followExamples(engine);
  return {
    readyMs: ready - begin,
    firstMaskMs: first - ready,
    stringMaskMs: string - first,
    exampleMasksMs,
    exampleUserMs: (loaded + process.cpuUsage().user - before) / 1000,
  };
}

async function memory(): Promise<EngineMemory> {
  const schemas = await someSchemas();
  const mask = new Uint32Array(bitsetWords(vocabulary.size));
  const collect = () => (globalThis as { gc?: () => void }).gc?.();
  collect();
  const before = process.memoryUsage();
  const engine = new KernelEngine({ wasm });
  const { exports } = await engine.prepare(vocabulary);
  const vocabularyMemory = exports.memory.buffer.byteLength;
  const vocabularyInUse = exports.live_bytes();
  const live: KernelGrammar[] = [];
  for (const schema of schemas) {
    if (live.length === GRAMMARS) break;
    const result = await engine.compile(schemaSource(schema), vocabulary);
    if (!result.ok) continue;
    const matcher = result.grammar.createMatcher();
    matcher.fillTokenMask(mask);
    matcher.dispose();
    while (!result.grammar.prepare(10_000));
    live.push(result.grammar);
  }
  collect();
  const after = process.memoryUsage();
  return {
    tokens: vocabulary.size,
    grammars: live.length,
    vocabularyMemory,
    vocabularyInUse,
    kernelMemory: exports.memory.buffer.byteLength,
    kernelInUse: exports.live_bytes(),
    process: after.rss - before.rss,
    heap: after.heapUsed - before.heapUsed,
    external: after.external - before.external,
  };
}

async function compiled(engine: KernelEngine, to: Vocabulary, schema: string): Promise<KernelGrammar> {
  const result = await engine.compile(schemaSource(schema), to);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("; "));
  return result.grammar;
}

/// Schemas of the data set, or as many made up ones: objects with strings, numbers, lists and choices.
async function someSchemas(): Promise<string[]> {
  const schemas: string[] = [];
  if (data) {
    for await (const { schema } of readDataset(data)) if (schemas.push(schema) === 2 * GRAMMARS) break;
    return schemas;
  }
  for (let i = 0; i < GRAMMARS; i++) {
    const properties: Record<string, unknown> = { [`person_${i}`]: PERSON };
    for (let k = 0; k <= i % 12; k++) {
      const kinds = [
        { type: "string", maxLength: 20 + k },
        { type: "number" },
        { type: "array", items: PERSON, maxItems: 5 },
        { enum: [`a${i}`, `b${i}`, `c${k}`] },
        { type: "string", pattern: `^[a-z]{1,${k + 2}}-[0-9]+$` },
        { type: ["boolean", "null"] },
      ];
      properties[`field_${i}_${k}`] = kinds[(i + k) % kinds.length];
    }
    schemas.push(JSON.stringify({ type: "object", properties, required: [`person_${i}`] }));
  }
  return schemas;
}
