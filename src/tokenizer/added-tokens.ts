/// A token that stands for its literal text wherever that text appears, before any other splitting.
/// Only normal ones: text never encodes to a special token.
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /// Takes the white space before or after it along (and so drops it).
  readonly stripLeft: boolean;
  readonly stripRight: boolean;
  /// Matches only where no letter, digit or underscore is next to it.
  readonly singleWord: boolean;
}

/// A stretch of text, or an added token found in it.
export type Section =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "token"; readonly id: number };

/// Finds added tokens in text: leftmost first, the longest of those that start at one place.
export class AddedTokenSplitter {
  readonly #byContent = new Map<string, AddedToken>();
  readonly #pattern: RegExp | undefined;

  constructor(tokens: readonly AddedToken[]) {
    for (const token of tokens) if (token.content.length > 0) this.#byContent.set(token.content, token);
    const contents = [...this.#byContent.keys()].sort((a, b) => b.length - a.length);
    if (contents.length > 0) this.#pattern = new RegExp(contents.map(escapeRegExp).join("|"), "gu");
  }

  get isEmpty(): boolean {
    return this.#pattern === undefined;
  }

  /// True if the text may be cut between a word and white space as far as these tokens are concerned.
  get cutsAtWords(): boolean {
    return [...this.#byContent.values()].every(
      (token) => !token.stripLeft && !token.stripRight && !/[A-Za-z0-9]\s/u.test(token.content),
    );
  }

  split(text: string): Section[] {
    if (this.#pattern === undefined) return [{ kind: "text", text }];
    const sections: Section[] = [];
    let end = 0;
    for (const match of text.matchAll(this.#pattern)) {
      const token = this.#byContent.get(match[0])!;
      let from = match.index;
      let to = from + token.content.length;
      if (token.singleWord && (isWordAt(text, from - 1) || isWordAt(text, to))) continue;
      if (token.stripLeft) while (from > end && isSpaceAt(text, from - 1)) from--;
      if (token.stripRight) while (isSpaceAt(text, to)) to++;
      // White space that one token took along is not there for the next one.
      if (match.index < end) continue;
      if (from > end) sections.push({ kind: "text", text: text.slice(end, from) });
      sections.push({ kind: "token", id: token.id });
      end = to;
    }
    if (end < text.length) sections.push({ kind: "text", text: text.slice(end) });
    return sections;
  }
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]/u.test(text[at]!);
}

function isSpaceAt(text: string, at: number): boolean {
  return at < text.length && /\p{White_Space}/u.test(text[at]!);
}
