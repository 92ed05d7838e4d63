import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { bitsetWords, countBits, hasBit, setBits } from "../../base/bitset.ts";
import { utf8DecodeLossy, utf8Encode } from "../../base/bytes.ts";
import { FIRST_SET, FIRST_UNORDERED } from "../../grammar/automaton/index.ts";
import { literal } from "../../grammar/build.ts";
import type { Expression, Rule } from "../../grammar/ir.ts";
import { FlatVocabulary, NORMAL, SPECIAL, UNUSED } from "../../tokenizer/flat-vocabulary.ts";
import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import { EngineError } from "../engine.ts";
import type { RuleFrame } from "../inspection.ts";
import type { KernelGrammar } from "./compiled-grammar.ts";
import { KernelEngine } from "./engine.ts";

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);

/// Normal tokens, then `<end>` (stop), `<mark>` (special) and an unused id.
function vocabularyOf(...texts: readonly string[]): FlatVocabulary {
  const all = [...texts, "<end>", "<mark>", "<unused>"].map(utf8Encode);
  const offsets = new Uint32Array(all.length + 1);
  all.forEach((t, i) => {
    offsets[i + 1] = offsets[i]! + t.length;
  });
  const kinds = new Uint8Array(all.length).fill(NORMAL);
  kinds.set([SPECIAL, SPECIAL, UNUSED], texts.length);
  const data = Uint8Array.from(all.flatMap((t) => [...t]));
  return new FlatVocabulary({ name: "test", data, offsets, kinds, stopTokens: [texts.length] });
}

async function compile(text: string, vocabulary: Vocabulary, engine = new KernelEngine({ wasm })) {
  const result = await engine.compile({ kind: "ebnf", text }, vocabulary);
  assert.ok(result.ok, JSON.stringify(result.diagnostics));
  return result.grammar;
}

const LETTERS = vocabularyOf(...'abcdxyz{}[]",: 0123456789'.split(""), "ab", "a,", '",', "a\n");
const END = LETTERS.stopTokens[0]!;
const id = (text: string) =>
  Array.from({ length: LETTERS.size }, (_, i) => i).find(
    (i) => new TextDecoder().decode(LETTERS.bytes(i)) === text,
  )!;

function allowed(matcher: ReturnType<KernelGrammar["createMatcher"]>, vocabulary: Vocabulary): string[] {
  const mask = new Uint32Array(bitsetWords(vocabulary.size));
  matcher.fillTokenMask(mask);
  return [...setBits(mask)].map((i) => new TextDecoder().decode(vocabulary.bytes(i)));
}

