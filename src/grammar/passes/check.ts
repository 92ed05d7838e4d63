import type { Diagnostic, DiagnosticLocation, Severity } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import type { Grammar, RuleId } from "../ir.ts";
import { MAX_DIAGNOSTICS } from "../limits.ts";
import { runAll, type Steps } from "../work.ts";
import { components } from "./components.ts";
import { type ExpressionGraph, expressionGraph, graphSteps } from "./expression-graph.ts";
import { leftRecursion } from "./left-recursion.ts";
import { irregularNodes, nullableNodes, productiveNodes } from "./properties.ts";
import { surelySoundRules } from "./quick-look.ts";

export interface CheckOptions {
  readonly file?: string;
  /// How to report left recursion; "allowed" for engines that support it. Default: "error".
  readonly leftRecursion?: "error" | "warning" | "allowed";
}

/// What is wrong with a grammar as a whole, in source order:
///
/// - `grammar-empty-language` (error): no text matches the root rule.
/// - `grammar-left-recursion` (error unless set otherwise): a rule can begin with itself.
/// - `grammar-not-regular` (error): an intersection or complement reaches recursion or a token.
/// - `grammar-unproductive-rule` (warning): no text matches a rule that the root reaches.
/// - `grammar-unreachable-rule` (warning): the root never reaches the rule.
/// - `grammar-nullable-repeat` (warning): an unbounded repetition of what may be empty.
export function checkGrammar(grammar: Grammar, options: CheckOptions = {}): Diagnostic[] {
  return runAll(checkSteps(grammar, options));
}

/// The same, with pauses.
export function* checkSteps(grammar: Grammar, options: CheckOptions = {}): Steps<Diagnostic[]> {
  const report = new Report(options.file);
  const sound = options.leftRecursion === "allowed" ? yield* surelySoundRules(grammar) : undefined;
  if (sound !== undefined) {
    grammar.rules.forEach((_, id) => {
      if (sound[id] === 0) reportUnreachable(grammar, id, report);
    });
    return report.finish();
  }
  const graph = yield* graphSteps(grammar);
  const parts = components(graph);
  yield;
  const productive = productiveNodes(graph, parts);
  yield;
  const reachable = reachableRules(grammar, graph);
  yield;
  const name = (rule: RuleId) => grammar.rules[rule]!.name;

  grammar.rules.forEach((_, id) => {
    if (reachable[id] === 0) reportUnreachable(grammar, id, report);
    else if (productive[graph.ruleNodes[id]!] === 0) reportUnproductive(id);
  });

  function reportUnproductive(id: RuleId): void {
    const isRoot = id === grammar.rootRule;
    report.add(
      isRoot ? "grammar-empty-language" : "grammar-unproductive-rule",
      isRoot ? "error" : "warning",
      grammar.rules[id]!.span,
      isRoot ? `no text matches the root rule "${name(id)}"` : `no text matches the rule "${name(id)}"`,
      "give it an alternative that ends: one without recursion and without empty classes",
    );
  }

  const severity = options.leftRecursion ?? "error";
  if (severity !== "allowed") {
    for (const { cycle, isHidden, span } of leftRecursion(grammar, graph)) {
      const path = [...cycle, cycle[0]!].map(name).join(" → ");
      report.add(
        "grammar-left-recursion",
        severity,
        span ?? grammar.rules[cycle[0]!]!.span,
        `left recursion: ${path}${isHidden ? " (what stands before it may be empty)" : ""}`,
        "write the repetition instead: item (operator item)*, or put the recursion last",
      );
    }
  }
  yield;
  const nullable = nullableNodes(graph, parts);
  yield;
  reportNodes(graph, report, nullable, irregularNodes(graph, parts));
  return report.finish();
}

