import {
  getNodePath,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { GrammarSource } from "../../grammar/source.ts";
import { movedDiagnostic } from "../../grammar/structural-tag/origin.ts";

/// What can be said of a structural tag before XGrammar reads it:
///
/// - `structural-tag-syntax` (error): it is not JSON.
/// - `structural-tag-not-exact` (warning): a schema, pattern or grammar in it, which XGrammar reads by
///   itself. Its schemas leave out keywords without a word, and see print-automaton.ts for the rest.
export function checkStructuralTag(source: GrammarSource): Diagnostic[] {
  const found = check(source);
  const madeFrom = source.kind === "structural-tag" ? source.madeFrom : undefined;
  return madeFrom === undefined ? found : found.map((d) => movedDiagnostic(madeFrom, d));
}

function check(source: GrammarSource): Diagnostic[] {
  const { text } = source;
  const file = source.file === undefined ? {} : { file: source.file };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (!root || first) {
    const what = first
      ? printParseErrorCode(first.error)
          .replace(/([a-z])([A-Z])/g, "$1 $2")
          .toLowerCase()
      : "empty";
    const span = first ? { from: first.offset, to: first.offset + first.length } : { from: 0, to: 0 };
    return [
      {
        code: "structural-tag-syntax",
        severity: "error",
        message: `the structural tag is not JSON: ${what}`,
        location: { kind: "text", ...file, span },
        hint: "a structural tag is strict JSON, without comments and trailing commas",
      },
    ];
  }
  return embedded(root).map(({ node, what }) => ({
    code: "structural-tag-not-exact",
    severity: "warning",
    message: `the xgrammar engine reads this ${what} its own way, which may allow more or less than it says`,
    location: {
      kind: "json-pointer",
      ...file,
      pointer: pointerOf(node),
      span: { from: node.offset, to: node.offset + node.length },
    },
    hint: "the tokensieve engine reads it exactly",
  }));
}

const EMBEDDED: ReadonlyMap<unknown, readonly [member: string, what: string]> = new Map([
  ["json_schema", ["json_schema", "schema"]],
  ["qwen_xml_parameter", ["json_schema", "schema"]],
  ["regex", ["pattern", "pattern"]],
  ["grammar", ["grammar", "grammar"]],
] as const);

/// Schemas, patterns and grammars in the formats of a structural tag.
function embedded(root: Node): { readonly node: Node; readonly what: string }[] {
  const found: { readonly node: Node; readonly what: string }[] = [];
  const work = [root];
  for (let node = work.pop(); node; node = work.pop()) {
    if (node.type === "array") work.push(...(node.children ?? []).toReversed());
    if (node.type !== "object") continue;
    const members = new Map(
      (node.children ?? []).map(({ children }) => [getNodeValue(children![0]!), children![1]]),
    );
    const type = members.get("type");
    const kind = type && EMBEDDED.get(getNodeValue(type));
    const content = kind && members.get(kind[0]);
    if (content) found.push({ node: content, what: kind[1] });
    else for (const value of [...members.values()].toReversed()) if (value) work.push(value);
  }
  return found;
}

function pointerOf(node: Node): string {
  return getNodePath(node)
    .map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}
