import { bytesEqual, displayBytes, utf8Encode } from "../base/bytes.ts";
import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import {
  type EngineName,
  type Explanation,
  type InspectableMatcher,
  isInspectable,
  type RuleStack,
} from "../engine/index.ts";
import type { Tokenizer, Vocabulary } from "../tokenizer/index.ts";
import type { ExplainParams, ExplainResult } from "./api.ts";
import type { CompiledGrammars } from "./compiled-grammars.ts";
import { describeExpected, takePrefix } from "./expected.ts";

/// Tokens of a text that a message lists.
const LISTED_TOKENS = 8;

/// Why a grammar allows or refuses one token after a prefix.
export async function runExplain(
  grammars: CompiledGrammars,
  vocabulary: Vocabulary,
  params: ExplainParams,
  /// Loads the tokenizer, for a message that tells what a text is made of.
  tokenizer: () => Promise<Tokenizer>,
  signal?: AbortSignal,
): Promise<ExplainResult> {
  const token =
    typeof params.token === "number"
      ? tokenOfId(vocabulary, params.token)
      : await tokenOfText(vocabulary, params.token, tokenizer);
  const { grammar, diagnostics } = await grammars.get(params.grammar, vocabulary, signal);
  const matcher = grammar.createMatcher();
  try {
    takePrefix(matcher, utf8Encode(params.prefix));
    if (!isInspectable(matcher)) throw new InputError(cannotExplain(grammar.engine));
    return { ...explainToken(matcher, vocabulary, token), diagnostics };
  } finally {
    matcher.dispose();
  }
}

export function cannotExplain(engine: EngineName): Diagnostic {
  return {
    code: "engine-cannot-explain",
    severity: "error",
    message: `The engine ${engine} gives masks without reasons.`,
    hint: "Use the engine tokensieve.",
  };
}

/// Why `matcher` allows or refuses a token where it is. Leaves it there.
export function explainToken(
  matcher: InspectableMatcher,
  vocabulary: Vocabulary,
  token: number,
): Omit<ExplainResult, "diagnostics"> {
  const explanation = matcher.explain(token);
  const bytes = vocabulary.bytes(token);
  const isNormal = vocabulary.kind(token) === "normal";
  const survives = isNormal ? bytes.subarray(0, explanation.byteOffset) : bytes.subarray(0, 0);
  const ended = explanation.verdict === "terminated";
  let expected: readonly string[] = [];
  if (!ended) {
    matcher.acceptBytes(survives);
    expected = describeExpected(matcher);
    matcher.rollback(1);
  }
  return {
    token: { id: token, text: displayBytes(bytes), bytes },
    allowed: explanation.verdict === "allowed",
    verdict: explanation.verdict,
    reason: reason(explanation, displayBytes(bytes), displayBytes(survives), expected),
    byteOffset: explanation.byteOffset,
    ...(explanation.byte !== undefined && { byte: explanation.byte }),
    expected,
    stopAllowed: explanation.isAccepting,
    stacks: explanation.stacks,
  };
}

function tokenOfId(vocabulary: Vocabulary, id: number): number {
  if (id < vocabulary.size) return id;
  throw new InputError({
    code: "token-unknown",
    severity: "error",
    message: `${vocabulary.name} has no token ${id}.`,
    hint: `Its ids are 0 to ${vocabulary.size - 1}.`,
  });
}

/// The token of exactly this text. A normal token wins over a special one that has the text as its name.
async function tokenOfText(
  vocabulary: Vocabulary,
  text: string,
  tokenizer: () => Promise<Tokenizer>,
): Promise<number> {
  const bytes = utf8Encode(text);
  let special: number | undefined;
  for (let id = 0; id < vocabulary.size; id++) {
    if (!bytesEqual(vocabulary.bytes(id), bytes)) continue;
    if (vocabulary.kind(id) === "normal") return id;
    special ??= id;
  }
  if (special !== undefined) return special;
  const ids = (await tokenizer()).encode(text);
  const parts = ids
    .slice(0, LISTED_TOKENS)
    .map((id) => `${JSON.stringify(displayBytes(vocabulary.bytes(id)))} (${id})`);
  const rest = ids.length > parts.length ? `, and ${ids.length - parts.length} more` : "";
  throw new InputError({
    code: "token-unknown",
    severity: "error",
    message: `${JSON.stringify(text)} is not one token of ${vocabulary.name}.`,
    hint:
      ids.length === 0
        ? "Give the text of a token, or its id."
        : `It is ${ids.length}: ${parts.join(", ")}${rest}. Ask about one of them.`,
  });
}

function reason(
  { verdict, byteOffset, byte, isAccepting, stacks }: Explanation,
  token: string,
  survives: string,
  expected: readonly string[],
): string {
  const wanted = expected.length === 0 ? "nothing may follow" : `expected ${expected.join(" or ")}`;
  switch (verdict) {
    case "allowed":
      return `${JSON.stringify(token)} may follow`;
    case "wrong-byte": {
      const where =
        byteOffset === 0 ? "it cannot begin" : `after ${JSON.stringify(survives)} it cannot go on`;
      const character = byte! >= 0x21 && byte! <= 0x7e ? ` (${String.fromCharCode(byte!)})` : "";
      return `${where} with byte ${byte!.toString(16).padStart(2, "0")}${character}${inside(stacks)}: ${wanted}`;
    }
    case "incomplete":
      return `the text is not complete here${inside(stacks)}: ${wanted}`;
    case "special":
      return `it is a special token, which the grammar does not name here: ${isAccepting ? "the text may end, or " : ""}${wanted}`;
    case "unused":
      return "no text uses this id";
    case "terminated":
      return "the text has ended";
    default:
      throw new Error(`unknown verdict ${verdict satisfies never}`);
  }
}

function inside(stacks: readonly RuleStack[]): string {
  const names = new Set(stacks.flatMap(({ rules }) => (rules[0] ? [rules[0].name] : [])));
  return names.size === 0 ? "" : ` in ${[...names].join(" or ")}`;
}
