import { bootstrap, type Interval } from "../common/bootstrap.ts";
import { groupBy } from "../common/group-by.ts";
import { ARMS, type Arm, type CaseOutcome, type FimCase, MID_IDENTIFIER, STRATA } from "./case.ts";
import { score } from "./metrics.ts";
import { syntaxErrors } from "./syntax.ts";

/// Shares and means over cases.
export interface ArmSummary {
  readonly exact: Interval;
  readonly unit: Interval;
  readonly similarity: Interval;
  readonly duplicates: Interval;
  /// Share of the documents with more syntax errors than before the completion; of those that have a syntax.
  readonly breaks: Interval;
  /// Bits a byte of the true text. With ranking as without.
  readonly bits: Interval;
  /// Cases without bits: no token sequence spells their text.
  readonly unscored: number;
  readonly evaluations: number;
  readonly evaluatedTokens: number;
  readonly medianMillis: number;
  readonly medianCpuMillis: number;
}

const DIFFERENCES = [
  ["exact", "none"],
  ["exact", "token"],
  ["ranked", "exact"],
  ["ranked", "none"],
] as const;

type Measure = "exact" | "unit" | "similarity" | "duplicates" | "breaks" | "bits";

const MEASURES = ["exact", "unit", "similarity", "duplicates", "breaks", "bits"] as const;

export interface GroupSummary {
  readonly group: string;
  readonly cases: number;
  readonly packages: number;
  readonly arms: Readonly<Record<Arm, ArmSummary>>;
  /// The first arm's less the second one's, case by case.
  readonly differences: readonly {
    readonly of: Arm;
    readonly to: Arm;
    readonly measures: Readonly<Record<Measure, Interval>>;
  }[];
}

/// A case's outcome in one arm as numbers; `undefined` where there is none to have.
type Row = Readonly<Record<Measure, number | undefined>> &
  Readonly<{ evaluations: number; evaluatedTokens: number; millis: number; cpuMillis: number }>;

export interface ScoredCase {
  readonly one: FimCase;
  readonly arms: Readonly<Record<Arm, Row>>;
}

/// Scores completions against what was there. Parses documents, a package at a time.
export function scoreCases(
  cases: readonly FimCase[],
  outcomes: ReadonlyMap<string, CaseOutcome>,
): ScoredCase[] {
  const done = cases.filter(({ id }) => outcomes.has(id));
  return [...groupBy(done, (one) => one.package).values()].flatMap((own) => {
    const texts = own.flatMap((one) => {
      const { arms } = outcomes.get(one.id)!;
      const completions = ["", ...ARMS.map((arm) => arms[arm].completion)];
      return completions.map((text) => ({ ...one, text: one.prefix + text + one.suffix }));
    });
    const errors = syntaxErrors(texts);
    return own.map((one, i) => {
      const [before, ...after] = errors.slice(i * (ARMS.length + 1), (i + 1) * (ARMS.length + 1));
      return { one, arms: rows(one, outcomes.get(one.id)!, before, after) };
    });
  });
}

function rows(
  one: FimCase,
  { arms, bits, bytes }: CaseOutcome,
  before: number | undefined,
  after: readonly (number | undefined)[],
): Record<Arm, Row> {
  const row = (arm: Arm, i: number): Row => {
    const { completion, ...work } = arms[arm];
    const { exact, unit, similarity, duplicates } = score(completion, one.middle, one.suffix);
    const all = bits[arm === "ranked" ? "exact" : arm];
    return {
      ...work,
      exact: Number(exact),
      unit: Number(unit),
      similarity,
      duplicates: Number(duplicates),
      breaks: before === undefined ? undefined : Number(after[i]! > before),
      bits: all === null ? undefined : all / bytes,
    };
  };
  return Object.fromEntries(ARMS.map((arm, i) => [arm, row(arm, i)])) as Record<Arm, Row>;
}

/// All cases, those in names, and each stratum.
export function summarise(scored: readonly ScoredCase[], seed: number): GroupSummary[] {
  const groups: [string, readonly ScoredCase[]][] = [
    ["all", scored],
    ["identifier", scored.filter(({ one }) => MID_IDENTIFIER.includes(one.stratum))],
    ...STRATA.map((stratum): [string, ScoredCase[]] => [
      stratum,
      scored.filter(({ one }) => one.stratum === stratum),
    ]),
  ];
  return groups.filter(([, own]) => own.length > 0).map(([group, own]) => summary(group, own, seed));
}

function summary(group: string, scored: readonly ScoredCase[], seed: number): GroupSummary {
  const interval = (read: (one: ScoredCase) => number | undefined): Interval =>
    bootstrap(
      scored.flatMap((one) => {
        const value = read(one);
        return value === undefined ? [] : [{ cluster: one.one.package, value }];
      }),
      seed,
    );
  const measures = (read: (one: ScoredCase, measure: Measure) => number | undefined) =>
    Object.fromEntries(MEASURES.map((measure) => [measure, interval((one) => read(one, measure))])) as Record<
      Measure,
      Interval
    >;
  return {
    group,
    cases: scored.length,
    packages: new Set(scored.map(({ one }) => one.package)).size,
    arms: Object.fromEntries(
      ARMS.map((arm) => {
        const own = scored.map(({ arms }) => arms[arm]);
        return [
          arm,
          {
            ...measures(({ arms }, measure) => arms[arm][measure]),
            unscored: own.filter(({ bits }) => bits === undefined).length,
            evaluations: mean(own.map((row) => row.evaluations)),
            evaluatedTokens: mean(own.map((row) => row.evaluatedTokens)),
            medianMillis: median(own.map((row) => row.millis)),
            medianCpuMillis: median(own.map((row) => row.cpuMillis)),
          },
        ];
      }),
    ) as Record<Arm, ArmSummary>,
    differences: DIFFERENCES.map(([of, to]) => ({
      of,
      to,
      measures: measures(({ arms }, measure) => {
        const [a, b] = [arms[of][measure], arms[to][measure]];
        return a === undefined || b === undefined ? undefined : a - b;
      }),
    })),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
