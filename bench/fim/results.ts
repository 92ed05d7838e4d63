import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CaseOutcome } from "./case.ts";

/// Outcomes of cases, a line of JSON each, so that a run that was broken off goes on where it was. Each
/// process appends to a file of its own, and reads all of the folder.
export class Results {
  readonly #folder: string;
  readonly #own: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#own = join(folder, `${process.pid}.jsonl`);
    mkdirSync(folder, { recursive: true });
  }

  add(outcome: CaseOutcome): void {
    appendFileSync(this.#own, `${JSON.stringify(outcome)}\n`);
  }

  /// By the case's id. A line that was cut off counts for nothing.
  read(): Map<string, CaseOutcome> {
    const outcomes = new Map<string, CaseOutcome>();
    for (const name of readdirSync(this.#folder).filter((file) => file.endsWith(".jsonl"))) {
      for (const line of readFileSync(join(this.#folder, name), "utf8").split("\n")) {
        const outcome = parse(line);
        if (outcome) outcomes.set(outcome.id, outcome);
      }
    }
    return outcomes;
  }

  clear(): void {
    for (const name of existsSync(this.#folder) ? readdirSync(this.#folder) : []) {
      rmSync(join(this.#folder, name));
    }
  }
}

function parse(line: string): CaseOutcome | undefined {
  try {
    return JSON.parse(line) as CaseOutcome;
  } catch {
    return undefined;
  }
}
