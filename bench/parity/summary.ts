import type { Comparison, Difference, Verdict } from "./compare.ts";
import type { ParityAnswer, ParityTask } from "./task.ts";

export interface ArmSummary {
  readonly vocabulary: string;
  readonly arm: ParityTask["arm"];
  readonly grammars: number;
  /// Grammars that one engine refused, by who and why.
  readonly refused: Readonly<Record<string, number>>;
  readonly compared: number;
  readonly steps: number;
  readonly differingSteps: number;
  readonly illFormedSteps: number;
  readonly differingGrammars: number;
  /// Texts that one engine did not take to their end.
  readonly stopped: Readonly<Record<Comparison["stopped"][number], number>>;
  /// Which grammars' texts those were.
  readonly stoppedIn: readonly string[];
  /// Tokens looked at where masks differ, by who is wrong.
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /// Grammars by what the difference is about, the first few named.
  readonly classes: readonly DifferenceClass[];
}

interface DifferenceClass {
  readonly name: string;
  grammars: number;
  readonly examples: { readonly id: string; readonly difference: Difference }[];
}

const EXAMPLES = 4;

export class ParityRecord {
  readonly #vocabulary: string;
  readonly #arm: ParityTask["arm"];
  readonly #refused: Record<string, number> = {};
  readonly #stopped = { no: 0, kernel: 0, xgrammar: 0, both: 0 };
  readonly #verdicts = { "theirs-mask": 0, theirs: 0, ours: 0, unjudged: 0 };
  readonly #classes = new Map<string, DifferenceClass>();
  readonly #stoppedIn: string[] = [];
  #grammars = 0;
  #compared = 0;
  #steps = 0;
  #differingSteps = 0;
  #illFormedSteps = 0;
  #differingGrammars = 0;

  constructor(vocabulary: string, arm: ParityTask["arm"]) {
    this.#vocabulary = vocabulary;
    this.#arm = arm;
  }

  add({ id }: ParityTask, answer: ParityAnswer | string): void {
    this.#grammars++;
    if (typeof answer === "string") {
      this.#refuse(`xgrammar: ${answer}`);
      return;
    }
    const { comparison, refused, warnings, causes } = answer;
    if (refused) {
      this.#refuse(`${refused.by}: ${refused.why}`);
      return;
    }
    if (!comparison) throw new Error("neither a comparison nor a refusal");
    this.#compared++;
    this.#steps += comparison.steps;
    this.#differingSteps += comparison.differing;
    this.#illFormedSteps += comparison.illFormed;
    for (const end of comparison.stopped) {
      this.#stopped[end]++;
      if (end !== "no") this.#stoppedIn.push(`${id} (${end})`);
    }
    if (comparison.differing === 0) return;
    this.#differingGrammars++;
    for (const difference of comparison.differences) {
      for (const { verdict } of difference.samples) this.#verdicts[verdict]++;
    }
    const first = comparison.differences[0]!;
    const name = causes === undefined ? sameClass(first, warnings) : ownClass(first, causes);
    let found = this.#classes.get(name);
    if (found === undefined) {
      found = { name, grammars: 0, examples: [] };
      this.#classes.set(name, found);
    }
    found.grammars++;
    if (found.examples.length < EXAMPLES) found.examples.push({ id, difference: first });
  }

  #refuse(why: string): void {
    this.#refused[why] = (this.#refused[why] ?? 0) + 1;
  }

  summary(): ArmSummary {
    return {
      vocabulary: this.#vocabulary,
      arm: this.#arm,
      grammars: this.#grammars,
      refused: this.#refused,
      compared: this.#compared,
      steps: this.#steps,
      differingSteps: this.#differingSteps,
      illFormedSteps: this.#illFormedSteps,
      differingGrammars: this.#differingGrammars,
      stopped: this.#stopped,
      stoppedIn: this.#stoppedIn,
      verdicts: this.#verdicts,
      classes: [...this.#classes.values()].sort((a, b) => b.grammars - a.grammars),
    };
  }
}

/// Who is wrong, in which direction, and what the printer said about the grammar.
function sameClass({ samples }: Difference, warnings: readonly string[]): string {
  const parts = new Set(samples.map(({ verdict, allowedBy }) => `${verdict} (allowed by ${allowedBy})`));
  return [...parts, ...new Set(warnings)].join(", ");
}

function ownClass({ kernelOnly, xgrammarOnly }: Difference, causes: readonly string[]): string {
  const who =
    kernelOnly > 0 && xgrammarOnly > 0
      ? "both allow more"
      : kernelOnly > 0
        ? "kernel allows more"
        : "xgrammar allows more";
  return `${who}: ${causes.length > 0 ? causes.join(" or ") : "no single keyword"}`;
}

export function showSummary(s: ArmSummary): string {
  const lines = [
    `${s.vocabulary}, ${s.arm === "same" ? "the same EBNF" : "each its own JSON Schema front end"}:`,
    `  ${s.grammars} grammars, ${s.compared} compared, ${s.steps} masks; ${s.differingSteps} differ, in ${s.differingGrammars} grammars`,
    `  ${s.illFormedSteps} more masks: xgrammar allows bytes that no UTF-8 text has, and nothing else differs`,
    `  texts refused by the kernel ${s.stopped.kernel}, by xgrammar ${s.stopped.xgrammar}, by both ${s.stopped.both}${s.stoppedIn.length > 0 ? `: ${s.stoppedIn.join(", ")}` : ""}`,
    `  tokens judged: ${Object.entries(s.verdicts)
      .map(([verdict, count]) => `${verdict} ${count}`)
      .join(", ")}`,
    ...Object.entries(s.refused).map(([why, count]) => `  refused ${count}: ${why}`),
  ];
  for (const { name, grammars, examples } of s.classes) {
    lines.push(`  ${grammars} × ${name}`);
    for (const { id, difference } of examples) {
      const tokens = difference.samples.map((d) => `${d.token} ${d.allowedBy} (${d.verdict})`).join(", ");
      lines.push(`      ${id} after ${JSON.stringify(difference.after)}: ${tokens}`);
    }
  }
  return lines.join("\n");
}
