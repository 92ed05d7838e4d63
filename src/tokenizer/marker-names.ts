import type { FimTokens } from "./vocabulary.ts";

// Names of markers that models share by convention; few files say which of their tokens end a text
// or a turn, so names have to do.
const STOP_NAMES: ReadonlySet<string> = new Set([
  "</s>",
  "<eos>",
  "<end_of_turn>",
  "<end_of_utterance>",
  "<turn|>",
  "<|endoftext|>",
  "<|end_of_text|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|im_end|>",
  "<|end|>",
  "<|return|>",
  "<|call|>",
  "<|EOT|>",
  "<EOT>",
  "▁<EOT>",
  "[EOT]",
  "[EOS]",
  "<｜end▁of▁sentence｜>",
]);

// [prefix, suffix, middle] of each convention.
const FIM_NAMES: readonly (readonly [string, string, string])[] = [
  ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
  ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
  ["<fim-prefix>", "<fim-suffix>", "<fim-middle>"],
  ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"],
  ["▁<PRE>", "▁<SUF>", "▁<MID>"],
  ["<PRE>", "<SUF>", "<MID>"],
  ["[PREFIX]", "[SUFFIX]", "[MIDDLE]"],
  ["<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"],
  ["<|prefix|>", "<|suffix|>", "<|middle|>"],
];

const FIM_PARTS: ReadonlySet<string> = new Set(FIM_NAMES.flat());

/// The name of an end or FIM marker.
export function isKnownMarker(name: string): boolean {
  return STOP_NAMES.has(name) || FIM_PARTS.has(name);
}

/// A name that only ever is a marker's: a known one, or `<|…|>`, `<｜…｜>`. Some files list such
/// tokens as ordinary ones.
export function looksLikeMarker(name: string): boolean {
  return isKnownMarker(name) || /^<\|.*\|>$|^<｜.*｜>$/su.test(name);
}

/// Tokens that end a text, ascending: those the file names (`named`), and those with a known name.
/// `find` gives the id of a *special* token by name.
export function findStopTokens(
  find: (name: string) => number | undefined,
  named: readonly number[],
): number[] {
  const stops = new Set(named);
  for (const name of STOP_NAMES) {
    const id = find(name);
    if (id !== undefined) stops.add(id);
  }
  // Where a turn ends by <|return|> or <|call|>, <|end|> only closes one message of it.
  const end = find("<|end|>");
  if (end !== undefined && find("<|return|>") !== undefined && find("<|call|>") !== undefined)
    stops.delete(end);
  return [...stops].sort((a, b) => a - b);
}

/// FIM markers by their known names, of the first convention that is there as a whole.
export function findFim(find: (name: string) => number | undefined): FimTokens | undefined {
  for (const [prefixName, suffixName, middleName] of FIM_NAMES) {
    const prefix = find(prefixName);
    const suffix = find(suffixName);
    const middle = find(middleName);
    if (prefix !== undefined && suffix !== undefined && middle !== undefined)
      return { prefix, suffix, middle };
  }
  return undefined;
}
