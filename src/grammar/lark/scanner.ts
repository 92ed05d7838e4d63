import type { Span } from "../../base/span.ts";

const LINE_END = /[\r\n]/;

/// A place in a Lark text, and how to move on from it.
export class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
    if (text.charCodeAt(0) === 0xfeff) this.at = 1;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  get next(): string {
    return this.text[this.at] ?? "";
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /// What a sticky pattern matches here; `at` moves past it.
  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match !== null) this.at += match[0].length;
    return match;
  }

  /// What a sticky pattern matches here; `at` stays.
  peek(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text);
  }

  /// Skips spaces and comments, with `lines` also line ends.
  skip(lines: boolean): void {
    for (;;) {
      const c = this.next;
      if (c === " " || c === "\t" || (lines && (c === "\n" || c === "\r"))) this.at++;
      else if (c === "#" || (c === "/" && this.startsWith("//"))) this.skipLine();
      else return;
    }
  }

  /// To the end of the line.
  skipLine(): void {
    while (!this.atEnd && !LINE_END.test(this.next)) this.at++;
  }

  /// The span of the line from here on, at least one character long if there is one.
  restOfLine(): Span {
    const from = this.at;
    let to = from;
    while (to < this.text.length && !LINE_END.test(this.text[to]!)) to++;
    return { from, to: Math.max(to, Math.min(from + 1, this.text.length)) };
  }

  /// Past a JSON object that starts here, strings and all; its text. Undefined if it is not closed.
  takeObject(): string | undefined {
    const from = this.at;
    let depth = 0;
    let inString = false;
    for (let i = from; i < this.text.length; i++) {
      const c = this.text[i]!;
      if (inString) {
        if (c === "\\") i++;
        else if (c === '"') inString = false;
      } else if (c === '"') inString = true;
      else if (c === "{") depth++;
      else if (c === "}" && --depth === 0) {
        this.at = i + 1;
        return this.text.slice(from, this.at);
      }
    }
    return undefined;
  }
}
