import type { Diagnostic } from "../../src/base/diagnostic.ts";
import type { Vocabulary } from "../../src/tokenizer/vocabulary.ts";
import { benchGrammar, readyKernel } from "../common/bench-grammar.ts";
import type { BenchEngine } from "./bench-engine.ts";

export async function tokensieveEngine(vocabulary: Vocabulary): Promise<BenchEngine> {
  const engine = await readyKernel(vocabulary);
  return {
    async compile(schema) {
      const result = await engine.compile(
        // Instances have their members in any order, as JSON allows.
        { kind: "json-schema", text: schema, whitespace: "spaced", propertyOrder: "any" },
        vocabulary,
      );
      return result.ok ? benchGrammar(result.grammar) : errorsOf(result.diagnostics);
    },
  };
}

function errorsOf(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((d) => d.severity === "error");
  return errors.map((d) => `${d.code}: ${d.message}`).join("; ");
}
