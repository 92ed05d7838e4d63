import assert from "node:assert/strict";
import fc from "fast-check";
import { recognize } from "../../../test/reference/recognizer.ts";
import { utf8Encode } from "../../base/bytes.ts";
import type { Grammar } from "../ir.ts";
import { parseStructuralTag } from "./structural-tag.ts";

function grammarOf(format: unknown): Grammar {
  const text = JSON.stringify({ type: "structural_tag", format });
  const { grammar, diagnostics } = parseStructuralTag({
    kind: "structural-tag",
    text,
    whitespace: "compact",
  });
  assert.ok(grammar, JSON.stringify(diagnostics));
  return grammar;
}

function accepts(grammar: Grammar, text: string): boolean {
  return recognize(grammar, utf8Encode(text)).accepted;
}

const tag = (begin: string, content: unknown, end: unknown) => ({ type: "tag", begin, content, end });
const constant = (value: string) => ({ type: "const_string", value });
const schema = (json_schema: unknown) => ({ type: "json_schema", json_schema });
const regex = (pattern: string) => ({ type: "regex", pattern });
const ANY = { type: "any_text" };

describe("structural tags: texts", () => {
  const check = (format: unknown, accepted: readonly string[], rejected: readonly string[]) =>
    it(JSON.stringify(format), () => {
      const grammar = grammarOf(format);
      for (const text of accepted) assert.ok(accepts(grammar, text), `rejected ${JSON.stringify(text)}`);
      for (const text of rejected) assert.ok(!accepts(grammar, text), `accepted ${JSON.stringify(text)}`);
    });

  check(constant("a\n€"), ["a\n€"], ["", "a\n"]);
  check(schema({ type: "integer" }), ["12"], ["a", ""]);
  check(schema(true), ['{"a":[1]}'], ["{"]);
  check({ type: "grammar", grammar: 'root ::= "a" b\nb ::= [0-9]' }, ["a1"], ["a", "1"]);
  check({ type: "grammar", syntax: "lark", grammar: "start: A+\nA: /x|y/" }, ["xyx"], ["", "z"]);
  check({ type: "grammar", syntax: "gbnf", grammar: "root ::= [a-c]{2}" }, ["ab"], ["a"]);
  check(regex("[A-Z]{2}-\\d+"), ["AB-1"], ["ab-1", "AB-"]);
  check(ANY, ["", "a€😀\n"], []);
  check({ ...ANY, excludes: ["ab", "€€"] }, ["", "a", "ba", "€a€", "aa"], ["ab", "aab", "x€€"]);
  check({ ...ANY, max_chars: 2 }, ["", "a€", "😀😀"], ["abc"]);
  check({ ...ANY, max_chars: 3, excludes: ["ab"] }, ["", "ba", "aaa"], ["ab", "aaaa", "bab"]);
  check({ type: "sequence", elements: [constant("a"), regex("b*"), constant("c")] }, ["ac", "abbc"], ["ab"]);
  check({ type: "or", elements: [constant("a"), constant("b")] }, ["a", "b"], ["", "ab"]);
  check({ type: "optional", content: constant("a") }, ["", "a"], ["aa"]);
  check({ type: "plus", content: constant("a") }, ["a", "aaa"], [""]);
  check({ type: "star", content: constant("a") }, ["", "aaa"], ["b"]);
  check({ type: "repeat", min: 1, max: 2, content: constant("a") }, ["a", "aa"], ["", "aaa"]);
  check({ type: "repeat", min: 2, max: -1, content: constant("a") }, ["aa", "aaaa"], ["a"]);

  // Members of an object between tags of their own.
  const person = {
    type: "object",
    properties: {
      name: { type: "string" },
      age: { type: "integer", minimum: 1 },
      unit: { enum: ["m", "ft", 1] },
      at: {
        type: "object",
        properties: { x: { type: "string" } },
        required: ["x"],
        additionalProperties: false,
      },
    },
    required: ["name"],
    additionalProperties: false,
  };
  const written = (open: string, between: string, close: string, ...members: (readonly [string, string])[]) =>
    members.map(([name, value]) => open + name + between + value + close).join("\n");
  const styles = [
    ["qwen_xml", "<parameter=", ">", ">", "</parameter>"],
    ["minimax_xml", '<parameter name="', '">', '">', "</parameter>"],
    ["glm_xml", "<arg_key>", "</arg_key><arg_value>", "</arg_key>\n<arg_value>", "</arg_value>"],
    [
      "deepseek_xml",
      '<｜DSML｜parameter name="',
      '" string="true">',
      '" string="false">',
      "</｜DSML｜parameter>",
    ],
  ] as const;
  for (const [style, open, string, other, close] of styles) {
    const text = (name: string, value: string) => written(open, string, close, [name, value]);
    const json = (name: string, value: string) => written(open, other, close, [name, value]);
    check(
      { ...schema(person), style },
      [
        text("name", "Bob"),
        `\n${text("name", '\n<b>"é</b> </par\n')}\n\t${json("age", "\t100\n")}\n`,
        text("name", "") + text("unit", " ft\n") + json("at", '{"x":"a</parameter>"}'),
        text("name", "x") + json("unit", "1"),
      ],
      [
        "",
        text("name", `a${close}`),
        json("age", "1") + text("name", "a"),
        text("name", "a") + json("age", "0"),
        text("name", "a") + text("unit", "km"),
        text("name", "a") + text("other", "b"),
        text("name", "a") + json("at", "{}"),
        text("name", "a") + text("at", text("x", "b")),
      ],
    );
    check(
      { ...schema({ ...person, additionalProperties: { type: "boolean" } }), style },
      [text("name", "a") + json("other_1", "true")],
      [text("name", "a") + json("1x", "true"), text("name", "a") + json("other", "1"), json("unit2", "true")],
    );
  }
  check(
    {
      type: "qwen_xml_parameter",
      json_schema: { properties: { a: { $ref: "#/$defs/b" } }, $defs: { b: { type: "null" } } },
    },
    ["", "<parameter=a>null</parameter>", "<parameter=b>x\ny</parameter>"],
    ["<parameter=a>1</parameter>"],
  );
  const bounded = { type: "string", minLength: 1, maxLength: 3, pattern: "^[a-z</]+$" };
  check(
    { type: "qwen_xml_parameter", json_schema: { properties: { a: bounded }, required: ["a"] } },
    ["<parameter=a>ab<</parameter>", "<parameter=a> a\n</parameter>"],
    ["<parameter=a></parameter>", "<parameter=a>abcd</parameter>", "<parameter=a>A</parameter>"],
  );

  // Tags around free text: it goes up to the first end.
  check(tag("<", ANY, ">"), ["<>", "<a<b>"], ["<", "<a>b>", ">"]);
  check(tag("<t>", ANY, "</t>"), ["<t></t>", "<t><</</t>"], ["<t></t></t>", "<t>"]);
  check(tag("(", ANY, "aba"), ["(aba", "(aaba", "(abbaba"], ["(ababa", "(ab"]);
  check(tag("<", ANY, ["END", "ST\n"]), ["<a\nEND", "<ST\n", "<ENST\n"], ["<ENDST\n", "<"]);
  check(tag("<", ANY, ["", ";"]), ["<", "<a", "<a;"], ["<;;", "<;a"]);
  check(tag("<", constant("a"), ["", ";"]), ["<a", "<a;"], ["<", "<a;;"]);
  check(tag("<", { ...ANY, excludes: ["b"] }, ">"), ["<a>"], ["<b>", "<ab"]);
  check(tag("<", { ...ANY, max_chars: 2 }, "ab"), ["<ab", "<xxab", "<aab", "<bbab"], ["<xxxab", "<abab"]);
  check(tag("<", { ...ANY, max_chars: 3 }, "aba"), ["<aba", "<aaba", "<abbaba"], ["<ababa"]);
  check(tag("<", { type: "optional", content: ANY }, ">"), ["<>", "<a>"], ["<a>>"]);
  check(tag("<", { type: "or", elements: [ANY, constant(">>")] }, ">"), ["<a>", "<>>>", "<>"], ["<>>"]);
  check(
    tag("<", { type: "sequence", elements: [ANY, constant("!"), ANY] }, ">"),
    ["<!>", "<a!b!>"],
    ["<a>", "<a!>b>", "<>!>"],
  );
  check(tag("[", tag("<", ANY, ">"), "]"), ["[<]>]", "[<>]"], ["[<>>]"]);

  describe("free text with tags", () => {
    const tools = {
      type: "triggered_tags",
      triggers: ["<f="],
      tags: [
        tag("<f=one>", schema({ type: "integer" }), "</f>"),
        tag("<f=other>", schema({ type: "boolean" }), "</f>"),
      ],
    };
    check(
      tools,
      ["", "text", "<f", "<<f=one>1</f>", "a<f=one>1</f>b<f=other>true</f>", "€<f=other>false</f><f", "f="],
      ["<f=", "<f=one>", "<f=one>true</f>", "a<f=two>1</f>", "<f=one>1</f><f="],
    );
    check({ ...tools, at_least_one: true }, ["<f=one>1</f>", "<f=one>1</f> and"], ["", "a<f=one>1</f>"]);
    check(
      { ...tools, stop_after_first: true },
      ["", "text", "a<f=one>1</f>"],
      ["a<f=one>1</f>b", "<f=one>1</f><f=one>1</f>"],
    );
    check(
      { ...tools, at_least_one: true, stop_after_first: true },
      ["<f=one>1</f>"],
      ["", "a<f=one>1</f>", "<f=one>1</f>b"],
    );
    check({ ...tools, excludes: ["no"] }, ["n", "on", "<f=one>1</f>n"], ["no", "a<f=one>1</f>no"]);
    check(
      tag("<<", tools, ">>"),
      ["<<>>", "<<a>b>>", "<<a<f=one>1</f>>>", "<<<f=one>1</f><f=one>1</f>x>>"],
      ["<<a>>>", "<<a", "<<a<f=one>1</f>>"],
    );
    check(
      tag("<<", { ...tools, stop_after_first: true }, ">>"),
      ["<<a>>", "<<a<f=one>1</f>>>"],
      ["<<a<f=one>1</f>b>>"],
    );
    check(
      tag("<<", { ...tools, at_least_one: true, stop_after_first: true }, ">>"),
      ["<<<f=one>1</f>>>"],
      ["<<>>", "<<a>>"],
    );
    // Overlapping and nested triggers.
    check(
      { type: "triggered_tags", triggers: ["aab"], tags: [tag("aab", constant("!"), "")] },
      ["aa", "aaaab!", "aaab!aab!a", "abab"],
      ["aab", "aaab", "aab!aab"],
    );
    check(
      {
        type: "triggered_tags",
        triggers: ["xab", "b"],
        tags: [tag("xab", constant("1"), ""), tag("b", constant("2"), "")],
      },
      ["ab2", "xab1", "xxab1b2", "xa"],
      ["xab2", "b1", "ab1"],
    );
    check(
      {
        type: "triggered_tags",
        triggers: ["é", "è€"],
        tags: [tag("é1", ANY, "."), tag("è€", regex("x"), "")],
      },
      ["", "ê", "aé1b.", "è", "è€x", "èè€xé1."],
      ["é", "é2", "è€"],
    );
  });

  check(
    {
      type: "tags_with_separator",
      separator: ",",
      tags: [tag("<a>", regex("\\d"), "</a>"), tag("<b>", ANY, "</b>")],
    },
    ["", "<a>1</a>", "<a>1</a>,<b>,</b>,<a>2</a>"],
    ["<a>1</a>,", ",", "<a>1</a><a>1</a>"],
  );
  const list = { type: "tags_with_separator", separator: "", tags: [tag("<", regex("\\d"), ">")] };
  check({ ...list, at_least_one: true }, ["<1>", "<1><2>"], [""]);
  check({ ...list, stop_after_first: true }, ["", "<1>"], ["<1><2>"]);
  check(tag("[", { ...list, separator: "; " }, "]"), ["[]", "[<1>; <2>]"], ["[<1>;<2>]"]);

  const rules = [
    ["<n>", regex("\\d")],
    ["<s>", constant("x")],
  ];
  check({ type: "dispatch", rules }, ["", "a<n>1<s>xy", "<n>12"], ["<n>", "<s>y"]);
  check({ type: "dispatch", rules, loop: false }, ["a", "a<n>1"], ["<n>12"]);
  check(tag("(", { type: "dispatch", rules, excludes: ["!"] }, ")"), ["(<n>1)", "()"], ["(!)", "(<n>)"]);

  it("reads the older form", () => {
    const text = JSON.stringify({
      type: "structural_tag",
      triggers: ["<f"],
      structures: [
        { begin: "<f>", schema: { type: "null" }, end: "</f>" },
        { begin: "<f2>", schema: '{"type": "boolean"}', end: "</f2>" },
      ],
    });
    const { grammar } = parseStructuralTag({ kind: "structural-tag", text });
    assert.ok(grammar);
    for (const good of ["", "a<f> null</f><f2>true </f2>"]) assert.ok(accepts(grammar, good), good);
    for (const bad of ["<f", "<f>1</f>", "<f2>null</f2>"]) assert.ok(!accepts(grammar, bad), bad);
  });

  it("lays out schemas as the source says", () => {
    const text = JSON.stringify({ format: schema({ type: "array", items: { type: "null" } }) });
    const read = (whitespace: "compact" | "spaced" | undefined) =>
      parseStructuralTag({ kind: "structural-tag", text, ...(whitespace && { whitespace }) }).grammar!;
    const loose = "[ null,\n null]";
    assert.deepEqual(
      [undefined, "spaced" as const, "compact" as const].map((whitespace) =>
        [loose, "[null, null]", "[null,null]"].map((json) => accepts(read(whitespace), json)),
      ),
      [
        [true, true, true],
        [false, true, false],
        [false, false, true],
      ],
    );
  });
});

