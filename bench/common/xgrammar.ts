import { type CompiledGrammar, GrammarCompiler, GrammarMatcher, TokenizerInfo } from "@mlc-ai/web-xgrammar";
import type { Vocabulary } from "../../src/tokenizer/vocabulary.ts";
import type { BenchGrammar } from "./bench-grammar.ts";

/// XGrammar's WebAssembly build as it comes, in this thread.
export class PlainXGrammar {
  readonly #compiler: GrammarCompiler;

  private constructor(compiler: GrammarCompiler) {
    this.#compiler = compiler;
  }

  static async load(vocabulary: Vocabulary): Promise<PlainXGrammar> {
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
    return new PlainXGrammar(await GrammarCompiler.createGrammarCompiler(info, false));
  }

  /// A grammar in XGrammar's EBNF.
  ebnf(text: string): Promise<PlainGrammar> {
    return plain(this.#compiler.compileGrammar(text));
  }

  /// A structural tag, all of which XGrammar reads by itself.
  structuralTag(text: string): Promise<PlainGrammar> {
    return plain(this.#compiler.compileStructuralTag(text));
  }

  /// A JSON Schema by XGrammar's own front end, `", "` and `": "` between parts. `strict`: what a schema
  /// does not name is not allowed.
  schema(text: string, strict: boolean): Promise<PlainGrammar> {
    return plain(this.#compiler.compileJSONSchema(text, false, -1, [", ", ": "], strict));
  }
}

export interface PlainGrammar {
  createMatcher(): Promise<GrammarMatcher>;
  dispose(): void;
}

async function plain(compiling: Promise<CompiledGrammar>): Promise<PlainGrammar> {
  const compiled = await compiling;
  return {
    createMatcher: () => GrammarMatcher.createGrammarMatcher(compiled),
    dispose: () => compiled.dispose(),
  };
}

export function benchXGrammar(grammar: PlainGrammar): BenchGrammar {
  return {
    async createMatcher() {
      const matcher = await grammar.createMatcher();
      return {
        async fill(mask) {
          mask.set(await matcher.getNextTokenBitmask());
        },
        accept: (token) => matcher.acceptToken(token),
        dispose: () => matcher.dispose(),
      };
    },
    dispose: () => grammar.dispose(),
  };
}