function reportUnreachable(grammar: Grammar, id: RuleId, report: Report): void {
  const { name, span } = grammar.rules[id]!;
  // Helper rules that a front end made up have no span, and are not the user's to remove.
  if (span === undefined) return;
  report.add(
    "grammar-unreachable-rule",
    "warning",
    span,
    `the rule "${name}" is never used`,
    `remove it, or name it in a rule that "${grammar.rules[grammar.rootRule]!.name}" reaches`,
  );
}

function reportNodes(
  graph: ExpressionGraph,
  report: Report,
  nullable: Uint8Array,
  irregular: Uint8Array,
): void {
  const { nodes, starts, targets } = graph;
  nodes.forEach((e, v) => {
    if (e.kind === "repeat" && e.max === undefined && nullable[targets[starts[v]!]!] === 1)
      report.add(
        "grammar-nullable-repeat",
        "warning",
        e.span,
        "what is repeated here may be empty, so it can repeat for ever without any text",
        "make each round match at least one character",
      );
    if ((e.kind === "intersection" || e.kind === "complement") && irregular[v] === 1)
      report.add(
        "grammar-not-regular",
        "error",
        e.span,
        `the ${e.kind} of something recursive cannot be computed`,
        "use only rules in it that never lead back to themselves, and no token literals",
      );
  });
}

/// Rule → 1 if a derivation from the root can reach it.
export function reachableRules(grammar: Grammar, graph = expressionGraph(grammar)): Uint8Array {
  const reached = new Uint8Array(grammar.rules.length);
  const seen = new Uint8Array(graph.nodes.length);
  const work: number[] = [];
  const enter = (rule: RuleId): void => {
    if (reached[rule] === 1) return;
    reached[rule] = 1;
    work.push(graph.ruleNodes[rule]!);
  };
  enter(grammar.rootRule);
  while (work.length > 0) {
    const v = work.pop()!;
    if (seen[v] === 1) continue;
    seen[v] = 1;
    const e = graph.nodes[v]!;
    if (e.kind === "rule") enter(e.rule);
    else for (let i = graph.starts[v]!; i < graph.starts[v + 1]!; i++) work.push(graph.targets[i]!);
  }
  return reached;
}

/// Rule → 1 if it matches the empty text.
export function nullableRules(grammar: Grammar): Uint8Array {
  const graph = expressionGraph(grammar);
  const nullable = nullableNodes(graph);
  return Uint8Array.from(graph.ruleNodes, (node) => nullable[node]!);
}

/// Rule → 1 if it matches some text (see `productiveNodes` for what is approximate).
export function productiveRules(grammar: Grammar): Uint8Array {
  const graph = expressionGraph(grammar);
  const productive = productiveNodes(graph);
  return Uint8Array.from(graph.ruleNodes, (node) => productive[node]!);
}

/// Collects diagnostics that may have no span: what a front end made up points at the file alone.
class Report {
  readonly #file: string | undefined;
  readonly #list: Diagnostic[] = [];

  constructor(file: string | undefined) {
    this.#file = file;
  }

  add(code: string, severity: Severity, span: Span | undefined, message: string, hint: string): void {
    const location = this.#location(span);
    this.#list.push({ code, severity, message, ...(location === undefined ? {} : { location }), hint });
  }

  #location(span: Span | undefined): DiagnosticLocation | undefined {
    const file = this.#file;
    if (span !== undefined) return { kind: "text", ...(file === undefined ? {} : { file }), span };
    return file === undefined ? undefined : { kind: "file", file };
  }

  /// Errors are never cut off by the limit.
  finish(): Diagnostic[] {
    const at = (d: Diagnostic) => (d.location?.kind === "text" ? d.location.span.from : 0);
    const errors = this.#list.filter((d) => d.severity === "error").slice(0, MAX_DIAGNOSTICS);
    const others = this.#list.filter((d) => d.severity !== "error").slice(0, MAX_DIAGNOSTICS);
    return [...errors, ...others].sort((a, b) => at(a) - at(b));
  }
}
