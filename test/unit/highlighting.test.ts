// The TextMate grammars of syntaxes/, run by the tokenizer that VS Code uses.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createOnigScanner, createOnigString, loadWASM } from "vscode-oniguruma";
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from "vscode-textmate";
import { parseEbnf, parseGbnf, parseLark, printGbnf } from "../../src/grammar/index.ts";

const root = process.env.TOKENSIEVE_ROOT ?? ".";
const parsers = { ebnf: parseEbnf, gbnf: parseGbnf, lark: parseLark };
type Language = keyof typeof parsers;

interface Piece {
  readonly text: string;
  readonly from: number;
  readonly scopes: readonly string[];
}

describe("highlighting", () => {
  const grammars = new Map<Language, IGrammar>();
  before(async () => {
    const wasm = readFileSync(join(root, "node_modules/vscode-oniguruma/release/onig.wasm"));
    await loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
    const registry = new Registry({
      onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
      loadGrammar: async (scope) => {
        const file = join(root, `syntaxes/${scope.replace("source.", "")}.tmLanguage.json`);
        return parseRawGrammar(readFileSync(file, "utf8"), file);
      },
    });
    for (const language of Object.keys(parsers) as Language[])
      grammars.set(language, (await registry.loadGrammar(`source.${language}`))!);
  });

  function tokenize(language: Language, text: string): Piece[] {
    const pieces: Piece[] = [];
    let state = INITIAL;
    let lineStart = 0;
    for (const line of text.split("\n")) {
      const { tokens, ruleStack } = grammars.get(language)!.tokenizeLine(line, state);
      state = ruleStack;
      for (const { startIndex, endIndex, scopes } of tokens)
        pieces.push({ text: line.slice(startIndex, endIndex), from: lineStart + startIndex, scopes });
      lineStart += line.length + 1;
    }
    return pieces;
  }

  /// `expected`: pieces of the text in their order, and a scope that each is in (its language's name at
  /// the end may be left out).
  const check = (language: Language, text: string, ...expected: [piece: string, scope: string][]) =>
    it(`${language}: ${JSON.stringify(text)}`, () => {
      const pieces = tokenize(language, text);
      let at = 0;
      for (const [piece, scope] of expected) {
        const found = pieces.findIndex((p, i) => i >= at && p.text.trim() === piece);
        assert.ok(found >= 0, `no piece ${piece} among ${pieces.map((p) => p.text).join("¦")}`);
        const { scopes } = pieces[found]!;
        assert.ok(
          scopes.some((s) => s === scope || s.startsWith(`${scope}.`)),
          `${piece} is in ${scopes.join(" ")}`,
        );
        at = found + 1;
      }
    });

  check(
    "ebnf",
    'a.b-c_1 ::= "x\\n\\q" | \'y\' rule? # note "z"',
    ["a.b-c_1", "entity.name.function.rule"],
    ["::=", "keyword.operator.definition"],
    ['"', "punctuation.definition.string.begin"],
    ["x", "string.quoted.double"],
    ["\\n", "constant.character.escape"],
    ["\\q", "invalid.illegal.escape"],
    ['"', "punctuation.definition.string.end"],
    ["|", "keyword.operator.or"],
    ["y", "string.quoted.single"],
    ["rule", "variable.other.rule"],
    ["?", "keyword.operator.quantifier"],
    ["#", "punctuation.definition.comment"],
    ['note "z"', "comment.line.number-sign"],
  );
  check(
    "ebnf",
    'root ::= [^a-z\\]#"(] "#"{2,30} (x)* (= "end")',
    ["[", "punctuation.definition.character-class.begin"],
    ["^", "keyword.operator.negation"],
    ["a", "string.regexp.character-class"],
    ["-", "keyword.operator.range"],
    ["\\]", "constant.character.escape"],
    ['#"(', "string.regexp.character-class"],
    ["]", "punctuation.definition.character-class.end"],
    ["#", "string.quoted.double"],
    ["2", "constant.numeric.integer"],
    [",", "keyword.operator.quantifier"],
    ["30", "constant.numeric.integer"],
    ["*", "keyword.operator.quantifier"],
    ["=", "keyword.operator.lookahead"],
  );
  check(
    "ebnf",
    'root ::= "never closed\nnext ::= [a',
    ["never closed", "string"],
    ["next", "entity.name.function"],
  );
  check("ebnf", "root ::= [a\nnext ::= x", ["a", "string.regexp"], ["next", "entity.name.function"]);
  check("ebnf", 'r ::= TagDispatch("a")', ["TagDispatch", "support.function.macro"]);
  check(
    "gbnf",
    'root-1 ::= !<[128010]> <think> . 2nd-rule{3}\n2nd-rule ::= "\\x41\\[" [\\x00-\\U0010FFFF]',
    ["root-1", "entity.name.function.rule"],
    ["!", "keyword.operator.negation"],
    ["<[", "constant.language.token"],
    ["128010", "constant.numeric.integer"],
    ["<think>", "constant.language.token"],
    [".", "constant.character.any"],
    ["2nd-rule", "variable.other.rule"],
    ["3", "constant.numeric.integer"],
    ["2nd-rule", "entity.name.function.rule"],
    ["\\x41", "constant.character.escape"],
    ["\\[", "constant.character.escape"],
    ["\\x00", "constant.character.escape"],
    ["\\U0010FFFF", "constant.character.escape"],
  );
  check("gbnf", "root ::= 'x' \"\\q\"", ["\\q", "invalid.illegal.escape"]);
  check(
    "lark",
    '?sum.10: product "+"i sum -> add // note\n!_list[capture, max_tokens=3]: NAME ~ 2..4 | <|end|>',
    ["?", "storage.modifier"],
    ["sum", "entity.name.function.rule"],
    ["10", "constant.numeric.priority"],
    [":", "keyword.operator.definition"],
    ["product", "variable.other.rule"],
    ["+", "string.quoted.double"],
    ["i", "keyword.other.flags"],
    ["sum", "variable.other.rule"],
    ["->", "keyword.operator.alias"],
    ["add", "entity.name.label"],
    ["note", "comment.line.double-slash"],
    ["!", "storage.modifier"],
    ["_list", "entity.name.function.rule"],
    ["capture", "entity.other.attribute-name"],
    ["max_tokens", "entity.other.attribute-name"],
    ["3", "constant.numeric"],
    ["NAME", "support.type.terminal"],
    ["2", "constant.numeric.integer"],
    ["4", "constant.numeric.integer"],
    ["<|end|>", "constant.language.token"],
  );
  check(
    "lark",
    '_NUM.-1: /[+-]?\\d+(?:\\/)#/im & ~"a".."z" # note',
    ["_NUM", "entity.name.type.terminal"],
    ["-1", "constant.numeric.priority"],
    ["/", "punctuation.definition.string.begin"],
    ["+-", "constant.other.character-class.set"],
    ["?", "keyword.operator.quantifier"],
    ["\\d", "constant.other.character-class"],
    ["(?:", "punctuation.definition.group"],
    ["\\/", "constant.character.escape"],
    ["#", "string.regexp"],
    ["im", "keyword.other.flags"],
    ["&", "keyword.operator.set"],
    ["~", "keyword.operator.set"],
    ["..", "keyword.operator.range"],
    ["note", "comment.line.number-sign"],
  );
  check(
    "lark",
    "%import common.WS -> SPACE\n%import common (INT, NUMBER)\n%ignore SPACE",
    ["%import", "keyword.control.directive"],
    ["common", "entity.name.namespace"],
    ["WS", "support.type.terminal"],
    ["SPACE", "entity.name.label"],
    ["common", "entity.name.namespace"],
    ["INT", "support.type.terminal"],
    ["NUMBER", "support.type.terminal"],
    ["%ignore", "keyword.control.directive"],
    ["SPACE", "support.type.terminal"],
  );
  check(
    "lark",
    'start: %json {\n  "a": { "b": [1, true, "x: \\n"] }\n}\nrest: X',
    ["%json", "keyword.control.directive"],
    ['"a"', "support.type.property-name"],
    ["1", "constant.numeric"],
    ["true", "constant.language"],
    ["x:", "string.quoted.double"],
    ["rest", "entity.name.function.rule"],
  );

  /// The parsers know what each name is: the colours must agree.
  function checkNames(language: Language, text: string): void {
    const { names, diagnostics } = parsers[language](text);
    assert.deepEqual(diagnostics, []);
    const pieces = tokenize(language, text);
    const at = (from: number) => pieces.find((p) => p.from <= from && from < p.from + p.text.length)!;
    for (const { name, span } of names!.definitions) {
      const piece = at(span.from);
      assert.equal(piece.text.trim(), name);
      assert.match(piece.scopes.join(" "), /entity\.name|support\.type/);
    }
    for (const { name, span } of names!.references) {
      const piece = at(span.from);
      assert.equal(piece.text.trim(), name);
      assert.match(piece.scopes.join(" "), /variable\.other\.rule|support\.type\.terminal/);
    }
    const named = new Set([...names!.definitions, ...names!.references].map(({ span }) => span.from));
    for (const { text: piece, from, scopes } of pieces) {
      const all = scopes.join(" ");
      assert.doesNotMatch(all, /invalid/, piece);
      if (/entity\.name\.function|variable\.other\.rule/.test(all))
        assert.ok(
          [...piece].some((_, i) => named.has(from + i)),
          `${piece} at ${from} is no name`,
        );
    }
  }

  const shipped = readdirSync(join(root, "grammars"), { recursive: true, encoding: "utf8" });
  for (const file of shipped) {
    const language = /\.(ebnf|gbnf|lark)$/.exec(file)?.[1] as Language | undefined;
    if (language === undefined) continue;
    const text = readFileSync(join(root, "grammars", file), "utf8");
    it(`agrees with the parser on ${file}`, () => checkNames(language, text));
    if (language === "ebnf")
      it(`agrees with the parser on ${file} as GBNF`, () => {
        const { grammar } = parseEbnf(text);
        const printed = printGbnf(grammar!);
        checkNames("gbnf", printed.text!);
      });
  }
  it("agrees with the parser on a calculator in Lark", () =>
    checkNames("lark", readFileSync(join(root, "examples/calculator.lark"), "utf8")));
});

describe("language configurations", () => {
  const check = (language: Language, words: string, expected: readonly string[]) =>
    it(`${language} has patterns that compile, and words`, () => {
      const file = join(root, `syntaxes/${language}.language-configuration.json`);
      const { wordPattern, onEnterRules } = JSON.parse(readFileSync(file, "utf8"));
      for (const { beforeText, afterText = "" } of onEnterRules) {
        assert.ok(new RegExp(beforeText.pattern ?? beforeText));
        assert.ok(new RegExp(afterText));
      }
      assert.deepEqual(words.match(new RegExp(wordPattern, "g")), expected);
    });
  check("ebnf", "a-b.c_1 ::= x? (y)", ["a-b.c_1", "x", "y"]);
  check("gbnf", "a-b1 ::= 2nd? (y)", ["a-b1", "2nd", "y"]);
  check("lark", "?sum: A -> x b-c->y %ignore", ["sum", "A", "x", "b-c", "y", "%ignore"]);
});
