import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Testings, Grammar as XGrammar } from "@mlc-ai/web-xgrammar";
import { utf8Encode } from "../../src/base/bytes.ts";
import { renderDiagnostic } from "../../src/base/diagnostic.ts";
import { parseEbnf } from "../../src/grammar/ebnf/ebnf.ts";
import { checkGrammar } from "../../src/grammar/passes/check.ts";
import { recognize } from "../reference/recognizer.ts";

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly file: string;
  readonly languages: readonly string[];
  readonly extensions: readonly string[];
}

interface Examples {
  readonly accept: readonly string[];
  readonly reject: readonly string[];
}

const folder = join(process.env.TOKENSIEVE_ROOT ?? ".", "grammars");
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const manifest = JSON.parse(read("manifest.json")) as Entry[];

const shorten = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

describe("the shipped grammars", () => {
  it("are the folders of grammars/, each listed once", () => {
    const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.deepEqual(manifest.map((entry) => entry.id).sort(), folders.map((entry) => entry.name).sort());
    for (const entry of manifest) {
      assert.equal(entry.file, `${entry.id}/${entry.id}.ebnf`);
      assert.ok(existsSync(join(folder, entry.file)) && entry.title !== "" && entry.description !== "");
      assert.ok(entry.extensions.every((extension) => extension.startsWith(".")));
    }
  });

  for (const { id, file } of manifest) {
    describe(id, () => {
      const text = read(file);
      const { accept, reject } = JSON.parse(read(`${id}/examples.json`)) as Examples;
      const { grammar, diagnostics } = parseEbnf(text, { file });
      let xgrammar: XGrammar;

      before(async () => {
        xgrammar = await XGrammar.fromEBNF(text);
      });
      after(() => xgrammar.dispose());

      it("has no diagnostics of any kind", () => {
        assert.ok(grammar);
        const all = [...diagnostics, ...checkGrammar(grammar, { file })];
        assert.deepEqual(
          all.map((d) => renderDiagnostic(d, text)),
          [],
        );
      });

      it("has at least twelve examples of each kind, among them a text cut short", () => {
        assert.ok(accept.length >= 12 && reject.length >= 12);
        const cut = reject.filter((example) => {
          const bytes = utf8Encode(example);
          return recognize(grammar!, bytes).longestViablePrefix === bytes.length;
        });
        assert.ok(cut.length > 0);
      });

      const check = (example: string, expected: boolean) =>
        it(`${expected ? "accepts" : "rejects"} ${shorten(example)}`, async () => {
          assert.equal(recognize(grammar!, utf8Encode(example)).accepted, expected, "reference recogniser");
          assert.equal(await Testings.isGrammarAcceptString(xgrammar, example), expected, "XGrammar");
        });
      for (const example of accept) check(example, true);
      for (const example of reject) check(example, false);
    });
  }
});
