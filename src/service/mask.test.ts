import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { InputError } from "../base/diagnostic.ts";
import { KernelEngine } from "../engine/index.ts";
import { FlatVocabulary, NORMAL } from "../tokenizer/flat-vocabulary.ts";
import { CompiledGrammars } from "./compiled-grammars.ts";
import { runMask } from "./mask.ts";

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);

describe("runMask", () => {
  const grammars = new CompiledGrammars([new KernelEngine({ wasm })]);
  after(() => grammars.dispose());
  const vocabulary = new FlatVocabulary({
    name: "a and b",
    data: new TextEncoder().encode("abab"),
    offsets: Uint32Array.of(0, 1, 2, 4),
    kinds: new Uint8Array(3).fill(NORMAL),
    stopTokens: [],
  });
  const check = (grammar: string, prefix: string, expected: number | string) =>
    it(`${grammar} after "${prefix}": ${expected}`, async () => {
      const source = { kind: "ebnf", text: grammar } as const;
      const params = {
        tokenizer: { kind: "built-in", name: "" },
        grammar: { engine: "tokensieve", source },
      } as const;
      const asked = runMask(grammars, vocabulary, { ...params, prefix, allIds: false });
      if (typeof expected === "number") assert.equal((await asked).allowed, expected);
      else
        await assert.rejects(asked, (error: Error) => {
          assert.ok(error instanceof InputError);
          const [{ code, message, location }] = error.diagnostics as [InputError["diagnostics"][number]];
          assert.deepEqual(
            [code, location],
            ["no-token-continues", { kind: "byte", byteOffset: prefix.length }],
          );
          assert.ok(message.includes(expected), message);
          return true;
        });
    });
  check('root ::= "a" "c"?', "", 1);
  // The text is complete: nothing has to go on.
  check('root ::= "a" "c"?', "a", 0);
  check('root ::= "ac"', "a", '"c" next');
  check('root ::= "c" | "d"', "", '"c", "d" next');
});
