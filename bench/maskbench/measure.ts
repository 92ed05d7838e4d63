import { bitsetWords, hasBit } from "../../src/base/bitset.ts";
import type { Tokenizer } from "../../src/tokenizer/vocabulary.ts";
import type { BenchGrammar } from "../common/bench-grammar.ts";
import type { BenchEngine } from "./bench-engine.ts";
import type { BenchSchema } from "./dataset.ts";
import type { OutcomeKind, SchemaOutcome } from "./outcome.ts";

const micros = () => performance.now() * 1000;

/// Runs one schema by the protocol: its grammar, then for each instance and each of its tokens the
/// mask, whether the token is in it, and the token. TTFM is from the schema's text to the first mask.
export async function measure(
  engine: BenchEngine,
  tokenizer: Tokenizer,
  { id, schema, tests }: BenchSchema,
): Promise<SchemaOutcome> {
  const { vocabulary } = tokenizer;
  const texts = tests.map((test) => tokenizer.encode(test.text));
  const mask = new Uint32Array(bitsetWords(vocabulary.size));
  const masks: number[] = [];
  const accepts: number[] = [];
  const start = micros();
  let grammar: BenchGrammar | string;
  try {
    grammar = await engine.compile(schema);
  } catch (error) {
    grammar = String(error);
  }
  if (typeof grammar === "string") {
    return { id, kind: "compile-error", detail: grammar, masks, accepts, disagreements: 0 };
  }
  let ttfm: number | undefined;
  let disagreements = 0;
  const problems: { readonly kind: OutcomeKind; readonly detail: string }[] = [];

  /// Whether the engine takes the whole text; `ended` is where it stopped.
  const follow = async (compiled: BenchGrammar, tokens: readonly number[]) => {
    const matcher = await compiled.createMatcher();
    try {
      for (let i = 0; ; i++) {
        const before = micros();
        await matcher.fill(mask);
        const after = micros();
        if (ttfm === undefined) ttfm = after - start;
        else masks.push(after - before);
        if (i === tokens.length) {
          return { accepted: vocabulary.stopTokens.some((stop) => hasBit(mask, stop)), ended: i };
        }
        const inMask = hasBit(mask, tokens[i]!);
        const beforeAccept = micros();
        const taken = matcher.accept(tokens[i]!);
        accepts.push(micros() - beforeAccept);
        if (taken !== inMask) disagreements++;
        if (!inMask || !taken) return { accepted: false, ended: i };
      }
    } finally {
      matcher.dispose();
    }
  };

  for (const [n, test] of tests.entries()) {
    const { accepted, ended } = await follow(grammar, texts[n]!);
    if (accepted === test.valid) continue;
    const kind = test.valid ? "validation-error" : "invalidation-error";
    problems.push({ kind, detail: `test ${n}${test.valid ? ` stopped at token ${ended}` : ""}` });
  }
  grammar.dispose();
  const worst =
    problems.find((p) => p.kind === "invalidation-error") ??
    (disagreements > 0
      ? { kind: "mask-disagreement" as const, detail: `${disagreements} tokens` }
      : problems[0]);
  return {
    id,
    kind: worst?.kind ?? "pass",
    ...(worst === undefined ? {} : { detail: worst.detail }),
    ...(ttfm === undefined ? {} : { ttfm }),
    masks,
    accepts,
    disagreements,
  };
}