describe("KernelMatcher", () => {
  it("allows a stop token exactly where the text is complete", async () => {
    const matcher = (await compile('root ::= "a" "b"?', LETTERS)).createMatcher();
    assert.deepEqual(allowed(matcher, LETTERS), ["a", "ab"]);
    assert.equal(matcher.acceptToken(END), false);
    assert.ok(matcher.acceptToken(id("a")));
    assert.deepEqual(allowed(matcher, LETTERS), ["b", "<end>"]);
    assert.ok(matcher.acceptToken(END));
    assert.ok(matcher.isTerminated());
    assert.deepEqual(allowed(matcher, LETTERS), []);
    assert.equal(matcher.acceptToken(id("b")), false);
    matcher.rollback(1);
    assert.ok(!matcher.isTerminated() && matcher.acceptToken(id("b")));
  });

  it("never allows special tokens that the grammar does not name", async () => {
    const matcher = (await compile("root ::= [^\\n]*", LETTERS)).createMatcher();
    assert.deepEqual(
      allowed(matcher, LETTERS).filter((t) => t.startsWith("<")),
      ["<end>"],
    );
    assert.equal(matcher.acceptToken(END + 1), false);
    assert.equal(matcher.acceptToken(END + 2), false);
    assert.equal(matcher.acceptToken(-1), false);
    assert.equal(matcher.acceptToken(LETTERS.size), false);
  });

  it("takes token literals by id, by name and negated", async () => {
    const engine = new KernelEngine({ wasm });
    const gbnf = async (text: string) => {
      const result = await engine.compile({ kind: "gbnf", text }, LETTERS);
      assert.ok(result.ok, JSON.stringify(result.diagnostics));
      return result.grammar.createMatcher();
    };
    const named = await gbnf('root ::= "a" <mark> "b"');
    named.acceptToken(id("a"));
    assert.deepEqual(allowed(named, LETTERS), ["<mark>"]);
    assert.ok(named.acceptToken(END + 1));
    assert.deepEqual(allowed(named, LETTERS), ["b"]);
    const numbered = await gbnf(`root ::= <[${id("ab")}]> "c"`);
    assert.deepEqual(allowed(numbered, LETTERS), ["ab"]);
    assert.ok(numbered.acceptToken(id("ab")) && numbered.acceptToken(id("c")));
    const negated = await gbnf(`root ::= !<[${id("ab")}]> "c"`);
    assert.equal(allowed(negated, LETTERS).length, LETTERS.size - 3);
  });

  it("reports tokens that the vocabulary does not have", async () => {
    const result = await new KernelEngine({ wasm }).compile(
      { kind: "gbnf", text: 'root ::= "a" <nope>' },
      LETTERS,
    );
    assert.deepEqual(
      result.diagnostics.map((d) => d.code),
      ["unknown-token"],
    );
  });

  it("forces what must follow, across inputs and no further", async () => {
    const long = "ab".repeat(5000);
    const matcher = (await compile(`root ::= "${long}" [cd]`, LETTERS)).createMatcher();
    assert.equal(new TextDecoder().decode(matcher.forcedBytes()), long);
    assert.equal(matcher.acceptBytes(utf8Encode(`${long}x`)), long.length);
    assert.equal(matcher.forcedBytes().length, 0);
    assert.equal(matcher.steps, 1);
  });

  it("keeps counting where a repetition is bounded", async () => {
    const matcher = (await compile('root ::= "[" ([a-d] | "," [x-z]){3,20000} "]"', LETTERS)).createMatcher();
    matcher.acceptBytes(utf8Encode("[a"));
    assert.ok(!allowed(matcher, LETTERS).includes("]"));
    matcher.acceptBytes(utf8Encode(`,x,y${"a".repeat(19_996)}`));
    assert.ok(allowed(matcher, LETTERS).includes("a,") === false);
    assert.ok(allowed(matcher, LETTERS).includes("a") && !allowed(matcher, LETTERS).includes("ab"));
    matcher.acceptBytes(utf8Encode("a"));
    assert.deepEqual(allowed(matcher, LETTERS), ["]"]);
  });

  it("does not pile up a stack for right recursion", async () => {
    const grammar = await compile('root ::= "a" tail\ntail ::= "b" root | ","', LETTERS);
    const matcher = grammar.createMatcher();
    matcher.acceptBytes(utf8Encode("ab".repeat(100)));
    const before = grammar.statistics().stackNodes;
    matcher.acceptBytes(utf8Encode("ab".repeat(1000)));
    assert.equal(grammar.statistics().stackNodes, before);
  });

  it("collects what it remembers while matchers go on", async () => {
    const grammar = await compile('root ::= "[" (root ("," root)*)? "]" | [0-9]+', LETTERS);
    const matcher = grammar.createMatcher();
    for (let i = 0; i < 60_000; i++) matcher.acceptBytes(utf8Encode("["));
    const fork = matcher.fork();
    grammar.live.collect();
    const bytes = grammar.statistics().grammarBytes;
    matcher.rollback(30_000);
    grammar.live.collect();
    assert.ok(grammar.statistics().grammarBytes <= bytes);
    assert.equal(matcher.acceptBytes(utf8Encode(`1${"]".repeat(30_000)}`)), 30_001);
    assert.ok(matcher.isAccepting());
    assert.equal(fork.acceptBytes(utf8Encode(`1${"]".repeat(60_001)}`)), 60_001);
    assert.ok(fork.isAccepting());
  });

  it("works on after its grammar was disposed of, and frees the memory in the end", async () => {
    const engine = new KernelEngine({ wasm });
    const instance = await engine.prepare(LETTERS);
    const before = instance.exports.live_bytes();
    const grammar = await compile('root ::= "a"+', LETTERS, engine);
    const matcher = grammar.createMatcher();
    grammar.dispose();
    assert.ok(matcher.acceptToken(id("a")));
    matcher.dispose();
    assert.throws(() => matcher.isAccepting());
    assert.equal(instance.exports.live_bytes() - instance.exports.precheck_bytes(), before);
  });
});