interface RandomTag {
  readonly begin: string;
  readonly contents: readonly string[];
  readonly end: string;
}

interface RandomFormat {
  readonly triggers: readonly string[];
  readonly tags: readonly RandomTag[];
  readonly excludes: readonly string[];
  readonly atLeastOne: boolean;
  readonly stopAfterFirst: boolean;
  /// What the tag around ends with.
  readonly end: string | undefined;
}

/// Whether a text is free text with tags: a scanner that looks at every place of it.
function scan(format: RandomFormat, text: string): boolean {
  const tagsAt = (at: number, tags: readonly RandomTag[], next: (at: number) => boolean): boolean =>
    tags.some(
      ({ begin, contents, end }) =>
        text.startsWith(begin, at) &&
        contents.some((c) => {
          const after = at + begin.length;
          return text.startsWith(c + end, after) && next(after + c.length + end.length);
        }),
    );
  const finished = (at: number): boolean =>
    format.end === undefined
      ? at === text.length
      : text.startsWith(format.end, at) && at + format.end.length === text.length;
  const afterTag = (at: number): boolean => (format.stopAfterFirst ? finished(at) : free(at));
  const free = (from: number): boolean => {
    const stops = [...format.triggers, ...format.excludes, ...(format.end === undefined ? [] : [format.end])];
    for (let to = from + 1; to <= text.length; to++) {
      for (let at = from; at < to; at++) {
        const stop = stops.find((s) => s === text.slice(at, to));
        if (stop === undefined) continue;
        if (format.excludes.includes(stop)) return false;
        if (stop === format.end) return to === text.length;
        return tagsAt(
          at,
          format.tags.filter(({ begin }) => begin.startsWith(stop)),
          afterTag,
        );
      }
    }
    return format.end === undefined;
  };
  return format.atLeastOne ? tagsAt(0, format.tags, afterTag) : free(0);
}

