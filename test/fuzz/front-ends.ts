import assert from "node:assert/strict";
import type { Random } from "../../src/decoding/random.ts";
import { type CompileResult, EngineError } from "../../src/engine/engine.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import {
  type GrammarKind,
  type GrammarSource,
  type JsonStyle,
  parseEbnf,
  parseGbnf,
  parseRegex,
  parseSource,
  printEbnf,
  printGbnf,
  type WorkBudget,
} from "../../src/grammar/index.ts";
import { checkDiagnostics } from "./check-diagnostics.ts";
import { EBNF, GBNF, LARK, REGEX } from "./grammar-texts.ts";
import { chance, pick } from "./pick.ts";
import { someSchemaText } from "./schemas.ts";
import { shorter } from "./shrink.ts";
import { someTagText } from "./structural-tags.ts";
import type { FuzzTarget } from "./target.ts";
import { someText, type TextMaterial } from "./texts.ts";
import { FUZZ_VOCABULARY } from "./vocabulary.ts";
import { walk } from "./walk.ts";

/// What a random grammar may cost: enough for all that is not hostile, little enough for 100,000 of them.
const LIMITS = { timeoutMs: 800, memoryBytes: 8 << 20 };
const KERNEL_BYTES = 64 << 20;
/// Limits of one text's way through a grammar; a trap is none of them.
const ENGINE_LIMITS = ["engine-memory", "engine-ambiguity"];

/// Every front end: a random text gets diagnostics or a grammar, which can be compiled and walked; and the
/// printers on what they all make.
export function frontEnds(wasm: Uint8Array): FuzzTarget<GrammarSource>[] {
  // One engine for all: what a grammar does to the engine shows in those that come after it.
  let engine = new KernelEngine({ wasm, memoryBytes: KERNEL_BYTES });
  const target = (kind: GrammarKind, generate: (random: Random) => GrammarSource) => ({
    name: kind,
    generate,
    check: async (source: GrammarSource, random: Random) => {
      try {
        await check(engine, source, random);
      } catch (error) {
        engine = new KernelEngine({ wasm, memoryBytes: KERNEL_BYTES });
        throw error;
      }
    },
    smaller: (source: GrammarSource) =>
      [...shorter(source.text, (text, from, to) => text.slice(0, from) + text.slice(to))].map((text) => ({
        ...source,
        text,
      })),
    show: (source: GrammarSource) => JSON.stringify(source),
  });
  const texts = (kind: "ebnf" | "gbnf" | "lark" | "regex", material: TextMaterial) =>
    target(kind, (random) => ({ kind, text: someText(random, material) }));
  const targets: FuzzTarget<GrammarSource>[] = [
    texts("ebnf", EBNF),
    texts("gbnf", GBNF),
    texts("lark", LARK),
    texts("regex", REGEX),
    target("json-schema", (random) => ({
      kind: "json-schema",
      text: someSchemaText(random),
      ...someStyle(random),
      propertyOrder: pick(random, ["schema", "any"]),
      ...(chance(random, 0.3) ? { lenient: ["uniqueItems", "not", "pattern", "format", "if"] } : {}),
      ...(chance(random, 0.2) ? { allowSchemaMember: true } : {}),
    })),
    target("structural-tag", (random) => ({
      kind: "structural-tag",
      text: someTagText(random),
      ...someStyle(random),
    })),
  ];
  const printers: FuzzTarget<GrammarSource> = {
    ...targets[0]!,
    name: "printers",
    isSlow: true,
    generate: (random) => pick(random, targets).generate(random),
    check: checkPrinted,
  };
  return [...targets, printers];
}

function budget(): WorkBudget {
  return { now: () => performance.now(), deadline: performance.now() + LIMITS.timeoutMs };
}

function someStyle(random: Random): JsonStyle {
  return {
    whitespace: pick(random, ["compact", "flexible", "spaced", "indent"]),
    indent: pick(random, [1, 2, "tab"]),
    indentDepth: pick(random, [1, 3, 32]),
    escapes: pick(random, ["any", "any", "needed", "ascii"]),
  };
}

async function check(engine: KernelEngine, source: GrammarSource, random: Random): Promise<void> {
  // Patterns of other notations are read as parts of a text, or searched for.
  if (source.kind === "regex")
    for (const options of [{ anchored: false }, { isPart: true, flags: "is" }])
      checkDiagnostics(source.text, parseRegex(source.text, options).diagnostics);
  const { grammar, diagnostics } = parseSource(source, "allowed", budget());
  const result = grammar
    ? await engine.compileGrammar(grammar, source, FUZZ_VOCABULARY, LIMITS, diagnostics)
    : ({ ok: false, diagnostics } as const satisfies CompileResult);
  const errors = result.diagnostics.filter((d) => d.severity === "error");
  checkDiagnostics(source.text, result.diagnostics);
  assert.equal(result.ok, errors.length === 0, "a grammar or an error");
  if (!result.ok) return;
  try {
    walk(result.grammar, random);
  } catch (error) {
    if (!(error instanceof EngineError && ENGINE_LIMITS.includes(error.diagnostic.code))) throw error;
  } finally {
    result.grammar.dispose();
  }
}

/// Whatever grammar a front end made is printed, or refused with a reason, and can be read again.
async function checkPrinted(source: GrammarSource): Promise<void> {
  const { grammar } = parseSource(source, "allowed", budget());
  if (grammar === undefined) return;
  for (const [print, parse] of [
    [printEbnf, parseEbnf],
    [printGbnf, parseGbnf],
  ] as const) {
    const printed = print(grammar, { budget: budget() });
    assert.ok(printed.text !== undefined || printed.diagnostics.length > 0, "printed or an error");
    checkDiagnostics(source.text, printed.diagnostics);
    if (printed.text !== undefined) assert.ok(parse(printed.text).grammar, "what is printed can be read");
  }
}
