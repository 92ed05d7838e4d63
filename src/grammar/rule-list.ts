import type { Span } from "../base/span.ts";
import { nothing } from "./build.ts";
import type { Expression, Rule, RuleId } from "./ir.ts";

/// The rules of a grammar in the making. Names that are taken get a number.
export class RuleList {
  readonly rules: { name: string; expression: Expression; span?: Span; isLate?: boolean }[] = [];
  readonly #names = new Map<string, number>();

  /// A rule whose expression comes later.
  reserve(name: string, span: Span | undefined): RuleId {
    this.rules.push({
      name: this.#unique(name),
      expression: nothing(),
      ...(span === undefined ? {} : { span }),
    });
    return this.rules.length - 1;
  }

  set(rule: RuleId, expression: Expression): void {
    this.rules[rule]!.expression = expression;
  }

  define(name: string, span: Span | undefined, expression: Expression): RuleId {
    const rule = this.reserve(name, span);
    this.set(rule, expression);
    return rule;
  }

  /// A rule that may be lowered when a text comes to it.
  defineLate(name: string, span: Span | undefined, expression: Expression): RuleId {
    const rule = this.define(name, span, expression);
    this.rules[rule]!.isLate = true;
    return rule;
  }

  /// Gives a rule that stands for several places a name that is of none of them. Its place stays the first.
  makeCommon(rule: RuleId, name: string): void {
    this.rules[rule]!.name = this.#unique(name);
  }

  /// Takes rules over whose expressions name each other by their numbers here. They are called
  /// `prefix.name`, or `prefix-2.name` if others are.
  addAll(rules: readonly Rule[], prefix: string): void {
    const unique = this.#unique(`${prefix}.`).replace(/\.(.*)$/, "$1");
    for (const rule of rules) this.rules.push({ ...rule, name: `${unique}.${rule.name}` });
  }

  #unique(wanted: string): string {
    for (;;) {
      const count = this.#names.get(wanted) ?? 0;
      this.#names.set(wanted, count + 1);
      if (count === 0) return wanted;
      const numbered = `${wanted}-${count + 1}`;
      if (!this.#names.has(numbered)) {
        this.#names.set(numbered, 1);
        return numbered;
      }
    }
  }
}

/// Letters, digits and dashes of a text, for the name of a rule.
///
/// `ruleName("<function=get_weather>")` is `"function-get_weather"`.
export function ruleName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_]+/g, "-").replace(/^[^A-Za-z]+|-+$/g, "");
  return name.slice(0, 40) || "tag";
}
