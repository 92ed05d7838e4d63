import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Testings, Grammar as XGrammar } from "@mlc-ai/web-xgrammar";
import fc from "fast-check";
import { utf8Encode } from "../../src/base/bytes.ts";
import { parseEbnf } from "../../src/grammar/ebnf/ebnf.ts";
import { parseGbnf } from "../../src/grammar/gbnf/gbnf.ts";
import type { Expression, Grammar } from "../../src/grammar/ir.ts";
import type { ParseResult } from "../../src/grammar/parse-result.ts";
import { printEbnf } from "../../src/grammar/print/ebnf.ts";
import { printGbnf } from "../../src/grammar/print/gbnf.ts";
import type { PrintResult } from "../../src/grammar/print/printer.ts";
import { parseRegex } from "../../src/grammar/regex/regex.ts";
import { grammars, texts } from "../reference/arbitrary-grammar.ts";
import { recognize } from "../reference/recognizer.ts";

const notations: readonly {
  readonly name: string;
  readonly print: (g: Grammar) => PrintResult;
  readonly parse: (text: string) => ParseResult;
}[] = [
  { name: "EBNF", print: printEbnf, parse: parseEbnf },
  { name: "GBNF", print: printGbnf, parse: parseGbnf },
];

const accepts = (g: Grammar, text: string) => recognize(g, utf8Encode(text)).accepted;

describe("printing a grammar and reading it back", () => {
  for (const { name, print, parse } of notations) {
    for (const sets of [false, true]) {
      it(`${name} keeps the language of random grammars ${sets ? "with" : "without"} set operations`, () => {
        let printed = 0;
        fc.assert(
          fc.property(
            grammars({ sets }),
            fc.array(texts, { minLength: 5, maxLength: 20 }),
            (grammar, words) => {
              const { text, diagnostics } = print(grammar);
              if (text === undefined) {
                assert.deepEqual(
                  diagnostics.map((d) => d.code),
                  ["print-empty-language"],
                );
                for (const word of ["", ...words]) assert.ok(!accepts(grammar, word), JSON.stringify(word));
                return;
              }
              printed++;
              const again = parse(text);
              assert.ok(again.grammar, `${text}\n${JSON.stringify(again.diagnostics)}`);
              for (const word of ["", ...words])
                assert.equal(
                  accepts(again.grammar, word),
                  accepts(grammar, word),
                  `${JSON.stringify(word)} under\n${text}`,
                );
            },
          ),
          { numRuns: 400, seed: 11 },
        );
        assert.ok(printed > 100);
      });
    }
  }

  const folder = join(process.env.TOKENSIEVE_ROOT ?? ".", "grammars");
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  for (const { id, file } of JSON.parse(read("manifest.json")) as { id: string; file: string }[]) {
    it(`keeps the shipped grammar ${id}, in XGrammar as well`, async () => {
      const { accept, reject } = JSON.parse(read(`${id}/examples.json`)) as {
        accept: string[];
        reject: string[];
      };
      const { grammar } = parseEbnf(read(file));
      for (const { name, print, parse } of notations) {
        const { text, diagnostics } = print(grammar!);
        assert.deepEqual(diagnostics, []);
        const again = parse(text!).grammar!;
        const xgrammar = name === "EBNF" ? await XGrammar.fromEBNF(text!) : undefined;
        for (const [list, expected] of [
          [accept, true],
          [reject, false],
        ] as const) {
          for (const example of list) {
            assert.equal(accepts(again, example), expected, `${name}: ${example}`);
            if (xgrammar !== undefined)
              assert.equal(
                await Testings.isGrammarAcceptString(xgrammar, example),
                expected,
                `XGrammar: ${example}`,
              );
          }
        }
        xgrammar?.dispose();
      }
    });
  }
});

