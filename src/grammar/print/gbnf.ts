import type { Grammar } from "../ir.ts";
import { type Notation, type PrintOptions, type PrintResult, printGrammar } from "./printer.ts";
import { characterClass, isEveryCharacter } from "./text.ts";

// llama.cpp copies what is repeated, and refuses more copies than this.
const MAX_COPIES = 2000;

const LLAMA: Notation = {
  title: "GBNF",
  ruleName: (name) => name.replace(/[^A-Za-z0-9-]/g, "-") || "r",
  characters: (ranges) => (isEveryCharacter(ranges) ? "." : characterClass(ranges)),
  token(e, report) {
    const texts = e.tokens.map((t) =>
      typeof t === "number" ? `<[${t}]>` : /^<[^>\s[][^>\s]*>$/.test(t) ? t : undefined,
    );
    const unnamed = texts.indexOf(undefined);
    if (unnamed !== -1) {
      report(
        "print-token",
        "error",
        `GBNF names tokens only in angle brackets, not ${JSON.stringify(e.tokens[unnamed])}`,
        "name it by its id",
      );
      return undefined;
    }
    if (!e.negated) return texts.length === 1 ? texts[0]! : `(${texts.join(" | ")})`;
    if (texts.length === 1) return `!${texts[0]!}`;
    report("print-token", "error", "GBNF cannot exclude several tokens at once", "exclude one token");
    return undefined;
  },
  repeat(min, max, report) {
    if (Math.max(min, max ?? 0) > MAX_COPIES)
      report(
        "print-large-repeat",
        "warning",
        `llama.cpp refuses repetitions of more than ${MAX_COPIES} rounds`,
        "bound it lower, or leave its end open",
      );
    if (max === undefined) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
    if (min === 0 && max === 1) return "?";
    return min === max ? `{${min}}` : `{${min},${max}}`;
  },
};

/// Writes a grammar as llama.cpp's GBNF, the root rule first and named `root`. The text matches the
/// same language; `parseGbnf` reads it back.
///
/// Errors: `print-token`, `print-not-text`, `print-not-regular`, `print-too-large`,
/// `print-empty-language`, `print-timeout`. The warning `print-large-repeat` names a repetition that llama.cpp refuses.
export function printGbnf(grammar: Grammar, options: PrintOptions = {}): PrintResult {
  return printGrammar(grammar, LLAMA, options);
}