const CHARACTERS = ["a", "b", "<", "é", "è"];
const word = (min: number, max: number) =>
  fc.array(fc.constantFrom(...CHARACTERS), { minLength: min, maxLength: max }).map((cs) => cs.join(""));

const randomFormat: fc.Arbitrary<RandomFormat> = fc
  .record({
    triggers: fc.uniqueArray(word(1, 3), { minLength: 1, maxLength: 3 }),
    excludes: fc.array(word(1, 3), { maxLength: 1 }),
    end: fc.option(word(1, 3), { nil: undefined }),
    atLeastOne: fc.boolean(),
    stopAfterFirst: fc.boolean(),
  })
  .chain((format) =>
    fc
      .tuple(
        ...format.triggers.map((trigger) =>
          fc.array(
            fc.record({
              begin: word(0, 2).map((more) => trigger + more),
              contents: fc.array(word(0, 3), { minLength: 1, maxLength: 2 }),
              end: word(0, 2),
            }),
            { minLength: 1, maxLength: 2 },
          ),
        ),
      )
      .map((tags) => ({ ...format, tags: tags.flat() })),
  );

function formatOf({ triggers, tags, excludes, atLeastOne, stopAfterFirst, end }: RandomFormat): unknown {
  const format = {
    type: "triggered_tags",
    triggers,
    tags: tags.map(({ begin, contents, end: e }) =>
      tag(begin, { type: "or", elements: contents.map((c) => constant(c)) }, e),
    ),
    excludes,
    at_least_one: atLeastOne,
    stop_after_first: stopAfterFirst,
  };
  return end === undefined ? format : tag("", format, end);
}

