// node bench/maskbench/run.mjs plot RUN.json PLOT.svg: what share of a run's first masks and masks took
// longer than a time, one line an engine. RUN.json is what a run with --out wrote.
import { readFileSync, writeFileSync } from "node:fs";
import type { TopLevelSpec } from "vega-lite";
import { svg } from "../common/svg.ts";
import { type Distribution, edge } from "./distribution.ts";

interface Point {
  readonly engine: string;
  readonly measure: string;
  readonly micros: number;
  readonly share: number;
}

const MEASURES = [
  ["ttfm", "time to first mask, a schema"],
  ["tbm", "time between masks, a token"],
] as const;

const [file, out] = process.argv.slice(2);
if (file === undefined || out === undefined) throw new Error("plot RUN.json PLOT.svg");
const run: { distributions: Record<string, Record<"ttfm" | "tbm", Distribution>> } = JSON.parse(
  readFileSync(file, "utf8"),
);
const points = Object.entries(run.distributions).flatMap(([engine, measures]) =>
  MEASURES.flatMap(([key, measure]) => slower(measures[key]).map((point) => ({ engine, measure, ...point }))),
);
writeFileSync(out, await svg(chart(points)));

/// For each bucket's edge, the share of times that reach it.
function slower({ from, counts }: Distribution): { readonly micros: number; readonly share: number }[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let left = total;
  return counts.map((count, i) => {
    const point = { micros: edge(from + i), share: left / total };
    left -= count;
    return point;
  });
}

function chart(values: readonly Point[]): TopLevelSpec {
  return {
    background: "white",
    data: { values: [...values] },
    facet: { column: { field: "measure", type: "nominal", title: null, header: { labelFontSize: 13 } } },
    spec: {
      width: 340,
      height: 240,
      mark: { type: "line", interpolate: "step-after", strokeWidth: 2 },
      encoding: {
        x: {
          field: "micros",
          type: "quantitative",
          scale: { type: "log" },
          axis: {
            title: "longer than",
            // Powers of ten alone: the lines between them say nothing that the picture needs.
            values: [0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7],
            labelExpr:
              "datum.value < 1000 ? datum.value + ' µs' : datum.value < 1e6 ? datum.value / 1000 + ' ms' : datum.value / 1e6 + ' s'",
          },
        },
        y: {
          field: "share",
          type: "quantitative",
          scale: { type: "log", domain: [0.0001, 1], clamp: true },
          axis: { title: "share", format: "~%", values: [1, 0.1, 0.01, 0.001, 0.0001] },
        },
        color: {
          field: "engine",
          type: "nominal",
          scale: { domain: ["tokensieve", "xgrammar"], range: ["#0b6e4f", "#c8553d"] },
          legend: { title: null, orient: "bottom" },
        },
        // Told apart without colours, too.
        strokeDash: {
          field: "engine",
          type: "nominal",
          scale: {
            domain: ["tokensieve", "xgrammar"],
            range: [
              [1, 0],
              [5, 3],
            ],
          },
        },
      },
    },
    resolve: { scale: { x: "independent" } },
    config: { font: "sans-serif", view: { stroke: "#ddd" } },
  };
}