describe("KernelMatcher.explain", () => {
  const check = (text: string, prefix: string, token: string, expected: string) =>
    it(`${JSON.stringify(prefix)} + ${JSON.stringify(token)} → ${expected}`, async () => {
      const matcher = (await compile(text, LETTERS)).createMatcher();
      matcher.acceptBytes(utf8Encode(prefix));
      const steps = matcher.steps;
      const { verdict, byteOffset, expected: bytes, stacks } = matcher.explain(id(token));
      const next = String.fromCharCode(...setBits(bytes));
      const rules = stacks.map((s) => s.rules.map((r) => r.name).join("<")).join(" ");
      assert.equal(`${verdict} ${byteOffset} [${next}] ${rules}`, expected);
      assert.equal(matcher.steps, steps);
    });
  const list =
    'root ::= "[" (item ("," item)*)? "]"\nitem ::= "a" "b" root?  | "x" [a-c]* "y" "y" "y" "y" "y" "y"';
  check(list, "[", "a", "allowed 1 []ax] root item<root item<root");
  check(list, "[", "ab", "allowed 2 []ax] root item<root item<root");
  check(list, "[", "a,", "wrong-byte 1 [b] item<root");
  check(list, "[ab", '"', "wrong-byte 0 [,[]] root<root root root");
  check(list, "[", "<end>", "incomplete 0 []ax] root item<root item<root");
  check(list, "[", "<mark>", "special 0 []ax] root item<root item<root");
  check(list, "[", "<unused>", "unused 0 []ax] root item<root item<root");
  check('root ::= "[" ([a-d] | "," [x-z]){3,20000} "]"', "[a,", "a", "wrong-byte 0 [xyz] root");
});

describe("KernelMatcher.stacks", () => {
  const check = (text: string, prefix: string, expected: string) =>
    it(`after ${JSON.stringify(prefix)}: ${expected}`, async () => {
      const matcher = (await compile(text, LETTERS)).createMatcher();
      matcher.acceptBytes(utf8Encode(prefix));
      const frame = ({ name, place }: RuleFrame) => {
        if (!place) return `${name}?`;
        const bytes = String.fromCharCode(...setBits(place.bytes));
        return `${name}[${bytes}${place.calls.map((call) => `→${call.name}`).join("")}${place.mayEnd ? "$" : ""}]`;
      };
      const stacks = matcher.stacks().map((stack) => stack.rules.map(frame).join("<"));
      assert.equal(stacks.join(" "), expected);
    });
  const list =
    'root ::= "[" (item ("," item)*)? "]"\nitem ::= "a" "b" root | "x" [a-c]* "y" "y" "y" "y" "y" "y"';
  check(list, "", "root[[]");
  check(list, "[", "root[]] item[a]<root[,]] item[x]<root[,]]");
  check(list, "[a", "item[b]<root[,]]");
  check(list, "[xy", "item[y]<root[,]]");
  check('root ::= "a"? "b"\n', "a", "root[b]");
  check('root ::= "a" "b"?', "a", "root[b$]");
  check('root ::= "a" "b"?', "ab", "");

  it("calls a part that rules have in common by the rule that the text is in", async () => {
    const characters: Expression = { kind: "characters", ranges: [[0x78, 0x7a]] };
    const item: Expression = { kind: "sequence", items: [characters, literal("y")] };
    const rule = (name: string): Rule => ({
      name,
      expression: { kind: "sequence", items: [literal(name), { kind: "repeat", item, min: 0, max: 200 }] },
    });
    const root: Expression = { kind: "choice", items: [1, 2].map((r) => ({ kind: "rule", rule: r })) };
    const grammar = { rules: [{ name: "root", expression: root }, rule("a"), rule("b")], rootRule: 0 };
    const source = { kind: "ebnf", text: "" } as const;
    const result = await new KernelEngine({ wasm }).compileGrammar(grammar, source, LETTERS);
    assert.ok(result.ok);
    const matcher = result.grammar.createMatcher();
    for (const name of ["a", "b"]) {
      matcher.acceptBytes(utf8Encode(`${name}xyz`));
      assert.deepEqual(
        matcher.stacks().map(({ rules }) => rules[0]!.name),
        [name],
      );
      matcher.rollback(1);
    }
  });
});

