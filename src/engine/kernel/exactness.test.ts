import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { ReferenceMatcher } from "../../../test/reference/recognizer.ts";
import { bitsetWords, hasBit } from "../../base/bitset.ts";
import { utf8Encode } from "../../base/bytes.ts";
import { MAX_CODE_POINT, normalizeRanges } from "../../grammar/code-points.ts";
import type { Expression, Grammar, Rule } from "../../grammar/ir.ts";
import type { GrammarSource } from "../../grammar/source.ts";
import type { TokenKind, Vocabulary } from "../../tokenizer/vocabulary.ts";
import type { Matcher } from "../engine.ts";
import { type KernelCompileResult, KernelEngine } from "./engine.ts";
import type { KernelInstance } from "./instance.ts";

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);
const SOURCE: GrammarSource = { kind: "ebnf", text: "" };

// Characters of every encoded length, some sharing their first bytes.
const CHARACTERS = ["a", "b", "c", '"', "é", "è", "€", "₭", "😀", "😃"];

const literal = fc
  .array(fc.constantFrom(...CHARACTERS), { minLength: 1, maxLength: 3 })
  .map((cs): Expression => ({ kind: "literal", bytes: utf8Encode(cs.join("")) }));

const characters = fc
  .array(fc.tuple(fc.constantFrom(...CHARACTERS), fc.nat(3)), { minLength: 1, maxLength: 3 })
  .chain((list) => fc.boolean().map((negated) => ({ list, negated })))
  .map(({ list, negated }): Expression => {
    const ranges = list.map(([c, more]) => [c.codePointAt(0)!, c.codePointAt(0)! + more] as const);
    const positive = normalizeRanges(ranges);
    if (!negated) return { kind: "characters", ranges: positive };
    const holes: [number, number][] = [];
    let next = 0;
    for (const [a, b] of positive) {
      if (a > next) holes.push([next, a - 1]);
      next = b + 1;
    }
    holes.push([next, MAX_CODE_POINT]);
    return { kind: "characters", ranges: normalizeRanges(holes) };
  });

const bytes = fc.constantFrom<Expression>(
  { kind: "bytes", ranges: [[0x61, 0x63]] },
  { kind: "bytes", ranges: [[0x80, 0xbf]] },
  {
    kind: "bytes",
    ranges: [
      [0x62, 0x62],
      [0xe2, 0xf0],
    ],
  },
);

const bounds = fc.constantFrom<readonly [number, number | undefined]>(
  [0, 1],
  [0, undefined],
  [1, undefined],
  [2, undefined],
  [0, 3],
  [2, 3],
  // Enough to become counters.
  [0, 40],
  [3, 60],
  [1, 130],
  [50, undefined],
);

function expression(rules: number, depth: number): fc.Arbitrary<Expression> {
  const leaves: fc.WeightedArbitrary<Expression>[] = [
    { arbitrary: literal, weight: 5 },
    { arbitrary: characters, weight: 3 },
    { arbitrary: bytes, weight: 1 },
    { arbitrary: fc.constant<Expression>({ kind: "empty" }), weight: 1 },
  ];
  if (rules > 0) {
    const rule = fc.nat(rules - 1).map((r): Expression => ({ kind: "rule", rule: r }));
    leaves.push({ arbitrary: rule, weight: 5 });
    if (depth === 0) leaves.push({ arbitrary: fc.constant<Expression>({ kind: "nothing" }), weight: 1 });
  }
  if (depth === 0) return fc.oneof(...leaves);
  const inner = expression(rules, depth - 1);
  const items = fc.array(inner, { minLength: 1, maxLength: 3 });
  const nodes: fc.WeightedArbitrary<Expression>[] = [
    ...leaves.map(({ arbitrary, weight }) => ({ arbitrary, weight: weight / 2 })),
    { arbitrary: items.map((list): Expression => ({ kind: "sequence", items: list })), weight: 6 },
    { arbitrary: items.map((list): Expression => ({ kind: "choice", items: list })), weight: 5 },
    {
      arbitrary: fc.tuple(inner, bounds).map(
        ([item, [min, max]]): Expression => ({
          kind: "repeat",
          item,
          min,
          ...(max === undefined ? {} : { max }),
        }),
      ),
      weight: 4,
    },
  ];
  const regular = depth > 1 ? expression(0, 1) : undefined;
  if (regular !== undefined) {
    nodes.push({
      arbitrary: fc
        .tuple(regular, regular)
        .map((list): Expression => ({ kind: "intersection", items: list })),
      weight: 1,
    });
    nodes.push({ arbitrary: regular.map((item): Expression => ({ kind: "complement", item })), weight: 1 });
  }
  return fc.oneof(...nodes.map((n) => ({ ...n, weight: Math.ceil(n.weight) })));
}

