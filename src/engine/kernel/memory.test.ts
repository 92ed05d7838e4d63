import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { bitsetWords } from "../../base/bitset.ts";
import { llama3 } from "../../tokenizer/llama3.ts";
import type { KernelGrammar } from "./compiled-grammar.ts";
import { KernelEngine } from "./engine.ts";

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);
const MB = 1024 * 1024;

/// Objects with strings, numbers, lists and choices, no two alike.
function schema(i: number): string {
  const kinds = (k: number): object[] => [
    { type: "string", maxLength: 20 + k },
    { type: "number" },
    { type: "array", items: { type: "integer", minimum: k }, maxItems: 5 + k },
    { enum: [`a${i}`, `b${i}`, `c${k}`] },
    { type: "string", pattern: `^[a-z]{1,${k + 2}}-[0-9]+$` },
    { type: ["boolean", "null"] },
  ];
  const members = Array.from({ length: 2 + (i % 12) }, (_, k) => [`field_${i}_${k}`, kinds(k)[(i + k) % 6]!]);
  return JSON.stringify({
    type: "object",
    properties: Object.fromEntries(members),
    required: [members[0]![0]],
  });
}

describe("the kernel's memory", () => {
  const { vocabulary } = llama3();
  const mask = new Uint32Array(bitsetWords(vocabulary.size));

  async function compiled(engine: KernelEngine, i: number): Promise<KernelGrammar> {
    const source = { kind: "json-schema", text: schema(i), whitespace: "spaced" } as const;
    const result = await engine.compile(source, vocabulary);
    assert.ok(result.ok, JSON.stringify(result.diagnostics));
    return result.grammar;
  }

  /// Makes masks along what the grammar allows: always the token that is a fifth through.
  function use(grammar: KernelGrammar, steps: number): void {
    const matcher = grammar.createMatcher();
    for (let step = 0; step < steps && !matcher.isTerminated(); step++) {
      matcher.fillTokenMask(mask);
      const from = Math.floor(vocabulary.size / 5);
      let taken = false;
      for (let i = 0; i < vocabulary.size && !taken; i++) {
        const id = (from + i) % vocabulary.size;
        if ((mask[id >>> 5]! >>> (id & 31)) & 1) taken = matcher.acceptToken(id);
      }
      if (!taken) break;
    }
    matcher.dispose();
  }

  it("is under 40 MB for Llama 3's vocabulary and 100 live grammars", async function () {
    this.timeout(0);
    const engine = new KernelEngine({ wasm });
    const { exports } = await engine.prepare(vocabulary);
    const live: KernelGrammar[] = [];
    for (let i = 0; i < 100; i++) {
      const grammar = await compiled(engine, i);
      use(grammar, 30);
      live.push(grammar);
    }
    const bytes = exports.memory.buffer.byteLength;
    assert.ok(bytes < 40 * MB, `${(bytes / MB).toFixed(1)} MB`);
    for (const grammar of live) grammar.dispose();
  });

  it("is used again after grammars of all sizes came and went, in any order", async function () {
    this.timeout(0);
    const engine = new KernelEngine({ wasm });
    const { exports } = await engine.prepare(vocabulary);
    const inUse = () => exports.live_bytes() - exports.precheck_bytes();
    const before = inUse();
    const sizes: number[] = [];
    for (let round = 0; round < 4; round++) {
      const live: KernelGrammar[] = [];
      for (let i = 0; i < 30; i++) {
        const grammar = await compiled(engine, (i * 7 + round * 11) % 100);
        use(grammar, 10 + ((i * 13) % 40));
        live.push(grammar);
        // Every third one goes while the others stay.
        if (i % 3 === 2) live.splice((i * 5) % live.length, 1)[0]!.dispose();
      }
      for (const grammar of live) grammar.dispose();
      sizes.push(exports.memory.buffer.byteLength);
    }
    // A record's head, and what its block is rounded up by, are not counted as its own.
    const rest = inUse() - before - exports.precheck_count() * 32;
    assert.ok(rest <= 0, `${rest} bytes are still in use`);
    const grown = (sizes[3]! - sizes[1]!) / MB;
    assert.ok(grown <= 2, `grew by ${grown} MB in the last two rounds`);
  });
});
