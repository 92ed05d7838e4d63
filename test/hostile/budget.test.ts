import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CancelledError, type CancelSignal } from "../../src/base/cancellation.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import {
  type GrammarSource,
  parseSource,
  parseSourceInSteps,
  printEbnf,
  printGbnf,
} from "../../src/grammar/index.ts";
import { byteVocabulary } from "../../src/service/byte-vocabulary.ts";
import { checkDiagnostics } from "../fuzz/check-diagnostics.ts";
import { HOSTILE_CASES } from "./grammars.ts";

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);

/// A signal that fires at the n-th look at it: cancelling at a certain point of the work, whatever
/// the machine's speed.
class CountedSignal implements CancelSignal {
  looks = 0;
  readonly #firesAt: number;
  constructor(firesAt: number) {
    this.#firesAt = firesAt;
  }
  get aborted(): boolean {
    return ++this.looks >= this.#firesAt;
  }
  addEventListener(): void {}
  removeEventListener(): void {}
}

/// Grammars that take long to read.
const LONG = [
  "ebnf: 100k alternatives",
  "gbnf: 100k rules, each calling the next",
  "lark: 10k alternatives nested in pairs",
  "regex: 100k alternatives",
  "json-schema: enum of 100,000",
  "json-schema: a list 10,000 $refs long",
  "json-schema: 2³⁰ conjunctions",
];

function sourceOf(title: string): GrammarSource {
  const found = HOSTILE_CASES.find((c) => c.title === title);
  assert.ok(found, title);
  return found.source();
}

/// A structural tag with what takes long in it.
const TAG: GrammarSource = {
  kind: "structural-tag",
  text: JSON.stringify({
    type: "structural_tag",
    format: {
      type: "json_schema",
      json_schema: { enum: Array.from({ length: 50_000 }, (_, i) => `value ${i}`) },
    },
  }),
};

describe("a grammar that takes long to read", () => {
  const sources = [
    ...LONG.map((title) => [title, () => sourceOf(title)] as const),
    ["a tag", () => TAG] as const,
  ];
  for (const [title, read] of sources) {
    it(`${title}: ends where its budget is used up, and says where`, () => {
      const source = read();
      for (const maxWork of [1, 5000]) {
        const { grammar, diagnostics } = parseSource(source, "allowed", { maxWork });
        const errors = diagnostics.filter((d) => d.severity === "error");
        assert.equal(grammar, undefined);
        assert.deepEqual(
          errors.map((d) => d.code),
          ["compile-timeout"],
        );
        checkDiagnostics(source.text, diagnostics);
        assert.ok(errors[0]?.location);
      }
    });
    it(`${title}: is cancelled on its way`, () => {
      const source = read();
      for (const firesAt of [1, 2, 3]) {
        const signal = new CountedSignal(firesAt);
        assert.throws(() => parseSource(source, "allowed", { signal }), CancelledError);
        assert.equal(signal.looks, firesAt);
      }
    });
  }

  it("lets others run while it is read", async () => {
    const source = sourceOf("json-schema: enum of 100,000");
    const engine = new KernelEngine({ wasm });
    const abort = new AbortController();
    setImmediate(() => abort.abort());
    await assert.rejects(engine.compile(source, byteVocabulary(), { signal: abort.signal }), CancelledError);
  });
});

/// Large texts of each notation.
const many = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i));
const LARGE: readonly GrammarSource[] = [
  {
    kind: "ebnf",
    text: many(30_000, (i) => `${i === 0 ? "root" : `r${i}`} ::= "x${i}" [a-z]+ (root | "y")`).join("\n"),
  },
  { kind: "ebnf", text: `root ::= ${many(50_000, (i) => `"x${i}"`).join(" | ")}` },
  {
    kind: "gbnf",
    text: many(30_000, (i) => `${i === 0 ? "root" : `r${i}`} ::= "x${i}" [a-z]* (root | "y")`).join("\n"),
  },
  // A repetition of what may be empty is looked for the thorough way.
  {
    kind: "gbnf",
    text: many(30_000, (i) => `${i === 0 ? "root" : `r${i}`} ::= ("x${i}" | root?)*`).join("\n"),
  },
  {
    kind: "lark",
    text: many(30_000, (i) => `${i === 0 ? "start" : `r${i}`}: "x${i}" /[a-z]/ ( start | "y" )`).join("\n"),
  },
  {
    kind: "lark",
    text: `start: A\n%ignore /${many(3, (i) => `x${i}`).join("|")}/\nA: ${many(50_000, (i) => `"x${i}"`).join(" | ")}`,
  },
  { kind: "regex", text: many(50_000, (i) => `(x${i}|[a-z]+)`).join("") },
  {
    kind: "json-schema",
    // One object is read at once.
    text: JSON.stringify({
      properties: Object.fromEntries(
        many(1000, (i) => `p${i}`).map((p) => [
          p,
          { properties: Object.fromEntries(many(20, (i) => `${p}-${i}`).map((q) => [q, { enum: [q, 1] }])) },
        ]),
      ),
    }),
  },
  {
    kind: "structural-tag",
    text: JSON.stringify({
      type: "structural_tag",
      format: {
        type: "or",
        elements: many(5000, (i) => `p${i}`).map((p) => ({
          type: "json_schema",
          json_schema: { properties: { [p]: { enum: [p, 1] } } },
        })),
      },
    }),
  },
  {
    kind: "structural-tag",
    text: JSON.stringify({
      type: "structural_tag",
      format: { type: "grammar", grammar: `root ::= ${many(50_000, (i) => `"x${i}"`).join(" | ")}` },
    }),
  },
];

