import { OUTCOME_KINDS, type OutcomeKind, type SchemaOutcome } from "./outcome.ts";

/// How a schema went, without what depends on the machine.
interface RatchetLine {
  readonly kind: OutcomeKind;
  /// The codes of the errors of one that does not compile.
  readonly codes: string;
}

/// Outcomes by schema; in a file a line each: `id <tab> outcome`, and `<tab> codes` of compile errors.
export type Ratchet = ReadonlyMap<string, RatchetLine>;

export interface RatchetChanges {
  /// What went worse, each in a line.
  readonly worse: readonly string[];
  readonly better: readonly string[];
  /// The same kind of outcome for another reason.
  readonly otherwise: readonly string[];
  /// Schemas that were run and are not in the file.
  readonly unknown: readonly string[];
}

export function ratchetOf(outcomes: readonly SchemaOutcome[]): Ratchet {
  return new Map(outcomes.map((outcome) => [outcome.id, lineOf(outcome)]));
}

function lineOf({ kind, detail = "" }: SchemaOutcome): RatchetLine {
  const codes = kind === "compile-error" ? (detail.match(/(?:^|; )[a-z-]+(?=: )/g) ?? ["error"]) : [];
  return { kind, codes: [...new Set(codes.map((code) => code.replace("; ", "")))].sort().join(" ") };
}

export function formatRatchet(ratchet: Ratchet): string {
  const lines = [...ratchet].map(([id, { kind, codes }]) => [id, kind, codes].join("\t").trimEnd());
  return `${lines.sort().join("\n")}\n`;
}

/// Reads what `formatRatchet` wrote. Throws on anything else.
export function parseRatchet(text: string): Ratchet {
  const out = new Map<string, RatchetLine>();
  for (const [n, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const [id, kind, codes = ""] = line.split("\t");
    if (!OUTCOME_KINDS.includes(kind as OutcomeKind))
      throw new Error(`line ${n + 1} of the ratchet file has no outcome: ${line}`);
    out.set(id!, { kind: kind as OutcomeKind, codes });
  }
  return out;
}

/// What a run changes of what was committed. Schemas that were not run count for nothing.
export function compareRatchet(committed: Ratchet, run: Ratchet): RatchetChanges {
  const worse: string[] = [];
  const better: string[] = [];
  const otherwise: string[] = [];
  const unknown: string[] = [];
  for (const [id, now] of run) {
    const before = committed.get(id);
    if (before === undefined) {
      unknown.push(id);
      continue;
    }
    const change = OUTCOME_KINDS.indexOf(now.kind) - OUTCOME_KINDS.indexOf(before.kind);
    const line = `${id}: ${shown(before)} -> ${shown(now)}`;
    if (change > 0) worse.push(line);
    else if (change < 0) better.push(line);
    else if (now.codes !== before.codes) otherwise.push(line);
  }
  return { worse, better, otherwise, unknown };
}

function shown({ kind, codes }: RatchetLine): string {
  return codes === "" ? kind : `${kind} (${codes})`;
}

/// The committed lines with those of a run in place of theirs.
export function mergeRatchet(committed: Ratchet, run: Ratchet): Ratchet {
  return new Map([...committed, ...run]);
}