describe("StateNames", () => {
  it("knows the rule of items in any order, but not whose a set of them is", async () => {
    const names = Array.from("abcdefghijkl", (name) => [name, { type: "boolean" }]);
    const text = JSON.stringify({ properties: Object.fromEntries(names), additionalProperties: false });
    const result = await new KernelEngine({ wasm }).compile(
      { kind: "json-schema", text, propertyOrder: "any" },
      LETTERS,
    );
    assert.ok(result.ok);
    const { live } = result.grammar;
    assert.equal(live.names.ruleOf(FIRST_UNORDERED)?.name, "root");
    assert.equal(live.names.ruleOf(FIRST_SET), undefined);
  });
});

describe("KernelEngine limits", () => {
  const check = (title: string, text: () => string, code: string, options = {}) =>
    it(`${title} → ${code}`, async () => {
      const result = await new KernelEngine({ wasm }).compile(
        { kind: "ebnf", text: text() },
        LETTERS,
        options,
      );
      assert.equal(result.ok ? "ok" : result.diagnostics.find((d) => d.severity === "error")!.code, code);
    });
  check("a million copies", () => "root ::= [ab]{0,1000000}", "ok");
  check("copies of copies", () => "root ::= (([ab]{0,1000} [cd]){0,1000} x){0,1000}\nx ::= [xy]", "ok");
  check(
    "copies beyond counting",
    () => "root ::= ([ab]{0,1000000000} [cd]{0,1000000000}){2}",
    "automaton-too-large",
  );
  check(
    "100k alternatives",
    () => `root ::= ${Array.from({ length: 1e5 }, (_, i) => `"a${i}"`).join("|")}`,
    "ok",
  );
  check(
    "40k alternatives that are rules",
    () => {
      const names = Array.from({ length: 4e4 }, (_, i) => `r${i}`);
      return `root ::= ${names.join("|")}\n${names.map((name) => `${name} ::= "a" root "b" | "c"`).join("\n")}`;
    },
    "engine-ambiguity",
  );
  check(
    "a chain of 100k rules",
    () =>
      `root ::= r0\n${Array.from({ length: 1e5 }, (_, i) => `r${i} ::= r${i + 1} "a"`).join("\n")}\nr100000 ::= "b"`,
    "engine-ambiguity",
  );
  check(
    "a left recursion of 3000 rules",
    () =>
      `root ::= r0\n${Array.from({ length: 3000 }, (_, i) => `r${i} ::= r${(i + 1) % 3000} "a" | "b"`).join("\n")}`,
    "left-recursion-too-large",
  );
  check("an exponential regex", () => "root ::= ([ab]* [a] [ab]{20})+", "ok");
  check(
    "no time",
    () => `root ::= ${Array.from({ length: 5000 }, (_, i) => `"a${i}"`).join("|")}`,
    "compile-timeout",
    {
      timeoutMs: -1,
    },
  );
  check("no states", () => `root ::= "${"ab".repeat(5000)}"`, "automaton-too-large", { memoryBytes: 1 });

  it("says so when memory runs out, and lives on", async () => {
    const engine = new KernelEngine({ wasm, memoryBytes: 1 << 20 });
    const grammar = await compile('root ::= "[" root "]" | [0-9]+', LETTERS, engine);
    const matcher = grammar.createMatcher();
    let caught: unknown;
    try {
      for (let i = 0; i < 1e6; i++) matcher.acceptBytes(utf8Encode("["));
    } catch (error) {
      caught = error;
    }
    assert.ok(caught instanceof EngineError, String(caught));
    assert.equal(caught.diagnostic.code, "engine-memory");
    assert.throws(() => matcher.isAccepting(), EngineError);
    matcher.dispose();
    const next = grammar.createMatcher();
    assert.equal(next.acceptBytes(utf8Encode("[1]")), 3);
  });

  it("gives back what a grammar that does not fit has taken, wherever memory ends", async () => {
    const engine = new KernelEngine({ wasm });
    const { exports } = await engine.prepare(LETTERS);
    const before = exports.live_bytes();
    let refused = 0;
    for (let spare = 0; ; spare += 64) {
      exports.set_budgets(before + spare, 1 << 20);
      const result = await engine.compile({ kind: "ebnf", text: 'root ::= "a" [b-d]{2,9000}' }, LETTERS);
      if (result.ok) break;
      assert.equal(result.diagnostics[0]!.code, "engine-memory");
      assert.equal(exports.live_bytes(), before, `with ${spare} bytes`);
      refused++;
    }
    assert.ok(refused > 10, `${refused}`);
  });
});