describe("a large grammar is read in small steps", () => {
  for (const source of LARGE)
    it(`${source.kind} ${source.text.slice(0, 40)}`, () => {
      let looks = 0;
      const signal: CancelSignal = {
        get aborted() {
          looks++;
          return false;
        },
        addEventListener() {},
        removeEventListener() {},
      };
      const steps = parseSourceInSteps(source, "allowed", { signal });
      let count = 0;
      let most = 0;
      for (let done: boolean | undefined = false; !done; count++) {
        const before = looks;
        ({ done } = steps.next());
        most = Math.max(most, looks - before);
      }
      // A look is a fraction of a millisecond.
      assert.ok(most <= 40, `${most} looks in one of ${count} steps`);
      assert.ok(count >= 10, `${count} steps`);
      for (const after of [1, Math.floor(count / 2)]) {
        const abort = new AbortController();
        const cancelled = parseSourceInSteps(source, "allowed", { signal: abort.signal });
        for (let i = 0; i < after; i++) cancelled.next();
        abort.abort();
        let left = 0;
        assert.throws(() => {
          while (!cancelled.next().done) left++;
        }, CancelledError);
        assert.ok(left <= 2, `${left} more steps`);
      }
    }).timeout(60_000);
});

describe("a grammar that takes long to print", () => {
  for (const print of [printEbnf, printGbnf])
    it(`${print.name}: ends where its budget is used up`, () => {
      const wide = parseSource(
        { kind: "regex", text: `^(?=.*a.{12}b)(?=.*c.{12}d)(?=.*e.{9}f).*$` },
        "allowed",
      ).grammar;
      const long = parseSource(sourceOf("ebnf: 100k alternatives"), "allowed").grammar;
      for (const [grammar, budget] of [
        [wide, { maxWork: 10_000 }],
        [long, { maxWork: 10_000 }],
      ] as const) {
        const { text, diagnostics } = print(grammar!, { budget });
        assert.equal(text, undefined);
        assert.deepEqual(
          diagnostics.map((d) => d.code),
          ["print-timeout"],
        );
      }
      assert.ok(print(long!).text);
    }).timeout(60_000);
});

/// Grammars whose automaton takes long to make.
const SLOW = [
  "ebnf: 100k alternatives",
  "regex: two of these meet",
  "regex: 20 lookaheads",
  "json-schema: enum of 10,000",
];

describe("a compile that takes long", () => {
  const engine = new KernelEngine({ wasm });
  for (const title of SLOW) {
    const read = () => {
      const source = sourceOf(title);
      const { grammar } = parseSource(source, "allowed");
      assert.ok(grammar);
      return { grammar, source };
    };
    it(`${title}: is cancelled on its way`, async () => {
      const { grammar, source } = read();
      const run = (signal: CountedSignal) =>
        engine.compileGrammar(grammar, source, byteVocabulary(), { signal });
      // The first run fills caches that make the others shorter.
      await run(new CountedSignal(Number.POSITIVE_INFINITY));
      const never = new CountedSignal(Number.POSITIVE_INFINITY);
      await run(never);
      assert.ok(never.looks >= 5, `only ${never.looks} looks`);
      // Some of the looks are between slices of time: so many there are however quick the machine is.
      for (const firesAt of [1, 2, 5]) {
        const signal = new CountedSignal(firesAt);
        await assert.rejects(run(signal), CancelledError);
        assert.equal(signal.looks, firesAt);
      }
    }).timeout(60_000);
    it(`${title}: ends when its time is over`, async () => {
      const { grammar, source } = read();
      const result = await engine.compileGrammar(grammar, source, byteVocabulary(), { timeoutMs: -1 });
      assert.deepEqual(
        result.ok || result.diagnostics.filter((d) => d.severity === "error").map((d) => d.code),
        ["compile-timeout"],
      );
    }).timeout(60_000);
  }
});
