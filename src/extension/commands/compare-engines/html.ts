/// HTML that is safe to put into HTML.
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | undefined | false | readonly (Html | string | false)[];

/// Puts values into HTML: text is escaped, HTML stays, lists are joined, and what is not there is nothing.
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let out = strings[0]!;
  parts.forEach((part, i) => {
    out += render(part) + strings[i + 1]!;
  });
  return { html: out };
}

function render(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  return "html" in part ? part.html : part.map(render).join("");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/// Text in a line of its own kind: line ends and tabs as signs, other controls in hex.
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\ufeff]/gu, (char) => {
    if (char === "\n") return "↵";
    if (char === "\t") return "⇥";
    const code = char.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}
