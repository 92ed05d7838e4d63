import assert from "node:assert/strict";
import { setBits } from "../../src/base/bitset.ts";
import type { Random } from "../../src/decoding/random.ts";
import { EngineError } from "../../src/engine/engine.ts";
import { KernelGrammar } from "../../src/engine/kernel/compiled-grammar.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { LiveGrammar } from "../../src/engine/kernel/live-grammar.ts";
import {
  type Automaton,
  type EncodedAutomaton,
  encode,
  encodePart,
  FIRST_UNORDERED,
  FIRST_VIRTUAL,
  lower,
  lowerInSteps,
} from "../../src/grammar/automaton/index.ts";
import { type GrammarSource, parseSource } from "../../src/grammar/index.ts";
import { runAll } from "../../src/grammar/work.ts";
import { below, chance, pick } from "./pick.ts";
import type { FuzzTarget } from "./target.ts";
import { FUZZ_VOCABULARY } from "./vocabulary.ts";
import { walk } from "./walk.ts";

const LIMITS = { timeoutMs: 5000, memoryBytes: 8 << 20 };

// Grammars whose programs have every part that a program can have.
const SOURCES: readonly GrammarSource[] = [
  { kind: "ebnf", text: 'root ::= "\\"" ([^"\\\\] | "\\\\" ["\\\\nrt])* "\\"" ("," root)?' },
  { kind: "ebnf", text: 'root ::= "[" (item ("," item)*)? "]"\nitem ::= [a-z]{3,2000} | root | "é" | ""' },
  { kind: "gbnf", text: 'root ::= <think> [^<]* </think> (!<x> | "a"){0,40} tail\ntail ::= tail "y" | "z"' },
  { kind: "ebnf", text: 'root ::= e\ne ::= e [+*] e | [0-9]+ | "(" e ")" | [ ]{2,} e' },
  {
    kind: "json-schema",
    text: JSON.stringify({
      properties: {
        a: {},
        b: { $ref: "#" },
        c: { type: "array", uniqueItems: true, items: { enum: [1, 11, "x"] } },
      },
      required: ["b"],
      maxProperties: 4,
    }),
    propertyOrder: "any",
  },
];

type Bytes = Uint8Array<ArrayBuffer>;

const show = (bytes: Bytes) => Buffer.from(bytes).toString("base64");

/// A file with some of its 32-bit words changed, cut, added or moved.
function damaged(random: Random, file: Bytes): Bytes {
  let words = [...new Uint32Array(file.slice().buffer)];
  const edits = 1 + below(random, chance(random, 0.8) ? 3 : 40);
  for (let i = 0; i < edits; i++) {
    // The first words, which say how long everything is, matter most.
    const at = below(random, chance(random, 0.4) ? Math.min(words.length, 64) : words.length);
    switch (below(random, 6)) {
      case 0:
        words[at] = pick(random, [0, 1, 2, 255, 65536, 0x7fffffff, 0x80000000, 0xffffffff]);
        break;
      case 1:
        words[at] = words[at]! ^ (1 << below(random, 32));
        break;
      case 2:
        words[at] = (words[at]! + below(random, 9) - 4) >>> 0;
        break;
      case 3:
        words[at] = words[below(random, words.length)]!;
        break;
      case 4:
        words = [...words.slice(0, at), ...words.slice(at + 1 + below(random, 4))];
        break;
      default:
        words.splice(at, 0, random.nextUint32());
    }
  }
  return new Uint8Array(Uint32Array.from(words).buffer);
}

/// A changed word of the file is its old self again.
function* nearer(file: Bytes, original: Bytes): Generator<Bytes> {
  const words = new Uint32Array(file.slice().buffer);
  const old = new Uint32Array(original.slice().buffer);
  for (let i = 0; i < Math.min(words.length, old.length); i++) {
    if (words[i] === old[i]) continue;
    const next = words.slice();
    next[i] = old[i]!;
    yield new Uint8Array(next.buffer);
  }
}

/// The file of prechecks: whatever it holds, it is refused with a reason or serves without a trap.
export async function precheckFiles(wasm: Uint8Array): Promise<FuzzTarget<Bytes>> {
  const maker = new KernelEngine({ wasm });
  for (const source of SOURCES) {
    const made = await maker.compile(source, FUZZ_VOCABULARY);
    assert.ok(made.ok);
    while (!made.grammar.prepare(1e6));
  }
  const original = Uint8Array.from((await maker.savePrechecks(FUZZ_VOCABULARY))!);
  return {
    name: "prechecks",
    generate(random) {
      const file = damaged(random, original);
      if (chance(random, 0.1)) return file.slice(0, below(random, file.length + 1));
      if (chance(random, 0.8)) seal(file);
      return file;
    },
    async check(file, random) {
      const engine = new KernelEngine({ wasm, memoryBytes: 32 << 20 });
      const taken = await engine.loadPrechecks(FUZZ_VOCABULARY, file);
      assert.ok(typeof taken === "number" || taken !== "", "a number or a reason");
      for (const source of SOURCES) {
        const made = await engine.compile(source, FUZZ_VOCABULARY);
        assert.ok(made.ok);
        walk(made.grammar, random, 4, false);
        made.grammar.dispose();
      }
    },
    smaller: (file) => nearer(file, original),
    show,
  };
}

