import type { SourceLanguage } from "../common/held-out/choose.ts";

/// What each UTF-16 code unit of a text belongs to.
export const CODE = 0;
export const COMMENT = 1;
/// A string's quotes and what is between them; a template's or a regular expression's, too.
export const STRING = 2;

/// Tells code from comments and strings; of Markdown all is `CODE`, that is: neither. An approximation: a
/// regular expression is taken for one by what stands before it, and a template is a string as a whole.
export function regionsOf(text: string, language: SourceLanguage): Uint8Array {
  const regions = new Uint8Array(text.length);
  if (language === "markdown") return regions;
  let before = "";
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at, at + 2);
    const character = text[at]!;
    let region = CODE;
    let end = at + 1;
    if (rest === "//") {
      region = COMMENT;
      end = lineEnd(text, at);
    } else if (rest === "/*") {
      region = COMMENT;
      const close = text.indexOf("*/", at + 2);
      end = close < 0 ? text.length : close + 2;
    } else if ("\"'`".includes(character)) {
      region = STRING;
      end = quotedEnd(text, at);
    } else if (character === "/" && (before === "" || "(,=:[!&|?{};>\n".includes(before))) {
      region = STRING;
      end = patternEnd(text, at);
    }
    regions.fill(region, at, end);
    if (region !== COMMENT && !/\s/.test(character)) before = text[end - 1]!;
    at = end;
  }
  return regions;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

/// Behind the closing quote, or where the line ends but for templates.
function quotedEnd(text: string, at: number): number {
  const quote = text[at]!;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote) return i + 1;
    else if (text[i] === "\n" && quote !== "`") return i;
  }
  return text.length;
}

function patternEnd(text: string, at: number): number {
  let inClass = false;
  for (let i = at + 1; i < text.length && text[i] !== "\n"; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "[") inClass = true;
    else if (text[i] === "]") inClass = false;
    else if (text[i] === "/" && !inClass) return i + 1;
  }
  // A division, then.
  return at + 1;
}
