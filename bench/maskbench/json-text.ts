/// JSON that keeps its numbers as they were written: `1.0` and `1` are different texts, and a parse
/// into doubles would lose that.
export type JsonText =
  | { readonly kind: "atom"; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "array"; readonly items: readonly JsonText[] }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, JsonText])[] };

/// Parses a JSON text, which must be well-formed.
export function parseJsonText(text: string): JsonText {
  let at = 0;
  const fail = (): never => {
    throw new SyntaxError(`unexpected ${JSON.stringify(text[at])} at ${at}`);
  };
  const skip = () => {
    while (/\s/.test(text[at] ?? "")) at++;
  };
  const string = (): string => {
    const from = at++;
    while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    at++;
    return JSON.parse(text.slice(from, at)) as string;
  };
  const list = <T>(close: string, item: () => T): T[] => {
    at++;
    const items: T[] = [];
    skip();
    while (text[at] !== close) {
      if (items.length > 0) {
        if (text[at] !== ",") fail();
        at++;
        skip();
      }
      items.push(item());
      skip();
    }
    at++;
    return items;
  };
  const value = (): JsonText => {
    skip();
    switch (text[at]) {
      case "{":
        return {
          kind: "object",
          members: list("}", () => {
            const name = string();
            skip();
            if (text[at++] !== ":") fail();
            return [name, value()] as const;
          }),
        };
      case "[":
        return { kind: "array", items: list("]", value) };
      case '"':
        return { kind: "string", value: string() };
      default: {
        const from = at;
        while (/[^\s,\]}]/.test(text[at] ?? ",")) at++;
        if (at === from) fail();
        return { kind: "atom", text: text.slice(from, at) };
      }
    }
  };
  return value();
}

/// The text that Python's `json.dumps(value, ensure_ascii=False)` gives: `{"a": 1.0, "b": [2, 3]}`.
export function dumps(node: JsonText): string {
  switch (node.kind) {
    case "atom":
      return node.text;
    case "string":
      return JSON.stringify(node.value);
    case "array":
      return `[${node.items.map(dumps).join(", ")}]`;
    case "object":
      return `{${node.members.map(([name, value]) => `${JSON.stringify(name)}: ${dumps(value)}`).join(", ")}}`;
    default:
      return node satisfies never;
  }
}

/// The member `name`; of several, the last, as JSON parsers have it.
export function member(node: JsonText, name: string): JsonText | undefined {
  return node.kind === "object" ? node.members.findLast(([key]) => key === name)?.[1] : undefined;
}
