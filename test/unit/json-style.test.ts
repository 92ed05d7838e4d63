import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { type GrammarSource, parseSource } from "../../src/grammar/index.ts";
import type { JsonStyle } from "../../src/grammar/source.ts";
import { byteVocabulary } from "../../src/service/byte-vocabulary.ts";

const root = process.env.TOKENSIEVE_ROOT ?? "./";
const engine = new KernelEngine({ wasm: readFileSync(`${root}out/kernel/kernel.wasm`) });

interface Compiled {
  readonly accepts: (text: string) => boolean;
  readonly codes: readonly string[];
}

async function compile(
  schema: unknown,
  style: JsonStyle & { readonly propertyOrder?: "any" },
): Promise<Compiled> {
  const text = typeof schema === "string" ? schema : JSON.stringify(schema);
  const source: GrammarSource = { kind: "json-schema", text, ...style };
  const result = await engine.compile(source, byteVocabulary());
  assert.ok(result.ok, JSON.stringify(result.diagnostics));
  return {
    codes: result.diagnostics.map((d) => d.code),
    accepts: (json) => {
      const matcher = result.grammar.createMatcher();
      const bytes = new TextEncoder().encode(json);
      const accepted = matcher.acceptBytes(bytes) === bytes.length && matcher.isAccepting();
      matcher.dispose();
      return accepted;
    },
  };
}

const inAscii = (json: string) =>
  json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
const nest = (depth: number, core: unknown): unknown => (depth === 0 ? core : { a: [nest(depth - 1, core)] });

const TREE = {
  $ref: "#/$defs/node",
  $defs: {
    node: {
      type: "object",
      properties: {
        name: { type: "string" },
        tags: { type: "array", items: { enum: ["x", "y"] }, uniqueItems: true },
        children: { type: "array", items: { $ref: "#/$defs/node" } },
        left: { anyOf: [{ type: "null" }, { $ref: "#/$defs/node" }] },
      },
      required: ["name"],
      maxProperties: 3,
      additionalProperties: false,
    },
  },
};

const { tree } = fc.letrec((tie) => ({
  tree: fc
    .record(
      {
        name: fc.string({ maxLength: 3 }),
        tags: fc.constantFrom([], ["x"], ["y", "x"]),
        children: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie("tree"), { maxLength: 2 })),
        left: fc.oneof({ maxDepth: 4 }, fc.constant(null), tie("tree")),
      },
      { requiredKeys: ["name"] },
    )
    .map((node) => {
      const ways = Object.entries(node).slice(0, 3);
      return Object.fromEntries(ways);
    }),
}));

