import { readFileSync } from "node:fs";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import type { Vocabulary } from "../../src/tokenizer/vocabulary.ts";
import type { BenchEngine } from "./bench-engine.ts";

export async function tokensieveEngine(vocabulary: Vocabulary): Promise<BenchEngine> {
  const engine = new KernelEngine({ wasm: readFileSync("out/kernel/kernel.wasm") });
  await engine.prepare(vocabulary);
  return {
    async compile(schema) {
      const result = await engine.compile(
        // Instances have their members in any order, as JSON allows.
        { kind: "json-schema", text: schema, whitespace: "spaced", propertyOrder: "any" },
        vocabulary,
      );
      if (!result.ok) return errorsOf(result.diagnostics);
      const { grammar } = result;
      return {
        async createMatcher() {
          const matcher = grammar.createMatcher();
          return {
            fill: (mask) => {
              matcher.fillTokenMask(mask);
            },
            accept: (token) => matcher.acceptToken(token),
            dispose: () => matcher.dispose(),
          };
        },
        dispose: () => grammar.dispose(),
      };
    },
  };
}

function errorsOf(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((d) => d.severity === "error");
  return errors.map((d) => `${d.code}: ${d.message}`).join("; ");
}
