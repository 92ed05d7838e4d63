/// How one schema went. Times are in microseconds.
export interface SchemaOutcome {
  readonly id: string;
  readonly kind: OutcomeKind;
  /// Why it does not compile, which instance went wrong, or how the engine died.
  readonly detail?: string;
  readonly ttfm?: number;
  readonly masks: readonly number[];
  readonly accepts: readonly number[];
  /// Tokens that `accept` took though their bit was 0, or refused though it was 1.
  readonly disagreements: number;
}

/// From best to worst: a list of outcomes may only move up.
export const OUTCOME_KINDS = [
  "pass",
  "compile-error",
  "validation-error",
  "mask-disagreement",
  "timeout",
  "crash",
  "invalidation-error",
] as const;
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

export interface Spread {
  readonly avg: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface Summary {
  readonly engine: string;
  readonly schemas: number;
  readonly passing: number;
  readonly compileErrors: number;
  readonly validationErrors: number;
  readonly invalidationErrors: number;
  readonly maskDisagreements: number;
  readonly crashes: number;
  readonly timeouts: number;
  readonly masks: number;
  readonly ttfm: Spread;
  readonly tbm: Spread;
  readonly accept: Spread;
  /// Largest resident set of a child process, and how much of it was there before the first schema.
  readonly peakMemoryBytes: number;
  readonly baseMemoryBytes: number;
}

export function spread(times: readonly number[]): Spread {
  const sorted = Float64Array.from(times).sort();
  const at = (p: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0);
  let sum = 0;
  for (const t of sorted) sum += t;
  return {
    avg: round(sorted.length === 0 ? 0 : sum / sorted.length),
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function summarize(
  engine: string,
  outcomes: readonly SchemaOutcome[],
  memory: { readonly peak: number; readonly base: number },
): Summary {
  const count = (kind: OutcomeKind) => outcomes.filter((o) => o.kind === kind).length;
  return {
    engine,
    schemas: outcomes.length,
    passing: count("pass"),
    compileErrors: count("compile-error"),
    validationErrors: count("validation-error"),
    invalidationErrors: count("invalidation-error"),
    maskDisagreements: count("mask-disagreement"),
    crashes: count("crash"),
    timeouts: count("timeout"),
    masks: outcomes.reduce((n, o) => n + o.masks.length, 0),
    ttfm: spread(outcomes.flatMap((o) => (o.ttfm === undefined ? [] : [o.ttfm]))),
    tbm: spread(outcomes.flatMap((o) => o.masks)),
    accept: spread(outcomes.flatMap((o) => o.accepts)),
    peakMemoryBytes: memory.peak,
    baseMemoryBytes: memory.base,
  };
}