describe("structural tags: property", () => {
  it("free text with tags is what a scanner of the text takes", () => {
    let grammars = 0;
    let taken = 0;
    fc.assert(
      fc.property(randomFormat, fc.infiniteStream(fc.nat(1 << 16)), (format, numbers) => {
        const source = JSON.stringify({ format: formatOf(format) });
        const { grammar, diagnostics } = parseStructuralTag({ kind: "structural-tag", text: source });
        if (grammar === undefined) {
          // Only what no text gets to is refused.
          const codes = new Set(diagnostics.filter((d) => d.severity === "error").map((d) => d.code));
          codes.delete("structural-tag-unreachable");
          codes.delete("structural-tag-conflict");
          assert.deepEqual([...codes], []);
          return;
        }
        grammars++;
        for (let n = 0; n < 30; n++) {
          const text = randomText(format, () => numbers.next().value!);
          const expected = scan(format, text);
          if (expected) taken++;
          assert.equal(accepts(grammar, text), expected, JSON.stringify(text));
        }
      }),
      { numRuns: 150, seed: 7 },
    );
    assert.ok(grammars > 60 && taken > 300, `${grammars} grammars, ${taken} texts`);
  });
});

/// A text made of the format's own parts, so that many are taken.
function randomText(format: RandomFormat, next: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[next() % list.length]!;
  let text = "";
  for (let parts = next() % 6; parts >= 0; parts--) {
    if (next() % 2 === 0) {
      const { begin, contents, end } = pick(format.tags);
      text += begin + pick(contents) + end;
    } else text += pick([...CHARACTERS, ...CHARACTERS, ...format.triggers]);
  }
  return format.end === undefined || next() % 8 === 0 ? text : text + format.end;
}
