import type { Interval } from "../common/bootstrap.ts";
import { ARMS, type CaseOutcome } from "./case.ts";
import type { GroupSummary, ScoredCase } from "./summary.ts";

/// Groups whose differences are shown; of all others they are in the plot.
const TELLING: readonly string[] = ["all", "identifier", "identifier hole", "line goes on", "aligned"];

/// Tables in Markdown: the arms, how they differ, and what a request costs.
export function showSummary(groups: readonly GroupSummary[]): string {
  const arms = [
    "none / token / exact / ranked:",
    "",
    "| cursor | cases | whole text right % | first word right % | similarity % | bits a byte | breaks syntax % | repeats the suffix % |",
    "|---|---|---|---|---|---|---|---|",
    ...groups.map(({ group, cases, arms }) => {
      const of = (show: (arm: (typeof arms)["none"]) => string) =>
        ARMS.map((arm) => show(arms[arm])).join(" / ");
      const bits = (["none", "token", "exact"] as const)
        .map((arm) => arms[arm].bits.mean.toFixed(2))
        .join(" / ");
      return row([
        group,
        String(cases),
        of(({ exact }) => percent(exact.mean)),
        of(({ unit }) => percent(unit.mean)),
        of(({ similarity }) => percent(similarity.mean)),
        bits,
        of(({ breaks }) => percent(breaks.mean)),
        of(({ duplicates }) => percent(duplicates.mean)),
      ]);
    }),
  ];
  const differences = [
    "| cursor | difference | whole text right | first word right | similarity | bits a byte | breaks syntax |",
    "|---|---|---|---|---|---|---|",
    ...groups
      .filter(({ group }) => TELLING.includes(group))
      .flatMap(({ group, differences }) =>
        differences.map(({ of, to, measures }) =>
          row([
            group,
            `${of} − ${to}`,
            points(measures.exact),
            points(measures.unit),
            points(measures.similarity),
            signed(measures.bits, (x) => x.toFixed(2)),
            points(measures.breaks),
          ]),
        ),
      ),
  ];
  const [all] = groups;
  const cost = [
    "| a request | evaluations | tokens evaluated | CPU ms (median) |",
    "|---|---|---|---|",
    ...ARMS.map((arm) => {
      const { evaluations, evaluatedTokens, medianCpuMillis } = all!.arms[arm];
      return row([arm, evaluations.toFixed(1), evaluatedTokens.toFixed(1), medianCpuMillis.toFixed(1)]);
    }),
  ];
  const unscored = ARMS.map((arm) => all!.arms[arm].unscored);
  const note = unscored.some((count) => count > 0)
    ? [[`No bits of so many cases, whose text no token sequence spells: ${unscored.join(" / ")}`]]
    : [];
  return [arms, differences, cost, ...note].map((lines) => lines.join("\n")).join("\n\n");
}

/// Cases in which the arms wrote different texts, with what they wrote.
export function showCases(
  scored: readonly ScoredCase[],
  outcomes: ReadonlyMap<string, CaseOutcome>,
  limit: number,
): string {
  const differing = scored.filter(({ one }) => {
    const { arms } = outcomes.get(one.id)!;
    return ARMS.some((arm) => arms[arm].completion !== arms.none.completion);
  });
  const step = Math.max(1, Math.floor(differing.length / limit));
  return differing
    .filter((_, i) => i % step === 0)
    .slice(0, limit)
    .map(({ one, arms: rows }) => {
      const { arms, bits } = outcomes.get(one.id)!;
      const quote = (text: string) => JSON.stringify(text);
      return [
        one.id,
        `  before ${quote(one.prefix.slice(-50))}  after ${quote(one.suffix.slice(0, 30))}`,
        `  truth  ${quote(one.middle)}`,
        ...ARMS.map((arm) => {
          const marks = `${rows[arm].exact ? "=" : rows[arm].unit ? "~" : " "}`;
          const own = arm === "ranked" ? "" : `  ${(bits[arm] ?? Number.NaN).toFixed(1)} bits`;
          return `  ${arm.padEnd(6)} ${marks} ${quote(arms[arm].completion)}${own}`;
        }),
      ].join("\n");
    })
    .join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function percent(share: number): string {
  return Number.isNaN(share) ? "–" : (share * 100).toFixed(1);
}

/// Percentage points, and between what.
function points(interval: Interval): string {
  return signed(interval, (x) => (x * 100).toFixed(1));
}

function signed({ mean, low, high }: Interval, show: (x: number) => string): string {
  if (Number.isNaN(mean)) return "–";
  const sign = (x: number) => {
    const size = show(Math.abs(x));
    return Number(size) === 0 ? size : `${x < 0 ? "−" : "+"}${size}`;
  };
  return `${sign(mean)} (${sign(low)} … ${sign(high)})`;
}