/// Makes the checksum right again, so that what comes behind it is looked at.
function seal(file: Bytes): void {
  const words = new Uint32Array(file.buffer);
  let hash = 0x811c9dc5;
  for (let i = 3; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  words[2] = hash >>> 0;
}

interface Program {
  readonly source: number;
  readonly bytes: Bytes;
}

/// The block that a grammar arrives in: whatever it holds, it is refused or can be walked without a trap.
export async function programs(wasm: Uint8Array): Promise<FuzzTarget<Program>> {
  const originals = SOURCES.map((source) => encoded(source));
  return {
    name: "programs",
    // A damaged program may force a text without end, which `forcedBytes` follows as far as it follows any.
    isSlow: true,
    generate(random) {
      const source = below(random, originals.length);
      return { source, bytes: damaged(random, bytesOf(originals[source]!.encoded.words)) };
    },
    async check({ source, bytes }, random) {
      const engine = new KernelEngine({ wasm, memoryBytes: 32 << 20 });
      const instance = await engine.prepare(FUZZ_VOCABULARY);
      const { automaton, encoded: original } = originals[source]!;
      const words = new Uint32Array(bytes.slice().buffer);
      try {
        const live = new LiveGrammar(instance, automaton, { ...original, words });
        const grammar = new KernelGrammar(SOURCES[source]!, FUZZ_VOCABULARY, live);
        walk(grammar, random, 4, false);
        grammar.dispose();
      } catch (error) {
        if (!(error instanceof EngineError) || error.diagnostic.code === "engine-trap") throw error;
      }
    },
    *smaller({ source, bytes }) {
      for (const next of nearer(bytes, bytesOf(originals[source]!.encoded.words)))
        yield { source, bytes: next };
    },
    show: ({ source, bytes }) => `${JSON.stringify(SOURCES[source])}, program ${show(bytes)}`,
  };
}

/// What a rule that is lowered late arrives in: the same.
export function parts(wasm: Uint8Array): FuzzTarget<Bytes> {
  const begin = "<t>";
  const items = { anyOf: [{ type: "string", maxLength: 99 }, { $ref: "#" }] };
  const schema = { properties: { a: { type: "array", items }, b: {} }, required: ["a"] };
  const content = { type: "json_schema", json_schema: schema, any_order: true };
  const tag = { type: "tag", begin, content, end: "</t>" };
  const format = { type: "triggered_tags", triggers: ["<"], tags: [tag] };
  const text = JSON.stringify({ type: "structural_tag", format });
  const { grammar } = parseSource({ kind: "structural-tag", text }, "allowed", {}, true);
  const budget = { now: () => 0, deadline: 1, maxStates: 1_000_000 };
  const automaton = runAll(lowerInSteps(grammar!, budget, true));
  const whole = encode(automaton, [])!;
  const late = automaton.late!.rules[0]!;
  const waiting = whole.known.numbers[automaton.rules[late.rule]!.entry]!;
  const part = automaton.late!.lowered(late, (rule) =>
    encodePart(automaton, whole, late, rule, {
      firstState: whole.stateCount,
      firstVirtual: FIRST_VIRTUAL,
      firstUnordered: FIRST_UNORDERED,
    }),
  );
  const original = bytesOf(part.words);
  return {
    name: "parts",
    generate: (random) => damaged(random, original),
    async check(bytes, random) {
      const instance = await new KernelEngine({ wasm, memoryBytes: 32 << 20 }).prepare(FUZZ_VOCABULARY);
      const { exports } = instance;
      const address = instance.load(whole.words);
      const start = exports.start(address);
      assert.ok(start !== 0);
      const isLoaded = instance.loadPart(address, new Uint32Array(bytes.slice().buffer), waiting);
      const inside = [...Buffer.from(begin)];
      let config = start;
      for (const byte of inside) {
        instance.bytesAt(exports.input_address(), 1)[0] = byte;
        const taken = exports.accept_input(address, config, 1);
        // Without the part nothing goes on behind the beginning.
        assert.ok(taken === 1 || exports.lastFailure() !== 0);
        if (taken === 0) return;
        config = exports.stepped();
      }
      assert.ok(isLoaded, "went on without the part");
      for (let step = 0; step < 6 && exports.fill(address, config) >= 0; step++) {
        const allowed = [...setBits(instance.mask)].filter((token) => instance.kinds[token] === 0);
        if (allowed.length === 0) return;
        const next = exports.accept(address, config, pick(random, allowed));
        if (next === 0) return;
        config = next;
      }
    },
    smaller: (bytes) => nearer(bytes, original),
    show,
  };
}

const bytesOf = (words: Uint32Array) => new Uint8Array(words.slice().buffer);

function encoded(source: GrammarSource): {
  readonly automaton: Automaton;
  readonly encoded: EncodedAutomaton;
} {
  assert.ok(source.kind !== "structural-tag");
  const { grammar } = parseSource(source, "allowed", {}, true);
  assert.ok(grammar);
  const budget = { now: () => 0, deadline: 1, maxStates: LIMITS.memoryBytes / 256 };
  const automaton = lower(grammar, budget);
  const ids = automaton.tokenSets.map(({ tokens }) =>
    tokens.map((name) => {
      for (let id = 0; id < FUZZ_VOCABULARY.size; id++)
        if (
          FUZZ_VOCABULARY.kind(id) === "special" &&
          Buffer.from(FUZZ_VOCABULARY.bytes(id)).toString() === name
        )
          return id;
      throw new Error(`no token ${name}`);
    }),
  );
  const made = encode(automaton, ids);
  assert.ok(made);
  return { automaton, encoded: made };
}
