import { SplitPreTokenizer } from "@huggingface/tokenizers";
import { escapeRegExp } from "./added-tokens.ts";
import { compilePattern, knownPattern, SPLIT_PATTERNS } from "./split-patterns.ts";
import type { RewriteStage, SplitStage } from "./splitter.ts";
import { isObject, type JsonErrors, type JsonObject } from "./tokenizer-json.ts";

/// A tokenizer.json's `pre_tokenizer`, as stages.
export interface PreTokenizerStages {
  readonly stages: readonly (SplitStage | RewriteStage)[];
  /// Every stage keeps the promise of `Tokenizer.cutsAtWords`, and one of them ends pieces there.
  readonly cutsAtWords: boolean;
}

const PUNCTUATION = "[\\p{P}!-\\/:-@\\[-`\\{-~]";
const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";

const BEHAVIORS: Readonly<Record<string, SplitStage["behavior"]>> = {
  isolated: "isolated",
  removed: "removed",
  mergedwithprevious: "merged-with-previous",
  mergedwithnext: "merged-with-next",
  contiguous: "contiguous",
};

/// Translates a `pre_tokenizer`. Throws an `InputError` (`tokenizer-unsupported`) with the JSON
/// pointer of a part that this cannot do.
export function preTokenizerStages(config: JsonObject | undefined, errors: JsonErrors): PreTokenizerStages {
  const stages: (SplitStage | RewriteStage)[] = [];
  // Whether each part leaves cuts at words alone, and whether one of them makes them.
  let allKeep = true;
  let someCut = false;

  const split = (source: string, behavior: SplitStage["behavior"], cuts: boolean): void => {
    stages.push({ pattern: compilePattern(source), behavior });
    someCut ||= cuts;
  };

  const visit = (part: JsonObject, path: readonly (string | number)[]): void => {
    const unsupported = (what: string, key?: string) =>
      errors.at(
        key === undefined ? path : [...path, key],
        `${what} is not supported`,
        "tokenizer-unsupported",
        "The vocabulary can be read, but text cannot be encoded as this tokenizer would.",
      );
    switch (part.type) {
      case "Sequence": {
        const parts = Array.isArray(part.pretokenizers) ? part.pretokenizers : [];
        parts.forEach((child: unknown, i) => {
          if (!isObject(child)) throw errors.at([...path, "pretokenizers", i], "is not an object");
          visit(child, [...path, "pretokenizers", i]);
        });
        return;
      }
      case "ByteLevel":
        // The mapping to the byte alphabet itself is the encoder's.
        if (part.add_prefix_space === true) {
          stages.push({ kind: "rewrite", rewrite: (piece) => (piece.startsWith(" ") ? piece : ` ${piece}`) });
          allKeep = false;
        }
        if (part.use_regex !== false) split(SPLIT_PATTERNS.gpt2[0], "isolated", true);
        return;
      case "Split": {
        const behavior = BEHAVIORS[String(part.behavior).toLowerCase()];
        if (behavior === undefined)
          throw unsupported(`the behavior ${JSON.stringify(part.behavior)}`, "behavior");
        const invert = part.invert === true;
        if (invert && behavior !== "removed" && behavior !== "isolated") {
          throw unsupported(`an inverted ${behavior} split`, "invert");
        }
        const regex = isObject(part.pattern) ? part.pattern.Regex : undefined;
        const known = typeof regex === "string" ? knownPattern(regex) : undefined;
        if (known !== undefined && (behavior === "isolated" || (behavior === "removed" && invert))) {
          split(known, "isolated", true);
          return;
        }
        allKeep = false;
        stages.push({
          pattern: compileSplit(part, path, errors),
          behavior: behavior === "removed" && invert ? "matches" : behavior,
        });
        return;
      }
      case "Digits":
        split(part.individual_digits === true ? "\\p{N}" : "\\p{N}+", "isolated", false);
        return;
      case "Punctuation": {
        const behavior = BEHAVIORS[String(part.behavior ?? "Isolated").toLowerCase()];
        if (behavior === undefined)
          throw unsupported(`the behavior ${JSON.stringify(part.behavior)}`, "behavior");
        split(PUNCTUATION, behavior, false);
        return;
      }
      case "Whitespace":
        split(`[${WORD}]+|[^${WORD}\\s]+`, "matches", true);
        return;
      case "WhitespaceSplit":
        split("\\s+", "removed", true);
        return;
      case "BertPreTokenizer":
        split("\\s+", "removed", true);
        split(PUNCTUATION, "isolated", false);
        return;
      case "Metaspace": {
        const space = typeof part.replacement === "string" ? part.replacement : "▁";
        const scheme = part.prepend_scheme ?? (part.add_prefix_space === false ? "never" : "always");
        stages.push({
          kind: "rewrite",
          rewrite: (piece, first) => {
            const spaced = piece.replaceAll(" ", space);
            const wanted = scheme === "always" || (scheme === "first" && first);
            return wanted && !spaced.startsWith(space) ? space + spaced : spaced;
          },
        });
        if (part.split !== false) split(escapeRegExp(space), "merged-with-next", false);
        // After WhitespaceSplit no piece holds a space, and each gets its prefix by itself.
        if (!someCut || scheme === "first") allKeep = false;
        return;
      }
      default:
        throw unsupported(`the pre-tokenizer ${JSON.stringify(part.type)}`, "type");
    }
  };

  if (config !== undefined) visit(config, ["pre_tokenizer"]);
  return { stages, cutsAtWords: allKeep && someCut };
}

// The library translates Oniguruma's syntax to JavaScript's.
function compileSplit(part: JsonObject, path: readonly (string | number)[], errors: JsonErrors): RegExp {
  const pattern = isObject(part.pattern) ? part.pattern : {};
  if (typeof pattern.String === "string") return new RegExp(escapeRegExp(pattern.String), "gu");
  if (typeof pattern.Regex !== "string")
    throw errors.at([...path, "pattern"], "is neither a Regex nor a String");
  try {
    const compiled = new SplitPreTokenizer({
      type: "Split",
      pattern: { Regex: pattern.Regex },
      behavior: "Isolated",
      invert: false,
    }).pattern;
    if (compiled !== null) return compiled;
  } catch (error) {
    throw errors.at(
      [...path, "pattern", "Regex"],
      `the regular expression cannot be used: ${(error as Error).message}`,
      "tokenizer-unsupported",
    );
  }
  throw errors.at([...path, "pattern"], "is not a pattern");
}
