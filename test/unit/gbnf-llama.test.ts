import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Llama, LlamaGrammar } from "node-llama-cpp";
import { parseEbnf } from "../../src/grammar/ebnf/ebnf.ts";
import type { Grammar } from "../../src/grammar/ir.ts";
import { printGbnf } from "../../src/grammar/print/gbnf.ts";
import { parseRegex } from "../../src/grammar/regex/regex.ts";
import { backend } from "../../src/runtime/node-llama-cpp/backend.ts";

/// llama.cpp's own judgement of a text. The method is not part of node-llama-cpp's documented surface,
/// but the only way to ask without a model.
type Tester = { _testText(text: string): boolean };

describe("GBNF as llama.cpp itself reads it", () => {
  let llama: Llama;
  before(async () => {
    llama = await backend("cpu");
  });

  const load = (text: string) => new LlamaGrammar(llama, { grammar: text }) as unknown as Tester;
  const printed = (grammar: Grammar | undefined) => load(printGbnf(grammar!).text!);

  const folder = join(process.env.TOKENSIEVE_ROOT ?? ".", "grammars");
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  for (const { id, file } of JSON.parse(read("manifest.json")) as { id: string; file: string }[]) {
    it(`the shipped grammar ${id}, printed, decides every example alike`, () => {
      const examples = JSON.parse(read(`${id}/examples.json`)) as { accept: string[]; reject: string[] };
      const grammar = printed(parseEbnf(read(file)).grammar);
      for (const text of examples.accept) assert.ok(grammar._testText(text), text);
      for (const text of examples.reject) assert.ok(!grammar._testText(text), text);
    });
  }

  const regex = (pattern: string, accepted: string[], rejected: string[]) =>
    it(`/${pattern}/, printed`, () => {
      const grammar = printed(parseRegex(pattern).grammar);
      for (const text of accepted) assert.ok(grammar._testText(text), text);
      for (const text of rejected) assert.ok(!grammar._testText(text), text);
    });
  regex("^(?!.*foo)[a-z é€]+$", ["fo o é€", "f", "fofo"], ["a foo", "foo", "", "A"]);
  regex("^(?=.*\\d)(?=.*[A-Z])\\w{4,6}$", ["aB3d", "3333X"], ["aB3", "abcd", "aB3dddd"]);
  regex("\\p{Lu}[^\\x00-\\x7f]{2}", ["Äöü", "X中😀"], ["äöü", "Xab"]);
});
