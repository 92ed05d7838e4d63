import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fixtureFolder, root, tokensieve } from "./run-cli.ts";

const files = fixtureFolder();
const model = join(root, "models/tokensieve-mini.gguf");

/// Bad input exits with 2, prints nothing on stdout, and says on stderr what, where and what to do.
function check(name: string, args: () => string[], ...expected: (string | RegExp)[]): void {
  it(name, async () => {
    const { status, stdout, stderr } = await tokensieve(args());
    assert.equal(status, 2, stderr);
    assert.equal(stdout, "");
    for (const part of expected) {
      if (typeof part === "string")
        assert.ok(stderr.includes(part), `${JSON.stringify(part)} is not in:\n${stderr}`);
      else assert.match(stderr, part);
    }
    assert.doesNotMatch(stderr, /^\s+at .*\(.*:\d+:\d+\)/m, "a stack trace is no message");
  });
}

const grammar = (text: string, name = "g.ebnf") => [
  "mask",
  "--tokenizer",
  "model",
  "--grammar",
  files.write(name, text),
];
const schema = (value: unknown) => [
  "mask",
  "--tokenizer",
  "model",
  "--schema",
  files.write("s.json", typeof value === "string" ? value : JSON.stringify(value)),
];

describe("bad input on the command line", () => {
  describe("JSON styles and tools", () => {
    const styled = (...flags: string[]) => [...schema({}), ...flags];
    check("too many spaces", () => styled("--indent", "17"), "--indent", "from 1 to 16");
    check("no depth", () => styled("--indent-depth", "0"), "--indent-depth", "from 1 to 256");
    check("no such escapes", () => styled("--escapes", "some"), "--escapes", "needed");
    const tools = (list: unknown) => [
      ...["mask", "--tokenizer", "model", "--tools"],
      files.write("tools.json", JSON.stringify(list)),
    ];
    check("tools that are no list", () => tools({}), "tools.json", "tools-invalid");
    check(
      "a tool that a grammar cannot hold to its schema",
      () => tools([{ type: "function", function: { name: "f", parameters: { $ref: "#/$defs/none" } } }]),
      /tools\.json:1:\d+:#\/0\/function\/parameters\/\$ref: /,
      "schema-unresolved-ref",
    );
  });

  describe("models", () => {
    const generate = (file: string) => ["generate", "--model", file, "--max-tokens", "1"];
    check("missing", () => generate(files.path("none.gguf")), "none.gguf", "file-missing");
    check("a folder", () => generate(root), "file-unreadable", "folder");
    check(
      "not GGUF",
      () => generate(files.write("text.gguf", "hello, this is no model at all")),
      "text.gguf",
      /GGUF/,
    );
    check("empty", () => generate(files.write("empty.gguf", "")), "empty.gguf");
    check(
      "cut in its weights",
      () => generate(files.write("cut.gguf", readFileSync(model).subarray(0, 2_000_000))),
      "cut.gguf",
      /truncated|cut/i,
    );
    check(
      "cut in its header",
      () => generate(files.write("head.gguf", readFileSync(model).subarray(0, 2000))),
      "head.gguf",
      /truncated|cut/i,
    );
    check(
      "a forced GPU that is not there",
      () => ["generate", "--gpu", "metal", "--max-tokens", "1"],
      /metal/i,
    );
  });

  describe("tokenizers", () => {
    const tokenize = (tokenizer: string) => ["tokenize", "--tokenizer", tokenizer, "text"];
    check("unknown name", () => tokenize("gpt9"), "gpt9", "o200k_base");
    check("missing file", () => tokenize(files.path("tokenizer.json")), "tokenizer.json");
    check(
      "no JSON",
      () => tokenize(files.write("broken-tokenizer.json", '{\n  "model": {,\n}')),
      "broken-tokenizer.json",
      ":2:",
    );
    check(
      "JSON, but no tokenizer",
      () => tokenize(files.write("other.json", '{"a": 1}')),
      "other.json",
      "model",
    );
  });

  describe("grammars", () => {
    check(
      "missing file",
      () => ["mask", "--tokenizer", "model", "--grammar", files.path("none.ebnf")],
      "none.ebnf",
    );
    check("syntax error", () => grammar('root ::= "a"\nitem ::= ( "b"\n'), /g\.ebnf:\d+:\d+: error/, "^");
    check(
      "undefined rule",
      () => grammar('root ::= "a" itm\nitem ::= "b"\n'),
      "g.ebnf:1:14",
      "itm",
      "item",
      "^",
    );
    check(
      "left recursion, which the xgrammar engine cannot do",
      () => [...grammar('root ::= root "a" | "a"\n'), "--engine", "xgrammar"],
      "g.ebnf:1:",
      /left.recurs/i,
    );
    check(
      "empty language",
      () => grammar('root ::= root2\nroot2 ::= "a" root2\n'),
      "g.ebnf",
      /no (finite )?(text|sentence|string)|empty/i,
    );
    check("bad regex", () => ["mask", "--tokenizer", "model", "--regex", "a(b"], "--regex", "^");
    check("no grammar at all", () => ["mask", "--tokenizer", "model"], "--grammar");
    check("two grammars", () => ["mask", "--tokenizer", "model", "--regex", "a", "--schema", "b"], "--regex");
    const explain = (...rest: string[]) => ["explain", "--tokenizer", "model", "--regex", "a", ...rest];
    check("no token to explain", () => explain(), "--token");
    check(
      "a text of several tokens",
      () => explain("--token", "const x"),
      "token-unknown",
      /It is \d: "const" \(\d+\)/,
    );
    check("an id beyond the vocabulary", () => explain("--token-id", "6144"), "token-unknown", "0 to 6143");
    check(
      "an engine that gives no reasons",
      () => explain("--token", "a", "--engine", "xgrammar"),
      "engine-cannot-explain",
    );
    check(
      "a prefix that violates it",
      () => [...grammar('root ::= "abc"\n'), "--prefix", "abd"],
      "byte 2",
      "c",
    );
  });

  describe("schemas", () => {
    check("JSON syntax error", () => schema('{\n  "type": "object",\n  "properties": \n}'), /s\.json:\d:\d+/);
    check(
      "unsupported keyword",
      () => schema({ properties: { a: { type: "array", uniqueItems: true } } }),
      "#/properties/a/uniqueItems",
    );
    check(
      "remote $ref",
      () => schema({ properties: { a: { $ref: "https://example.com/a.json" } } }),
      "#/properties/a/$ref",
      "https://example.com/a.json",
    );
    check("unresolved $ref", () => schema({ $ref: "#/$defs/none" }), "#/$ref");
    check("false", () => schema("false"), /no (value|text)|empty/i);
  });

  describe("flags", () => {
    check("unknown command", () => ["explode"], "explode");
    check("bad number", () => ["generate", "--max-tokens", "many"], "many");
    check("missing option", () => ["fim", "--prefix-file", "a"], "--suffix-file");
  });

  check(
    "a prompt larger than the context",
    () => [
      "generate",
      "--prompt-file",
      files.write("long.txt", "const a = 1;\n".repeat(3000)),
      "--max-tokens",
      "4",
    ],
    /context/i,
  );
});