describe("JSON that is indented", () => {
  const INDENTS = [1, 2, 4, "tab"] as const;
  const unit = (indent: (typeof INDENTS)[number]) => (indent === "tab" ? "\t" : indent);

  it("is what JSON.stringify writes, of any value", async () => {
    for (const indent of INDENTS) {
      const { accepts } = await compile(true, { whitespace: "indent", indent });
      fc.assert(
        fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), (value) => {
          const text = JSON.stringify(value, null, unit(indent));
          assert.ok(accepts(text) && accepts(`${text}\n`) && !accepts(`${text}\n\n`), text);
        }),
        { numRuns: 200 },
      );
    }
  });

  it("is nothing else: no blank more or less, anywhere", async () => {
    const { accepts } = await compile(TREE, { whitespace: "indent" });
    fc.assert(
      fc.property(tree, fc.nat(), fc.constantFrom(" ", "\n", "", "  "), (value, place, other) => {
        const text = JSON.stringify(value, null, 2);
        assert.ok(accepts(text), text);
        // Outside of strings, which hold no line here.
        const blanks = [...text.matchAll(/\n *|(?<=": )(?=\S)|(?<=,)(?=\n)/g)];
        if (blanks.length === 0) return;
        const { index, 0: blank } = blanks[place % blanks.length]!;
        const changed = `${text.slice(0, index)}${blank === "" ? other : other + blank}${text.slice(index + blank.length)}`;
        const shorter = text.slice(0, index) + blank.slice(0, -1) + text.slice(index + blank.length);
        assert.equal(accepts(changed), changed === text, changed);
        assert.equal(accepts(shorter), shorter === text, shorter);
      }),
      { numRuns: 500 },
    );
  });

  it("writes empty arrays and objects without lines", async () => {
    const { accepts } = await compile(
      { type: ["array", "object"], maxItems: 0, maxProperties: 0 },
      {
        whitespace: "indent",
      },
    );
    for (const text of ["[]", "{}"]) assert.ok(accepts(text), text);
    for (const text of ["[\n]", "{\n}", "[ ]", "{\n\n}", "[\n  \n]"]) assert.ok(!accepts(text), text);
  });

  it("goes on for as many levels as it is told, and says what becomes of deeper ones", async () => {
    for (const indentDepth of [1, 4, 9]) {
      const { accepts, codes } = await compile(true, { whitespace: "indent", indentDepth });
      assert.deepEqual(codes, ["schema-indent-depth"]);
      const flat = (value: unknown): string =>
        Array.isArray(value)
          ? `[${value.map(flat).join(", ")}]`
          : value !== null && typeof value === "object"
            ? `{${Object.entries(value)
                .map(([k, v]) => `${JSON.stringify(k)}: ${flat(v)}`)
                .join(", ")}}`
            : JSON.stringify(value);
      const written = (value: unknown, depth: number): string => {
        if (depth === indentDepth || typeof value !== "object" || value === null) return flat(value);
        const line = `\n${"  ".repeat(depth + 1)}`;
        const end = `\n${"  ".repeat(depth)}`;
        return Array.isArray(value)
          ? `[${line}${value.map((item) => written(item, depth + 1)).join(`,${line}`)}${end}]`
          : `{${line}${Object.entries(value)
              .map(([k, v]) => `${JSON.stringify(k)}: ${written(v, depth + 1)}`)
              .join(`,${line}`)}${end}}`;
      };
      for (const levels of [1, 2, 4, 6]) {
        const value = nest(levels, { b: [1, "x"], c: 2 });
        const text = written(value, 0);
        assert.ok(accepts(text), text);
        const usual = JSON.stringify(value, null, 2);
        assert.equal(accepts(usual), usual === text, usual);
      }
    }
  });

  it("says nothing of depth where a schema's values are no deeper", async () => {
    const only = await compile(
      {
        type: "object",
        properties: { a: { type: "array", items: { type: "integer" } } },
        additionalProperties: false,
      },
      { whitespace: "indent", indentDepth: 2 },
    );
    assert.deepEqual(only.codes, []);
    assert.ok(only.accepts('{\n  "a": [\n    1,\n    2\n  ]\n}'));
  });
});

describe("JSON strings with escapes", () => {
  const characters = fc.array(
    fc.oneof(
      fc.constantFrom("a", "~", "/", '"', "\\", "\b", "\f", "\n", "\r", "\t", "\0", "\x1f", "\x7f", "\x80"),
      fc.constantFrom("é", "€", "\u2028", "\ud7ff", "\ue000", "\uffff", "😀", "\u{10000}", "\u{10ffff}"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    ),
    { maxLength: 8 },
  );
  const STYLES = [
    ["needed", JSON.stringify],
    ["ascii", (text: string) => inAscii(JSON.stringify(text))],
  ] as const;
  /// Any spelling at all of a character.
  const spell = (c: string, way: number): string => {
    const own = JSON.stringify(c).slice(1, -1);
    const coded = [...c].flatMap((p) =>
      Array.from({ length: p.length }, (_, i) => `\\u${p.charCodeAt(i).toString(16).padStart(4, "0")}`),
    );
    return [
      own,
      coded.join(""),
      coded.join("").toUpperCase().replaceAll("\\U", "\\u"),
      c === "/" ? "\\/" : own,
    ][way]!;
  };

  for (const [escapes, only] of STYLES) {
    it(`${escapes}: each text has one spelling`, async () => {
      const schemas: readonly [unknown, (text: string) => boolean][] = [
        [{ type: "string" }, () => true],
        [{ type: "string", minLength: 2, maxLength: 4 }, (t) => [...t].length >= 2 && [...t].length <= 4],
        [{ type: "string", pattern: "^[^a]*$" }, (t) => !t.includes("a")],
        [{ type: "string", not: { pattern: "é|\\\\" } }, (t) => !/é|\\/.test(t)],
        [{ type: "string", pattern: "^[^/]+$", maxLength: 3 }, (t) => /^[^/]{1,3}$/u.test(t)],
      ];
      for (const [schema, isValid] of schemas) {
        const { accepts } = await compile(schema, { escapes });
        fc.assert(
          fc.property(characters, fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }), (list, ways) => {
            const text = list.join("");
            assert.equal(accepts(only(text)), isValid(text), only(text));
            const spelled = `"${list.map((c, i) => spell(c, ways[i]!)).join("")}"`;
            assert.equal(accepts(spelled), spelled === only(text) && isValid(text), spelled);
          }),
          { numRuns: 200 },
        );
      }
    });

    it(`${escapes}: constants, keys and what no key may be`, async () => {
      for (const text of ["é/\n", "\x7f", "😀\u2028", 'q"\\', "a\ud83d"]) {
        const { accepts } = await compile({ const: text }, { escapes });
        assert.ok(accepts(only(text)), only(text));
        const members = await compile(
          { type: "object", properties: { [text]: { type: "null" } }, required: [text] },
          { escapes, propertyOrder: "any" },
        );
        assert.ok(members.accepts(`{${only(text)}:null}`));
        assert.ok(!members.accepts(`{${only(text)}:1}`) && !members.accepts("{}"));
        assert.ok(!members.accepts(`{${only(text)}:null,${only(text)}:1}`));
      }
    });
  }

  it("takes half surrogate pairs in free strings, as the two ways write them", async () => {
    const free = { type: "string" };
    const needed = await compile(free, { escapes: "needed" });
    const ascii = await compile(free, { escapes: "ascii" });
    for (const text of ["\ud83d", "\ude00x", "\ude00\ud83d", "\ud83d\ud83d", "\ud83da\ude00"]) {
      assert.ok(needed.accepts(JSON.stringify(text)), JSON.stringify(text));
      assert.ok(ascii.accepts(inAscii(JSON.stringify(text))), JSON.stringify(text));
    }
    // Together they are a character.
    assert.ok(!needed.accepts('"\\ud83d\\ude00"') && !needed.accepts('"\\ud83d\\ud83d\\ude00"'));
    assert.ok(ascii.accepts('"\\ud83d\\ude00"'));
  });

  it("holds no declared key under another spelling", async () => {
    const { accepts } = await compile({ properties: { "a/b": { type: "null" } } }, {});
    for (const key of ["a/b", "a\\/b"]) {
      assert.ok(accepts(`{"${key}":null}`));
      assert.ok(!accepts(`{"${key}":1}`));
    }
    assert.ok(!accepts('{"a\\u002fb":1}'));
  });
});

