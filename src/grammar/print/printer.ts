import { concatBytes } from "../../base/bytes.ts";
import type { Diagnostic, Severity } from "../../base/diagnostic.ts";
import type { CodePointRange, Expression, Grammar, RuleId } from "../ir.ts";
import { type ParseOptions, textDiagnostic } from "../parse-result.ts";
import { reachableRules } from "../passes/check.ts";
import { expressionGraph } from "../passes/expression-graph.ts";
import { productiveNodes } from "../passes/properties.ts";
import { metered, OutOfWork, spend, type WorkBudget } from "../work.ts";
import { expandSets } from "./expand-sets.ts";
import { quoted } from "./text.ts";

export interface PrintOptions extends ParseOptions {
  /// A bound of the work alone, unless given.
  readonly budget?: WorkBudget;
}

/// Enough for a hundred thousand rules.
const MAX_WORK = 20_000_000;

export interface PrintResult {
  /// Absent if a diagnostic is an error.
  readonly text?: string;
  readonly diagnostics: readonly Diagnostic[];
}

/// What a notation does its own way.
export interface Notation {
  readonly title: string;
  /// Turns a name into one that the notation can write; the result need not be unique.
  ruleName(name: string): string;
  /// A set of characters, neither empty nor negated.
  characters(ranges: readonly CodePointRange[], report: Reporter): string;
  token(e: Expression & { readonly kind: "token" }, report: Reporter): string | undefined;
  repeat(min: number, max: number | undefined, report: Reporter): string;
}

export type Reporter = (code: string, severity: Severity, message: string, hint: string) => void;

// Alternatives of a rule go on lines of their own past this width.
const WIDTH = 100;

/// Writes a grammar in a notation of the BNF family: `root` first, then every rule that it reaches and
/// that matches something. Intersections and complements become rules (see `expandSets`).
export function printGrammar(grammar: Grammar, notation: Notation, options: PrintOptions): PrintResult {
  const { file, budget = { maxWork: MAX_WORK } } = options;
  return metered(budget, () => {
    try {
      const expanded = expandSets(grammar, options);
      if (expanded.grammar === undefined) return { diagnostics: expanded.diagnostics };
      return new Printer(expanded.grammar, notation, file).print();
    } catch (error) {
      if (!(error instanceof OutOfWork)) throw error;
      const { name, span = { from: 0, to: 0 } } = grammar.rules[grammar.rootRule]!;
      const message = `the grammar takes too long to write: "${name}" and what it reaches`;
      const hint = "make it smaller, or give it more time";
      return { diagnostics: [textDiagnostic("print-timeout", "error", file, span, message, hint)] };
    }
  });
}

/// How tightly the context of an expression binds.
const LEVEL = { choice: 0, sequence: 1, repeat: 2 } as const;
type Level = (typeof LEVEL)[keyof typeof LEVEL];

class Printer {
  readonly #grammar: Grammar;
  readonly #notation: Notation;
  readonly #file: string | undefined;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #reported = new Set<string>();
  readonly #names: string[];
  readonly #isProductive: (e: Expression) => boolean;

  constructor(grammar: Grammar, notation: Notation, file: string | undefined) {
    this.#grammar = grammar;
    this.#notation = notation;
    this.#file = file;
    this.#names = uniqueNames(grammar, notation);
    const graph = expressionGraph(grammar);
    const productive = productiveNodes(graph);
    const dead = new Set(graph.nodes.filter((_, v) => productive[v] === 0));
    this.#isProductive = (e) => !dead.has(e);
  }

