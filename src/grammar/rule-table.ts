import type { RelatedPlace } from "../base/diagnostic.ts";
import type { Span } from "../base/span.ts";
import { closest } from "./did-you-mean.ts";
import type { Expression, Grammar, Rule } from "./ir.ts";
import type { DiagnosticSink, Parsed } from "./parse-result.ts";
import type { RuleDefinition } from "./rule-names.ts";
import { spend } from "./work.ts";

type Reference = { readonly kind: "rule"; rule: number; readonly span: Span };

// Suggestions cost time quadratic in the names, so only the first few unknown names get one.
const MAX_SUGGESTIONS = 20;

/// The rules of a grammar while its text is being read: names may be used before they are defined.
export class RuleTable {
  /// Prefix of the diagnostic codes: the front end's name.
  readonly #dialect: string;
  readonly #sink: DiagnosticSink;
  /// What stands between a rule's name and its body.
  readonly #assign: string;
  readonly #rules: Rule[] = [];
  readonly #ids = new Map<string, number>();
  readonly #definitions: RuleDefinition[] = [];
  readonly #references: {
    readonly name: string;
    readonly node: Reference;
    readonly isWritten: boolean;
  }[] = [];

  constructor(dialect: string, sink: DiagnosticSink, assign = " ::=") {
    this.#dialect = dialect;
    this.#assign = assign;
    this.#sink = sink;
  }

  has(name: string): boolean {
    return this.#ids.has(name);
  }

  /// `span`: the name; `end`: where the body ends, absent for rules that the user did not write.
  define(name: string, expression: Expression, span: Span, end?: number): void {
    this.#sink.place = span;
    if (end !== undefined) this.#definitions.push({ name, span, end });
    const first = this.#ids.get(name);
    if (first !== undefined) {
      this.#sink.error(
        `${this.#dialect}-duplicate-rule`,
        span,
        `the rule "${name}" is defined twice`,
        `rename one of them, or join both bodies with "|"`,
        { related: relatedTo(this.#rules[first], "defined here first") },
      );
      return;
    }
    this.#ids.set(name, this.#rules.length);
    this.#rules.push({ name, expression, span });
  }

  /// `isWritten`: the name stands in the text at `span`.
  reference(name: string, span: Span, isWritten = true): Expression {
    spend(2);
    const node: Reference = { kind: "rule", rule: -1, span };
    this.#references.push({ name, node, isWritten });
    return node;
  }

  /// Where the text defines rules, and where it names them.
  names(): NonNullable<Parsed["names"]> {
    const references = this.#references
      .filter(({ isWritten }) => isWritten)
      .map(({ name, node }) => ({ name, span: node.span }));
    return { definitions: this.#definitions, references };
  }

  /// Resolves every reference. Undefined if the grammar has errors.
  finish(rootRule: string, isDefaultRoot: boolean, end: Span): Grammar | undefined {
    const unknown = new Set<string>();
    for (const { name, node } of this.#references) {
      const id = this.#ids.get(name);
      if (id !== undefined) {
        node.rule = id;
        continue;
      }
      unknown.add(name);
      const guess = unknown.size > MAX_SUGGESTIONS ? undefined : closest(name, this.#ids.keys());
      this.#sink.error(
        `${this.#dialect}-undefined-rule`,
        node.span,
        `the rule "${name}" is not defined`,
        guess === undefined
          ? `add a rule that starts with ${name}${this.#assign}`
          : `did you mean "${guess}"?`,
        guess === undefined
          ? {}
          : { related: relatedTo(this.#rules[this.#ids.get(guess)!], "defined here"), replacement: guess },
      );
    }
    const root = this.#ids.get(rootRule);
    if (root === undefined && !(this.#rules.length === 0 && this.#sink.errors > 0)) {
      this.#sink.error(
        `${this.#dialect}-no-root`,
        end,
        this.#rules.length === 0
          ? "the grammar has no rules"
          : `there is no rule "${rootRule}" to start from`,
        this.#rootHint(rootRule, isDefaultRoot),
      );
    }
    if (root === undefined || this.#sink.errors > 0) return undefined;
    return { rules: this.#rules, rootRule: root };
  }

  #rootHint(rootRule: string, isDefaultRoot: boolean): string {
    const first = this.#rules[0]?.name;
    if (first === undefined) return `start with ${rootRule}${this.#assign} …`;
    const guess = closest(rootRule, this.#ids.keys()) ?? first;
    return isDefaultRoot
      ? `rename the start rule to "${rootRule}", or name "${guess}" as the root rule`
      : `did you mean "${guess}"?`;
  }
}

function relatedTo(rule: Rule | undefined, message: string): RelatedPlace[] {
  return rule?.span === undefined ? [] : [{ message: `"${rule.name}" is ${message}`, span: rule.span }];
}