describe("JSON styles that cannot be", () => {
  for (const style of [
    { indent: 0 },
    { indent: 17 },
    { indent: 1.5 },
    { indentDepth: 0 },
    { indentDepth: 257 },
  ])
    it(JSON.stringify(style), () => {
      const source: GrammarSource = { kind: "json-schema", text: "{}", whitespace: "indent", ...style };
      assert.deepEqual(
        parseSource(source, "allowed").diagnostics.map((d) => d.code),
        ["json-bad-style"],
      );
    });
});

describe("JSON in a structural tag", () => {
  it("is written as the tag's options say", async () => {
    const format = {
      type: "tag",
      begin: "<<",
      content: { type: "json_schema", json_schema: { type: "object" } },
      end: ">>",
    };
    const source: GrammarSource = {
      kind: "structural-tag",
      text: JSON.stringify({ type: "structural_tag", format }),
      whitespace: "indent",
      indent: 1,
      escapes: "ascii",
    };
    const { grammar, diagnostics } = parseSource(source, "allowed");
    assert.ok(grammar, JSON.stringify(diagnostics));
    const result = await engine.compileGrammar(grammar, source, byteVocabulary());
    assert.ok(result.ok);
    for (const [text, expected] of [
      ['<<{\n "a": "\\u00e9"\n}>>', true],
      ['<<{\n "a": "é"\n}>>', false],
      ['<<{"a": 1}>>', false],
    ] as const) {
      const matcher = result.grammar.createMatcher();
      const bytes = new TextEncoder().encode(text);
      assert.equal(matcher.acceptBytes(bytes) === bytes.length && matcher.isAccepting(), expected, text);
      matcher.dispose();
    }
  });
});
