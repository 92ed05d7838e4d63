import { GrammarCompiler, GrammarMatcher, TokenizerInfo } from "@mlc-ai/web-xgrammar";
import type { Vocabulary } from "../../src/tokenizer/vocabulary.ts";
import type { BenchEngine } from "./bench-engine.ts";

/// XGrammar's WebAssembly build as it comes: in this thread, its strict default.
export async function xgrammarEngine(vocabulary: Vocabulary): Promise<BenchEngine> {
  const tokens: Uint8Array[] = [];
  for (let id = 0; id < vocabulary.size; id++) {
    // To XGrammar a token without bytes is special: never allowed.
    tokens.push(vocabulary.kind(id) === "normal" ? vocabulary.bytes(id) : new Uint8Array(0));
  }
  const info = await TokenizerInfo.createTokenizerInfo(
    // Declared string[], but a std::string of the binding takes bytes too; strings would be UTF-8.
    tokens as unknown as string[],
    "raw",
    false,
    tokens.length,
    [...vocabulary.stopTokens],
  );
  const compiler = await GrammarCompiler.createGrammarCompiler(info, false);
  return {
    async compile(schema) {
      const compiled = await compiler.compileJSONSchema(schema, false, -1, [", ", ": "], true);
      return {
        async createMatcher() {
          const matcher = await GrammarMatcher.createGrammarMatcher(compiled);
          return {
            async fill(mask) {
              mask.set(await matcher.getNextTokenBitmask());
            },
            accept: (token) => matcher.acceptToken(token),
            dispose: () => matcher.dispose(),
          };
        },
        dispose: () => compiled.dispose(),
      };
    },
  };
}
