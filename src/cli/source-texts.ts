import { readFileSync, statSync } from "node:fs";

/// Larger files get their errors without an excerpt.
const MAX_EXCERPT_BYTES = 64 * 1024 * 1024;

/// Texts that are in no file, by the name diagnostics call them.
const texts = new Map<string, string>();

export function rememberSource(name: string, text: string): void {
  texts.set(name, text);
}

/// The text a diagnostic points into, if it can be had.
export function sourceTextOf(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const known = texts.get(name);
  if (known !== undefined) return known;
  try {
    return statSync(name).size > MAX_EXCERPT_BYTES ? undefined : readFileSync(name, "utf8");
  } catch {
    // The excerpt is a courtesy; the diagnostic itself names the file.
    return undefined;
  }
}
