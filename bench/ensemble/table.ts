import type { Interval } from "../common/bootstrap.ts";
import type { Bits, EnsembleSummary } from "./summary.ts";

/// A summary as the tables of docs/benchmarks.md.
export function summaryTable(summary: EnsembleSummary): string {
  const { models, fitted, all, gains, right, rightGains } = summary;
  const interval = ({ mean, low, high }: Interval, digits: number) =>
    `${signed(mean, digits)} (${signed(low, digits)} … ${signed(high, digits)})`;
  const mixture = fitted.mixture.map((weight) => weight.toFixed(2)).join(", ");
  const product = fitted.product.map((weight) => weight.toFixed(2)).join(", ");
  const methods: readonly [keyof Bits, string, Interval | undefined][] = [
    ["first", models[0]!, undefined],
    ["second", models[1]!, undefined],
    ["mixture", "mixture, equal weights", gains.mixture],
    ["fittedMixture", `mixture, fitted weights (${mixture})`, gains.fittedMixture],
    ["product", "product, exponents of a half", gains.product],
    ["fittedProduct", `product, fitted exponents (${product})`, gains.fittedProduct],
    ["fusionScore", "fusion's score (no probability)", undefined],
  ];
  const head = [
    "bits a byte",
    "all",
    ...summary.languages.map(({ language }) => language),
    "gain on the better model",
  ];
  const rows = methods.map(([key, name, gain]) => [
    name,
    all[key].toFixed(3),
    ...summary.languages.map(({ bits }) => bits[key].toFixed(3)),
    gain ? interval(gain, 3) : "",
  ]);
  const written = [
    [models[0]!, right.first, undefined],
    [models[1]!, right.second, undefined],
    ["mixture, fitted weights", right.mixture, rightGains.mixture],
    ["product, fitted exponents", right.product, rightGains.product],
    ["generative fusion decoding", right.fusion, rightGains.fusion],
  ] as const;
  return [
    table(head, rows),
    "",
    table(
      ["next bytes written right", "share", "more than the better model"],
      written.map(([name, share, gain]) => [
        name,
        `${(100 * share).toFixed(1)} %`,
        gain ? interval({ mean: 100 * gain.mean, low: 100 * gain.low, high: 100 * gain.high }, 1) : "",
      ]),
    ),
    "",
    `${summary.files} files of ${summary.packages} packages, ${summary.bytes} bytes, ${summary.cuts} places; ` +
      `best weights in hindsight ${summary.hindsight.map((weight) => weight.toFixed(2)).join(", ")}; ` +
      `${summary.evaluations.map((count) => count.toFixed(2)).join(" and ")} contexts a byte, ` +
      `${summary.cpuMillisAByte.toFixed(1)} ms of CPU a byte with both models and all that is written.`,
  ].join("\n");
}

function signed(x: number, digits: number): string {
  return `${x >= 0 ? "+" : "−"}${Math.abs(x).toFixed(digits)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