const grammar: fc.Arbitrary<Grammar> = fc
  .integer({ min: 1, max: 5 })
  .chain((n) => fc.array(fc.tuple(expression(n, 2), fc.boolean()), { minLength: n, maxLength: n }))
  .map((list) => ({
    // The reference follows rules that are nothing but a rule without end; one-item sequences it does not.
    rules: list.map(([e, isLate], i) => ({
      name: `r${i}`,
      expression: { kind: "sequence", items: [e] },
      isLate,
    })),
    rootRule: 0,
  }));

/// The same expression about other rules.
function moveRules(e: Expression, moved: (rule: number) => number): Expression {
  switch (e.kind) {
    case "rule":
      return { kind: "rule", rule: moved(e.rule) };
    case "sequence":
    case "choice":
    case "intersection":
      return { ...e, items: e.items.map((item) => moveRules(item, moved)) };
    case "repeat":
    case "complement":
      return { ...e, item: moveRules(e.item, moved) };
    default:
      return e;
  }
}

const TEXT_BYTES = [...new Set(CHARACTERS.flatMap((c) => [...utf8Encode(c)]))];

const token = fc.oneof(
  { arbitrary: fc.array(fc.constantFrom(...TEXT_BYTES), { maxLength: 4 }), weight: 3 },
  {
    arbitrary: fc
      .tuple(fc.array(fc.constantFrom(...CHARACTERS), { minLength: 1, maxLength: 5 }), fc.nat(3), fc.nat(3))
      // Cut anywhere, so that tokens split characters.
      .map(([cs, from, drop]) => {
        const all = [...utf8Encode(cs.join(""))];
        return all.slice(from, Math.max(from + 1, all.length - drop));
      }),
    weight: 5,
  },
  {
    arbitrary: fc
      .tuple(fc.constantFrom(...CHARACTERS), fc.integer({ min: 2, max: 40 }))
      .map(([c, n]) => [...utf8Encode(c.repeat(n))]),
    weight: 1,
  },
);

class ListVocabulary implements Vocabulary {
  static #count = 0;
  readonly name = "random";
  readonly id = `random ${ListVocabulary.#count++}`;
  readonly #tokens: readonly Uint8Array[];
  readonly stopTokens: readonly number[];