describe("prechecks", () => {
  const text = 'root ::= "\\"" [^"\\n]* "\\"" ("," root)?';
  const wide = vocabularyOf(
    ..."abcdefghij".split("").flatMap((a) => [a, `${a}"`, `${a}",`, `${a}",\\"`, `${a}b`]),
    '"',
    ",",
  );

  async function maskAfterQuote(engine: KernelEngine): Promise<Uint32Array> {
    (await engine.prepare(wide)).exports.set_direct_limit(1);
    const matcher = (await compile(text, wide, engine)).createMatcher();
    matcher.acceptBytes(utf8Encode('"'));
    const mask = new Uint32Array(bitsetWords(wide.size));
    matcher.fillTokenMask(mask);
    return mask;
  }

  it("are saved and loaded", async () => {
    const first = new KernelEngine({ wasm });
    const mask = await maskAfterQuote(first);
    const file = (await first.savePrechecks(wide))!;
    const second = new KernelEngine({ wasm });
    const taken = await second.loadPrechecks(wide, file);
    const { exports } = await second.prepare(wide);
    assert.ok(typeof taken === "number" && taken > 0, String(taken));
    assert.equal(exports.precheck_count(), taken);
    assert.deepEqual(await maskAfterQuote(second), mask);
    assert.equal(exports.precheck_count(), taken);
    assert.equal(
      await new KernelEngine({ wasm }).loadPrechecks(LETTERS, file),
      "made for another vocabulary",
    );
  });

  it("are not taken from files that are not whole", async () => {
    const engine = new KernelEngine({ wasm });
    await maskAfterQuote(engine);
    const file = (await engine.savePrechecks(wide))!;
    const target = new KernelEngine({ wasm });
    for (let at = 0; at < file.length; at += 3) {
      const damaged = file.slice();
      damaged[at]! ^= 1 << (at & 7);
      assert.equal(typeof (await target.loadPrechecks(wide, damaged)), "string", `byte ${at}`);
      assert.equal(typeof (await target.loadPrechecks(wide, file.slice(0, at))), "string", `cut at ${at}`);
    }
    assert.equal((await target.prepare(wide)).exports.precheck_count(), 0);
  });

  it("cannot lead the kernel out of its memory, even from a forged file", async () => {
    const engine = new KernelEngine({ wasm });
    await maskAfterQuote(engine);
    const file = (await engine.savePrechecks(wide))!;
    let taken = 0;
    for (let n = 0; n < 400; n++) {
      const words = new Uint32Array(file.slice().buffer);
      // Words that a linear congruence picks, set to small and to large numbers; then a right checksum.
      const at = 4 + ((n * 7919) % (words.length - 4));
      words[at] = n % 3 === 0 ? n : n % 3 === 1 ? words[at]! ^ (1 << (n % 32)) : 0xffffffff - n;
      let hash = 0x811c9dc5;
      for (let i = 3; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
      words[2] = hash >>> 0;
      const target = new KernelEngine({ wasm });
      const result = await target.loadPrechecks(wide, new Uint8Array(words.buffer));
      if (typeof result === "number") taken++;
      await maskAfterQuote(target);
    }
    assert.ok(taken > 0 && taken < 400, `${taken} were taken`);
  });

  it("are saved as far as they fit, those used last first, and not again without anything new", async () => {
    const engine = new KernelEngine({ wasm });
    await maskAfterQuote(engine);
    const size = (await engine.savePrechecks(wide))!.length;
    assert.equal(await engine.savePrechecks(wide), undefined);
    const grammar = await compile('root ::= "<" [^>]* ">" "!"?', wide, engine);
    while (!grammar.prepare(0));
    const last = (await engine.savePrechecks(wide, size))!;
    assert.ok(last.length <= size);
    const other = new KernelEngine({ wasm });
    assert.equal(await other.loadPrechecks(wide, last), 1);
    assert.equal(await other.savePrechecks(wide), undefined);
    const { exports } = await other.prepare(wide);
    const made = exports.precheck_count();
    const matcher = (await compile('root ::= "<" [^>]* ">" "!"?', wide, other)).createMatcher();
    matcher.acceptBytes(utf8Encode("<"));
    matcher.fillTokenMask(new Uint32Array(bitsetWords(wide.size)));
    assert.equal(exports.precheck_count(), made);
  });

  it("and masks are made ahead, so that the next token's needs nothing new", async () => {
    const engine = new KernelEngine({ wasm });
    (await engine.prepare(wide)).exports.set_direct_limit(1);
    const grammar = await compile(text, wide, engine);
    const other = (await compile(text, wide)).createMatcher();
    const matcher = grammar.createMatcher();
    const mask = new Uint32Array(bitsetWords(wide.size));
    const expected = new Uint32Array(mask.length);
    const read = (token: string) => {
      const id = Array.from({ length: wide.size }, (_, i) => i).find(
        (i) => utf8DecodeLossy(wide.bytes(i)) === token,
      )!;
      for (const each of [matcher, other]) assert.ok(each.acceptToken(id));
    };
    for (const token of ['"', "a", 'b"', ",", '"', "ab", 'c",']) {
      for (let i = 0; !matcher.prepare(0); i++) assert.ok(i < 1000);
      const before = grammar.statistics();
      read(token);
      matcher.fillTokenMask(mask);
      assert.deepEqual(grammar.statistics(), before, token);
      other.fillTokenMask(expected);
      assert.deepEqual(mask, expected);
    }
    // A collection moves everything, and makes what was known unknown.
    grammar.live.collect();
    for (let i = 0; !matcher.prepare(0); i++) assert.ok(i < 1000);
    read('"');
    matcher.fillTokenMask(mask);
    other.fillTokenMask(expected);
    assert.deepEqual(mask, expected);
  });

  it("are made in the background", async () => {
    const engine = new KernelEngine({ wasm });
    const grammar = await compile(text, wide, engine);
    for (let i = 0; !grammar.prepare(0); i++) assert.ok(i < 100);
    assert.ok(grammar.statistics().prechecks > 0);
  });

  it("say which tokens need no look at the stack", async () => {
    const matcher = (await compile('root ::= s "," s\ns ::= "\\"" [^"\\n]* "\\""', wide)).createMatcher();
    matcher.acceptBytes(utf8Encode('"'));
    const { independent, dependent, undecided } = matcher.maskParts();
    // Ten letters and pairs, ten that end the string, the quote and the comma; ten go on behind it.
    assert.equal(countBits(independent), 32);
    assert.equal(dependent, 20);
    assert.equal(countBits(undecided), 20);
    assert.ok(undecided.every((word, i) => (word & independent[i]!) === 0));
    assert.ok(hasBit(independent, 0));
  });
});
