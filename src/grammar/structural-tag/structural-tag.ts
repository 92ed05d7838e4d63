import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Grammar } from "../ir.ts";
import { spanOf } from "../json-schema/document.ts";
import { SchemaReport } from "../json-schema/report.ts";
import { MAX_DIAGNOSTICS } from "../limits.ts";
import type { ParseResult } from "../parse-result.ts";
import { RuleList } from "../rule-list.ts";
import { runAll, type Steps } from "../work.ts";
import { Embedder, placeOf, type StructuralTagSource } from "./embed.ts";
import { Emitter } from "./emitter.ts";
import { saidOfOrigin } from "./origin.ts";
import { readStructuralTag } from "./read-document.ts";

/// Reads a structural tag in XGrammar's JSON: `{"type": "structural_tag", "format": {…}}`, or the older
/// `{"structures": [{"begin", "schema", "end"}], "triggers": […]}`.
///
/// Formats: `const_string`, `json_schema`, `grammar` (its `syntax`, which XGrammar lacks, is "ebnf",
/// "gbnf" or "lark"), `regex`, `any_text`, `sequence`, `or`, `optional`, `plus`, `star`, `repeat`, `tag`,
/// `triggered_tags`, `tags_with_separator`, `dispatch`; by token `token`, `exclude_token`, `any_tokens`,
/// `token_triggered_tags`, `token_dispatch`. What they mean where XGrammar's documentation leaves it open:
///
/// - Free text is well-formed UTF-8. It is read from its beginning, and from the end of each tag, up to the
///   first occurrence of a trigger, an excluded string, or an end of the nearest tag around it: the one
///   that is complete first, and of those the one that began first. A trigger is the beginning of a tag of
///   which it begins the `begin`; an excluded string is refused; at an end a text that comes last in its
///   tag ends, and any other may not hold it.
/// - Schemas are laid out as `whitespace` says, which is "flexible" unless given.
/// - In a style other than "json" ("qwen_xml", "minimax_xml", "deepseek_xml", "glm_xml") the members of an object
///   are written between tags of their own, in the schema's order, with white space around them as one likes.
///   Strings stand as they are, and may not hold the tag that ends them; other values are JSON. Members that the
///   schema does not declare have names of ASCII letters, digits and `_`.
/// - `excludes` and `max_chars` hold for the free text alone, not for the tags in it.
///
/// Errors: `structural-tag-syntax`, `structural-tag-invalid`, `structural-tag-unknown-format`,
/// `structural-tag-unknown-key`, `structural-tag-duplicate-key`, `structural-tag-unsupported` (other
/// styles, `max_tokens` of a text), `structural-tag-empty-string`,
/// `structural-tag-no-trigger`, `structural-tag-unused-trigger`, `structural-tag-conflict`,
/// `structural-tag-unreachable`, `structural-tag-too-large`, `grammar-too-large`, `grammar-too-deep`, and
/// those of the schemas, grammars and patterns inside. Warnings: `structural-tag-hidden-trigger`,
/// `structural-tag-repeated`, `structural-tag-overlapping-begins`, `structural-tag-open-text`,
/// `structural-tag-unreachable` for excluded strings.
///
/// What is said of a text that was `madeFrom` something is said of that.
export function parseStructuralTag(source: StructuralTagSource, takesUnordered = false): ParseResult {
  return runAll(structuralTagSteps(source, takesUnordered));
}

/// The same, with pauses.
export function structuralTagSteps(source: StructuralTagSource, takesUnordered: boolean): Steps<ParseResult> {
  const { madeFrom } = source;
  const steps = parse(source, takesUnordered);
  return madeFrom === undefined ? steps : saidOfOrigin(madeFrom, steps);
}

function* parse(source: StructuralTagSource, takesUnordered: boolean): Steps<ParseResult> {
  const report = new SchemaReport(source.file, []);
  const format = yield* readStructuralTag(source.text, report);
  const rules = new RuleList();
  const embedder = new Embedder(source, rules, takesUnordered);
  let grammar: Grammar | undefined;
  if (format !== undefined) {
    const rootRule = rules.reserve("root", spanOf(format.node));
    yield* embedder.readAll(format);
    rules.set(rootRule, new Emitter(rules, embedder, report).whole(format));
    grammar = { rules: rules.rules, rootRule };
  }
  const diagnostics = inOrder([...report.finish(), ...embedder.diagnostics()]);
  const hasErrors = diagnostics.some((d) => d.severity === "error");
  return grammar === undefined || hasErrors ? { diagnostics } : { grammar, diagnostics };
}

/// In source order; of hundreds of tools with the same mistake only the first ones are listed.
function inOrder(list: readonly Diagnostic[]): Diagnostic[] {
  const errors = list.filter((d) => d.severity === "error");
  const others = list.filter((d) => d.severity !== "error");
  const out = [errors, others].flatMap((part) =>
    part.sort((a, b) => placeOf(a) - placeOf(b)).slice(0, MAX_DIAGNOSTICS),
  );
  out.sort((a, b) => placeOf(a) - placeOf(b));
  if (out.length < list.length)
    out.push({
      code: "too-many-diagnostics",
      severity: "info",
      message: `${list.length - out.length} more problems are not listed`,
      hint: "fix the ones above first",
    });
  return out;
}