  print(): PrintResult {
    const { rules, rootRule } = this.#grammar;
    if (!this.#isProductive(rules[rootRule]!.expression)) {
      this.#report(undefined)(
        "print-empty-language",
        "error",
        "no text matches the root rule, and no grammar says that",
        "give it an alternative that ends",
      );
      return { diagnostics: this.#diagnostics };
    }
    const reachable = reachableRules(this.#grammar);
    const order = [rootRule, ...rules.keys()].filter(
      (id, i) => i === 0 || (id !== rootRule && reachable[id] === 1),
    );
    const lines = order.filter((id) => this.#isProductive(rules[id]!.expression)).map((id) => this.#rule(id));
    const failed = this.#diagnostics.some((d) => d.severity === "error");
    return { ...(failed ? {} : { text: `${lines.join("\n")}\n` }), diagnostics: this.#diagnostics };
  }

  #report(e: Expression | undefined): Reporter {
    return (code, severity, message, hint) => {
      const span = e?.span ?? { from: 0, to: 0 };
      const key = `${code} ${span.from} ${span.to} ${message}`;
      if (this.#reported.has(key)) return;
      this.#reported.add(key);
      this.#diagnostics.push(textDiagnostic(code, severity, this.#file, span, message, hint));
    };
  }

  #rule(id: RuleId): string {
    const head = `${this.#names[id]!} ::= `;
    const { expression } = this.#grammar.rules[id]!;
    const body = this.#text(expression, LEVEL.choice);
    if (head.length + body.length <= WIDTH || expression.kind !== "choice") return head + body;
    return head + this.#alternatives(expression.items).join(" |\n  ");
  }

  #alternatives(items: readonly Expression[]): string[] {
    return items.filter(this.#isProductive).map((item) => this.#text(item, LEVEL.sequence));
  }

  #text(e: Expression, level: Level): string {
    spend(5);
    switch (e.kind) {
      case "empty":
        return '""';
      case "literal":
        return this.#literal(e);
      case "characters":
        return this.#notation.characters(e.ranges, this.#report(e));
      case "bytes":
        if (e.ranges.every(([, to]) => to < 0x80))
          return this.#notation.characters(e.ranges, this.#report(e));
        return this.#notText(e);
      case "sequence":
        return parenthesised(this.#sequence(e.items), level >= LEVEL.repeat);
      case "choice": {
        const alternatives = this.#alternatives(e.items);
        if (alternatives.length === 1) return this.#text(e.items.find(this.#isProductive)!, level);
        return parenthesised(alternatives.join(" | "), level > LEVEL.choice);
      }
      case "repeat": {
        if (!this.#isProductive(e.item)) return '""';
        const sign = this.#notation.repeat(e.min, e.max, this.#report(e));
        return parenthesised(`${this.#text(e.item, LEVEL.repeat)}${sign}`, level >= LEVEL.repeat);
      }
      case "rule":
        return this.#names[e.rule]!;
      case "unordered":
        this.#report(e)(
          "print-unordered",
          "error",
          `${this.#notation.title} cannot write items that come in any order, each once`,
          "have members in the schema's order",
        );
        return '""';
      case "token":
        return this.#notation.token(e, this.#report(e)) ?? '""';
      case "nothing":
      case "intersection":
      case "complement":
        throw new Error(`${e.kind} was to be gone before printing`);
      default:
        return e satisfies never;
    }
  }

  #sequence(items: readonly Expression[]): string {
    const joined = joinLiterals(items).filter((item) => item.kind !== "empty");
    if (joined.length === 0) return '""';
    return joined.map((item) => this.#text(item, LEVEL.sequence)).join(" ");
  }

  #literal(e: Expression & { readonly kind: "literal" }): string {
    return quoted(e.bytes) ?? this.#notText(e);
  }

  #notText(e: Expression): string {
    this.#report(e)(
      "print-not-text",
      "error",
      `${this.#notation.title} cannot write bytes that are no UTF-8 text`,
      "use characters, or keep this grammar in its own notation",
    );
    return '""';
  }
}

function parenthesised(text: string, needed: boolean): string {
  return needed ? `(${text})` : text;
}

/// Neighbouring literals that only together are UTF-8 become one.
function joinLiterals(items: readonly Expression[]): readonly Expression[] {
  const isHalf = (e: Expression) => e.kind === "literal" && quoted(e.bytes) === undefined;
  if (!items.some(isHalf)) return items;
  const out: Expression[] = [];
  for (const item of items) {
    const last = out.at(-1);
    if (item.kind === "literal" && last?.kind === "literal" && (isHalf(item) || isHalf(last)))
      out[out.length - 1] = { ...last, bytes: concatBytes([last.bytes, item.bytes]) };
    else out.push(item);
  }
  return out;
}

function uniqueNames(grammar: Grammar, notation: Notation): string[] {
  const taken = new Set<string>(["root"]);
  const lastNumber = new Map<string, number>();
  return grammar.rules.map((rule, id) => {
    if (id === grammar.rootRule) return "root";
    const base = notation.ruleName(rule.name);
    let name = base;
    while (taken.has(name)) {
      const n = (lastNumber.get(base) ?? 1) + 1;
      lastNumber.set(base, n);
      name = `${base}-${n}`;
    }
    taken.add(name);
    return name;
  });
}