describe("printed text", () => {
  const check = (title: string, grammar: Grammar, ebnf: string, gbnf = ebnf) =>
    it(title, () => {
      assert.equal(printEbnf(grammar).text, ebnf);
      assert.equal(printGbnf(grammar).text, gbnf);
    });
  const ebnf = (text: string) => parseEbnf(text).grammar!;
  const of = (expression: Expression): Grammar => ({ rules: [{ name: "x", expression }], rootRule: 0 });
  check(
    "parentheses only where needed",
    ebnf('root ::= ("a" | "b" "c")+ (("d")) | ("e"+)?'),
    'root ::= ("a" | "b" "c")+ "d" | "e"*\n',
  );
  check(
    "escapes",
    ebnf('root ::= "\\"\\\\\\n\\x01é\\u0301" [\\]\\-^\\[\\n]'),
    'root ::= "\\"\\\\\\n\\u0001é\\u0301" [\\n\\u002D\\u005B\\u005D\\u005E]\n',
  );
  check("negated classes", ebnf("root ::= [^a-z] [^]"), "root ::= [^a-z] [^]\n", "root ::= [^a-z] .\n");
  check(
    "few characters past ASCII",
    ebnf("root ::= [a-zé-ê]+"),
    'root ::= ([a-z] | "é" | "ê")+\n',
    "root ::= [a-zéê]+\n",
  );
  check(
    "names",
    ebnf("root ::= a_b a-b\na_b ::= [x]\na-b ::= [y]"),
    "root ::= a_b a-b\na_b ::= [x]\na-b ::= [y]\n",
    "root ::= a-b a-b-2\na-b ::= [x]\na-b-2 ::= [y]\n",
  );
  check(
    "the root first, nothing dead or unused",
    ebnf('b ::= root\nroot ::= "a" | c\nc ::= "x" c\nd ::= "y"'),
    'root ::= "a"\n',
  );
  check(
    "a literal in two halves",
    of({
      kind: "sequence",
      items: [
        { kind: "literal", bytes: Uint8Array.of(0xc3) },
        { kind: "literal", bytes: Uint8Array.of(0xa9) },
      ],
    }),
    'root ::= "é"\n',
  );
  check(
    "a complement",
    parseRegex("^(?!ab).*", { flags: "s" }).grammar!,
    'root ::= root-state-0\nroot-state-0 ::= [^a] root-state-1 | [a] root-state-2 | ""\nroot-state-1 ::= [^]*\nroot-state-2 ::= [^b] root-state-1 | ""\n',
    'root ::= root-state-0\nroot-state-0 ::= [^a] root-state-1 | [a] root-state-2 | ""\nroot-state-1 ::= .*\nroot-state-2 ::= [^b] root-state-1 | ""\n',
  );

  it("writes tokens in GBNF", () => {
    const text = "root ::= <think> !<[12]>* <[13]>\n";
    assert.equal(printGbnf(parseGbnf(text).grammar!).text, text);
  });

  const fails = (title: string, grammar: Grammar, code: string, gbnfCode = code) =>
    it(`${title} → ${code}`, () => {
      assert.deepEqual(
        printEbnf(grammar).diagnostics.map((d) => d.code),
        [code],
      );
      assert.deepEqual(
        printGbnf(grammar).diagnostics.map((d) => d.code),
        [gbnfCode],
      );
    });
  fails("bytes that are no text", of({ kind: "literal", bytes: Uint8Array.of(0xff) }), "print-not-text");
  fails("raw bytes", of({ kind: "bytes", ranges: [[0, 255]] }), "print-not-text");
  fails("the empty language", of({ kind: "nothing" }), "print-empty-language");
  fails(
    "an empty intersection",
    of({
      kind: "intersection",
      items: [ebnf('root ::= "a"').rules[0]!.expression, ebnf('root ::= "b"').rules[0]!.expression],
    }),
    "print-empty-language",
  );
  fails("a token by a bare name", of({ kind: "token", tokens: ["eos"], negated: false }), "print-token");
  fails(
    "a recursive complement",
    of({ kind: "complement", item: { kind: "rule", rule: 0 } }),
    "print-not-regular",
  );
  fails(
    "too large an intersection",
    of({
      kind: "intersection",
      items: ["[ab]*a[ab]{12}", "[ab]*b[ab]{14}"].map((r) => parseRegex(r).grammar!.rules[0]!.expression),
    }),
    "print-too-large",
  );
  fails(
    "a complement of very long texts",
    of({ kind: "complement", item: ebnf(`root ::= "${"ab".repeat(50_000)}" "c"`).rules[0]!.expression }),
    "print-too-large",
  );
  it("warns of what the target reads wrongly", () => {
    assert.deepEqual(
      printEbnf(ebnf("root ::= [α-ω一-龥]")).diagnostics.map((d) => d.code),
      ["print-xgrammar-ranges"],
    );
    assert.deepEqual(
      printGbnf(ebnf('root ::= "a"{5000}')).diagnostics.map((d) => d.code),
      ["print-large-repeat"],
    );
  });
});