  constructor(texts: readonly (readonly number[])[]) {
    const all = [...texts, ...TEXT_BYTES.map((b) => [b])];
    this.#tokens = all.map((t) => Uint8Array.from(t));
    this.stopTokens = [all.length, all.length + 1];
  }
  get size(): number {
    return this.#tokens.length + 4;
  }
  bytes(id: number): Uint8Array {
    return this.#tokens[id] ?? utf8Encode(`<special ${id}>`);
  }
  kind(id: number): TokenKind {
    if (id < this.#tokens.length) return "normal";
    return id === this.#tokens.length + 3 ? "unused" : "special";
  }
}

const vocabulary = fc.array(token, { minLength: 1, maxLength: 120 }).map((list) => new ListVocabulary(list));

/// How many bytes of `text` the reference takes; it is left where it was.
function taken(reference: ReferenceMatcher, text: Uint8Array): number {
  let n = 0;
  while (n < text.length && reference.push(text[n]!)) n++;
  reference.pop(n);
  return n;
}

function compareMask(matcher: Matcher, reference: ReferenceMatcher, v: Vocabulary): number[] {
  const mask = new Uint32Array(bitsetWords(v.size));
  const restricts = matcher.fillTokenMask(mask);
  const allowed: number[] = [];
  let isFull = true;
  for (let id = 0; id < v.size; id++) {
    const isNormal = v.kind(id) === "normal" && !v.stopTokens.includes(id);
    const text = v.bytes(id);
    const expected = v.stopTokens.includes(id)
      ? reference.isAccepting
      : isNormal && taken(reference, text) === text.length;
    assert.equal(hasBit(mask, id), expected, `token ${id} ${JSON.stringify([...text])}`);
    if (isNormal && expected) allowed.push(id);
    if (isNormal && !expected) isFull = false;
  }
  assert.equal(restricts, !isFull, "whether the mask restricts");
  return allowed;
}

function compareBytes(matcher: Matcher, reference: ReferenceMatcher): void {
  const next = reference.nextBytes();
  const allowed = matcher.allowedBytes();
  for (let b = 0; b < 256; b++) assert.equal(hasBit(allowed, b), next.has(b), `byte ${b}`);
  assert.equal(matcher.isAccepting(), reference.isAccepting, "accepting");
  const forced: number[] = [];
  for (;;) {
    const following = [...reference.nextBytes()];
    if (reference.isAccepting || following.length !== 1 || forced.length > 300) break;
    forced.push(following[0]!);
    reference.push(following[0]!);
  }
  reference.pop(forced.length);
  assert.deepEqual([...matcher.forcedBytes()].slice(0, 301), forced, "forced bytes");
}

/// The kernels of the property that runs, to see that it went the ways it is meant to test.
const instances: KernelInstance[] = [];
/// Rules that were not lowered when their grammar was compiled.
let lateRules = 0;

/// `directLimit`: nodes of a direct walk. 1 makes the kernel precheck every state, as it does for
/// wide states of large vocabularies.
async function compile(g: Grammar, v: Vocabulary, directLimit: number): Promise<KernelCompileResult> {
  const engine = new KernelEngine({ wasm });
  const instance = await engine.prepare(v);
  instances.push(instance);
  instance.exports.set_direct_limit(directLimit);
  // Every other vocabulary is one of those that have too many remainders to keep.
  if (v.size % 2 === 1) instance.exports.set_max_remainders(v.size % 4 === 1 ? 4 : 12);
  return engine.compileGrammar(g, SOURCE, v);
}

async function checkWalk(
  g: Grammar,
  v: Vocabulary,
  choices: readonly number[],
  directLimit: number,
): Promise<void> {
  const result = await compile(g, v, directLimit);
  const reference = new ReferenceMatcher(g);
  const isEmpty = !reference.isAccepting && reference.nextBytes().size === 0;
  if (isEmpty || !result.ok) {
    assert.equal(result.ok, false);
    assert.ok(isEmpty, JSON.stringify(result.diagnostics));
    assert.deepEqual(
      result.diagnostics.map((d) => d.code),
      ["grammar-empty-language"],
    );
    return;
  }
  lateRules += result.grammar.statistics().lateRules;
  const matcher = result.grammar.createMatcher();
  const forks: Matcher[] = [];
  const lengths: number[] = [];
  for (const choice of choices) {
    compareBytes(matcher, reference);
    const allowed = compareMask(matcher, reference, v);
    if (allowed.length === 0) break;
    forks.push(matcher.fork());
    const id = allowed[choice % allowed.length]!;
    assert.ok(matcher.acceptToken(id), `accepts ${id}`);
    const text = v.bytes(id);
    for (const b of text) reference.push(b);
    lengths.push(text.length);
    if (reference.length > 60) break;
  }
  const whole = matcher.fork();
  // A collection in between changes every address, and nothing else.
  if (choices[0]! % 2 === 0) result.grammar.live.collect();
  // Back to every earlier place: by rollback and by the fork made there.
  while (lengths.length > 0) {
    matcher.rollback(1);
    reference.pop(lengths.pop()!);
    compareMask(matcher, reference, v);
    compareMask(forks.pop()!, reference, v);
  }
  for (const m of [matcher, whole]) m.dispose();
}

describe("KernelEngine against the reference recogniser", () => {
  const runs = Number(process.env.TOKENSIEVE_RUNS ?? 150);
  it(`gives the exact mask at every step of ${runs} random walks`, async function () {
    this.timeout(0);
    await fc.assert(
      fc.asyncProperty(
        grammar,
        vocabulary,
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        fc.constantFrom(1, 1, 20, 3000),
        checkWalk,
      ),
      {
        numRuns: runs,
        ...(process.env.TOKENSIEVE_SEED ? { seed: Number(process.env.TOKENSIEVE_SEED) } : {}),
      },
    );
    const made = total((i) => i.exports.precheck_count());
    assert.ok(made > runs / 2, `${made} prechecks were made`);
  });

  // Parts that are lowered late: each with rules of its own, recursive or not, and one that all share.
  const parts = fc
    .tuple(
      expression(0, 2),
      fc.array(fc.tuple(literal, expression(3, 2), expression(3, 1)), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
    )
    .map(([shared, list, isRepeated]): Grammar => {
      const rules: Rule[] = [{ name: "root", expression: { kind: "empty" } }];
      rules.push({ name: "shared", expression: { kind: "sequence", items: [shared] } });
      const lates = list.map(([begin, first, second], i): Expression => {
        const at = rules.length;
        const moved = (e: Expression) => moveRules(e, (rule) => (rule === 0 ? 1 : at + rule));
        rules.push({
          name: `late${i}`,
          expression: { kind: "sequence", items: [begin, moved(first)] },
          isLate: true,
        });
        rules.push({ name: `first${i}`, expression: { kind: "sequence", items: [moved(second)] } });
        rules.push({ name: `second${i}`, expression: { kind: "choice", items: [begin, moved(first)] } });
        return { kind: "sequence", items: [begin, { kind: "rule", rule: at }] };
      });
      const item: Expression = { kind: "choice", items: [...lates, { kind: "rule", rule: 1 }] };
      const root: Expression = {
        kind: "sequence",
        items: [isRepeated ? { kind: "repeat", item, min: 0 } : item],
      };
      return { rules: rules.with(0, { name: "root", expression: root }), rootRule: 0 };
    });

  it("gives the exact mask where rules are lowered late", async function () {
    this.timeout(0);
    await fc.assert(
      fc.asyncProperty(
        parts,
        vocabulary,
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        fc.constantFrom(1, 20, 3000),
        checkWalk,
      ),
      { numRuns: runs },
    );
    assert.ok(lateRules > runs / 2, `${lateRules} rules were lowered late`);
  });

  // Items in any order, each once at most: with rules of their own, which lead back or do not.
  const count = fc.tuple(fc.nat(4), fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }));
  const unordered = fc
    .tuple(
      fc.array(fc.tuple(literal, expression(2, 1), fc.boolean()), { minLength: 0, maxLength: 5 }),
      fc.option(fc.tuple(literal, expression(0, 1)), { nil: undefined }),
      fc.option(literal, { nil: undefined }),
      count,
      fc.boolean(),
    )
    .map(([list, more, separator, [min, max], isLate]): Grammar => {
      const whole: Expression = {
        kind: "unordered",
        items: list.map(([begin, rest, isRequired]) => ({
          expression: { kind: "sequence", items: [begin, rest] },
          isRequired,
        })),
        ...(more === undefined ? {} : { more: { kind: "sequence", items: [...more] } }),
        ...(separator === undefined ? {} : { separator }),
        min,
        ...(max === undefined ? {} : { max: Math.max(min, max) }),
      };
      const begin: Expression = { kind: "literal", bytes: utf8Encode("c") };
      return {
        rules: [
          { name: "root", expression: { kind: "sequence", items: [begin, { kind: "rule", rule: 1 }] } },
          { name: "items", expression: { kind: "choice", items: [whole, begin] }, isLate },
        ],
        rootRule: 0,
      };
    });

  it("gives the exact mask for items in any order", async function () {
    this.timeout(0);
    await fc.assert(
      fc.asyncProperty(
        unordered,
        vocabulary,
        fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        fc.constantFrom(1, 20, 3000),
        checkWalk,
      ),
      { numRuns: 2 * runs },
    );
  });

  // Keys that are any string but some names: their states are derived from the plain string's.
  const letters = "abcn".split("");
  const word = fc.array(fc.constantFrom(...letters, "é", "\\\\", '\\"'), { minLength: 1, maxLength: 4 });
  const keyGrammar = fc
    .tuple(fc.array(word, { minLength: 1, maxLength: 6 }), fc.boolean(), fc.constantFrom(",", '"', "x"))
    .map(([names, empty, after]): Grammar => {
      const character: Expression = {
        kind: "choice",
        items: [
          {
            kind: "characters",
            ranges: normalizeRanges([
              [0x20, 0x21],
              [0x23, 0x5b],
              [0x5d, MAX_CODE_POINT],
            ]),
          },
          {
            kind: "sequence",
            items: [
              { kind: "literal", bytes: utf8Encode("\\") },
              {
                kind: "characters",
                ranges: [
                  [0x22, 0x22],
                  [0x5c, 0x5c],
                ],
              },
            ],
          },
        ],
      };
      const text = (t: string): Expression => ({ kind: "literal", bytes: utf8Encode(t) });
      const any: Expression = { kind: "repeat", item: character, min: empty ? 0 : 1 };
      const taken: Expression = { kind: "choice", items: names.map((n) => text(n.join(""))) };
      const key: Expression = {
        kind: "sequence",
        items: [
          text('"'),
          { kind: "intersection", items: [any, { kind: "complement", item: taken }] },
          text('"'),
        ],
      };
      const string: Expression = { kind: "sequence", items: [text('"'), any, text('"')] };
      const member: Expression = {
        kind: "sequence",
        items: [{ kind: "rule", rule: 1 }, text(after), { kind: "rule", rule: 2 }],
      };
      return {
        rules: [
          { name: "root", expression: { kind: "repeat", item: member, min: 0 } },
          { name: "key", expression: key },
          { name: "string", expression: string },
        ],
        rootRule: 0,
      };
    });
  const keyToken = fc.array(
    fc.constantFrom(...letters, '"', '"', "\\", ",", "x", "é", "😀").map((c) => [...utf8Encode(c)]),
    { minLength: 1, maxLength: 6 },
  );
  const keyVocabulary = fc
    .array(fc.tuple(keyToken, fc.nat(1)), { minLength: 30, maxLength: 300 })
    .map((list) => new ListVocabulary(list.map(([t, drop]) => t.flat().slice(0, t.flat().length - drop))));
  const total = (count: (i: KernelInstance) => number) => instances.reduce((n, i) => n + count(i), 0);
  afterEach(() => {
    instances.length = 0;
    lateRules = 0;
  });

  it("gives the exact mask for keys that exclude names", async function () {
    this.timeout(0);
    await fc.assert(
      fc.asyncProperty(
        keyGrammar,
        keyVocabulary,
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        fc.constantFrom(1, 40),
        checkWalk,
      ),
      { numRuns: Math.ceil(runs / 3) },
    );
    assert.ok(total((i) => i.exports.derived_count()) > runs / 100, "prechecks were derived");
  });

  // Counted items under rules that others go on behind: derived from the counter without bounds.
  const counted = fc
    .tuple(
      fc.constantFrom("a", "ab", "(a|b)", "é"),
      fc.constantFrom([0, 9], [7, 12], [3, 30], [8, 60], [10, 10], [12, undefined]),
      fc.boolean(),
      fc.constantFrom(",", '"', "a"),
    )
    .map(([item, [min, max], quoted, after]): Grammar => {
      const text = (t: string): Expression => ({ kind: "literal", bytes: utf8Encode(t) });
      const options = item.replace(/[()]/g, "").split("|").map(text);
      // Long enough to be a counter: the padding never matches a token.
      const one: Expression = { kind: "choice", items: [...options, text("\u{10ffff}".repeat(12))] };
      const repeat: Expression = {
        kind: "repeat",
        item: one,
        min: min!,
        ...(max === undefined ? {} : { max }),
      };
      const quote = quoted ? [text('"')] : [];
      return {
        rules: [
          {
            name: "root",
            expression: {
              kind: "repeat",
              item: { kind: "sequence", items: [{ kind: "rule", rule: 1 }, text(after)] },
              min: 0,
            },
          },
          { name: "counted", expression: { kind: "sequence", items: [...quote, repeat, ...quote] } },
        ],
        rootRule: 0,
      };
    });
  const longToken = fc
    .array(
      fc.tuple(
        fc.constantFrom("a", "a", "b", "ab", "é", '"', ",", '",', '","'),
        fc.integer({ min: 1, max: 9 }),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts) => [...utf8Encode(parts.map(([t, n]) => (/[",]/.test(t) ? t : t.repeat(n))).join(""))]);
  const longVocabulary = fc
    .array(longToken, { minLength: 20, maxLength: 200 })
    .map((list) => new ListVocabulary(list));
  it("gives the exact mask for counted items", async function () {
    this.timeout(0);
    await fc.assert(
      fc.asyncProperty(
        counted,
        longVocabulary,
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        fc.constantFrom(1, 1, 40),
        checkWalk,
      ),
      { numRuns: runs },
    );
    assert.ok(total((i) => i.exports.derived_count()) > runs / 2, "prechecks were derived");
  });

  // Bounded texts whose characters are an item each, and some that only look like it.
  const text = (t: string): Expression => ({ kind: "literal", bytes: utf8Encode(t) });
  const range = (...ranges: [number, number][]): Expression => ({
    kind: "characters",
    ranges: normalizeRanges(ranges),
  });
  const choice = (...items: Expression[]): Expression => ({ kind: "choice", items });
  const sequence = (...items: Expression[]): Expression => ({ kind: "sequence", items });
  const lower = range([0x61, 0x7a]);
  const plainCharacter = range([0x20, 0x21], [0x23, 0x5b], [0x5d, MAX_CODE_POINT]);
  const itself: Expression = { kind: "rule", rule: 2 };
  const items: Record<string, Expression> = {
    "any character": choice(plainCharacter, sequence(text("\\"), choice(text('"'), text("e")))),
    letters: lower,
    "letters and more": range([0x61, 0x7a], [0xe9, 0xe9]),
    "one or two letters": choice(lower, sequence(lower, lower)),
    "one letter or more": { kind: "repeat", item: lower, min: 1 },
    "letters up to b": sequence({ kind: "repeat", item: lower, min: 0 }, text("b")),
    "x and one more, or any": choice(sequence(text("x"), itself), lower),
    "bytes of any kind": {
      kind: "bytes",
      ranges: [
        [0x80, 0xff],
        [0x61, 0x7a],
      ],
    },
  };
  const bounded = fc
    .tuple(
      fc.constantFrom(...Object.keys(items)),
      fc.constantFrom([0, 4], [0, 7], [1, 6], [2, 9], [0, 14], [5, 30]),
      fc.constantFrom('"', "e", "ee"),
      fc.boolean(),
    )
    .map(([name, [min, max], end, hasAfter]): Grammar => {
      // Long enough to be a counter: the padding never matches a token.
      const padded = choice(items[name]!, text("\u{10ffff}".repeat(12)));
      const repeat: Expression = { kind: "repeat", item: itself, min: min!, max: max! };
      const after: Expression[] = hasAfter ? [{ kind: "repeat", item: lower, min: 0 }] : [];
      return {
        rules: [
          {
            name: "root",
            expression: { kind: "repeat", item: sequence({ kind: "rule", rule: 1 }, text(",")), min: 0 },
          },
          { name: "text", expression: sequence(text('"'), repeat, ...after, text(end)) },
          { name: "item", expression: padded },
        ],
        rootRule: 0,
      };
    });
  const textToken = fc
    .tuple(
      fc.array(
        fc.tuple(
          fc.constantFrom("a", "e", "b", "x", "é", "😀", '"', ",", '",', "\\", "\\e"),
          fc.integer({ min: 1, max: 7 }),
        ),
        { minLength: 1, maxLength: 4 },
      ),
      fc.nat(1),
    )
    .map(([parts, drop]) => {
      const all = utf8Encode(parts.map(([t, n]) => (/[a-zé😀]/u.test(t) ? t.repeat(n) : t)).join(""));
      return [...all.subarray(0, Math.max(1, all.length - drop))];
    });
  const textVocabulary = fc
    .array(textToken, { minLength: 40, maxLength: 300 })
    .map(
      (list) =>
        new ListVocabulary([...list, utf8Encode("e".repeat(40)), utf8Encode("\\x")].map((t) => [...t])),
    );

  it("gives the exact mask for bounded texts", async function () {
    this.timeout(0);
    await fc.assert(
      fc.asyncProperty(
        bounded,
        textVocabulary,
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        fc.constantFrom(1, 1, 40),
        checkWalk,
      ),
      { numRuns: Math.ceil(runs / 3) },
    );
    assert.ok(total((i) => i.exports.derived_count()) > runs / 12, "prechecks were derived");
  });
});
