import type { SplitStage } from "./splitter.ts";

// The regular expressions that known byte-level tokenizers cut text with before merging. They are
// facts of the models: each was trained with its own. `\s` and `\S` are written as the tokenizers
// mean them, Unicode's White_Space: JavaScript's `\s` adds U+FEFF to it and lacks U+0085.

const CONTRACTION = "'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])";
const UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
const LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
const SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/// `\p{L}+` words with an optional mark before them, digits in groups, punctuation with the newlines
/// after it.
function words(digits: string): string {
  return `${CONTRACTION}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${SPACES}`;
}

/// Words cut where lower case turns to upper case.
function casedWords(digits: string, suffix: string): string {
  const head = "[^\\r\\n\\p{L}\\p{N}]?";
  return (
    `${head}${UPPER}*${LOWER}+${suffix}|${head}${UPPER}+${LOWER}*${suffix}|` +
    `${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${SPACES}`
  );
}

const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const DIGIT = "\\p{N}";
const LINES = "[^\\n]+|\\n+";
const CJK = "[\\u4e00-\\u9fa5\\u3040-\\u309f\\u30a0-\\u30ff]+";

/// Patterns by family: each is a list of stages.
export const SPLIT_PATTERNS = {
  gpt2: [GPT2],
  starcoder: [DIGIT, GPT2],
  llama3: [words("\\p{N}{1,3}")],
  qwen2: [words(DIGIT)],
  qwen35: [
    `${CONTRACTION}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${SPACES}`,
  ],
  cl100k: [
    `${CONTRACTION}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|` +
      "\\s+$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
  ],
  o200k: [casedWords("\\p{N}{1,3}", `(?:${CONTRACTION})?`)],
  tekken: [casedWords("\\p{N}", "")],
  "deepseek-coder": [
    "[\\r\\n]",
    "\\s?\\p{L}+",
    "\\s?\\p{P}+",
    "[\\u4e00-\\u9fa5\\u0800-\\u4e00\\uac00-\\ud7ff]+",
    DIGIT,
  ],
  "deepseek-v3": [
    "\\p{N}{1,3}",
    CJK,
    "[!\"#$%&'()*+,\\-.\\/:;<=>?@\\[\\\\\\]^_`\\{\\|\\}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|" +
      ` ?[\\p{P}\\p{S}]+[\\r\\n]*|${SPACES}`,
  ],
  falcon: ["[\\p{P}$+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]"],
  bloom: [" ?[^\\(\\s\\|.,!?\\u2026\\u3002\\uff0c\\u3001\\u0964\\u06d4\\u060c\\)]+"],
  viking: [" ?[^\\(\\s\\|.,!?\\u2026\\u3002\\uff0c\\u3001\\u0964\\u06d4\\u060c\\)]+", DIGIT],
  bailing: [
    `${CONTRACTION}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+`,
  ],
  "seed-coder": [`${CONTRACTION}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|${SPACES}`],
  minicpm5: ["\\p{N}{1,3}", words("\\p{N}+")],
  laguna: [LINES, words(DIGIT)],
  default: ["[\\p{P}$+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"],
  lines: [LINES],
} as const satisfies Record<string, readonly string[]>;

export type SplitPatternName = keyof typeof SPLIT_PATTERNS;

/// Compiles a pattern written with `\s` and `\S` for Unicode's White_Space.
export function compilePattern(source: string): RegExp {
  return new RegExp(source.replaceAll("\\s", "\\p{White_Space}").replaceAll("\\S", "\\P{White_Space}"), "gu");
}

/// The stages of a family, every match isolated.
export function splitStages(name: SplitPatternName): SplitStage[] {
  return SPLIT_PATTERNS[name].map((source) => ({ pattern: compilePattern(source), behavior: "isolated" }));
}

// Spellings that mean the same: escapes that are not needed, characters by their number.
function spellingKey(source: string): string {
  return source
    .replaceAll(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/\\([/{}|])/g, "$1");
}

// Families under which a text may be cut before white space that follows an ASCII letter or digit
// (see chunks.ts). Not `lines`: its pieces hold spaces.
const CUTTABLE: ReadonlyMap<string, string> = new Map(
  Object.entries(SPLIT_PATTERNS)
    .flatMap(([, sources]) => sources)
    .filter((source) => source !== LINES)
    .map((source) => [spellingKey(source), source]),
);

/// Our own form of a tokenizer.json pattern, if it is a known one, however it is spelled.
export function knownPattern(regex: string): string | undefined {
  const canonical = regex
    .replaceAll("\r", "\\r")
    .replaceAll("\n", "\\n")
    .replaceAll("(?i:'s|'t|'re|'ve|'m|'ll|'d)", CONTRACTION)
    .replaceAll("'(?i:[sdmt]|ll|ve|re)", CONTRACTION)
    .replaceAll("(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])", CONTRACTION)
    .replaceAll(`${CONTRACTION}?`, `(?:${CONTRACTION})?`)
    .replaceAll("\\p{N}{1}|", "\\p{N}|")
    .replaceAll(/([+*?]|\{\d+(?:,\d*)?\})\+/g, "$1");
  return CUTTABLE.get(spellingKey(canonical));
}
