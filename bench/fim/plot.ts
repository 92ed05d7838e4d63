// npm run bench:fim -- plot RUN.json PLOT.svg: by how much more often one way to treat a prompt's end is right
// than another, by cursor, with 95 % intervals. RUN.json is what a run with --out wrote.
import { readFileSync, writeFileSync } from "node:fs";
import type { TopLevelSpec } from "vega-lite";
import { svg } from "../common/svg.ts";
import type { GroupSummary } from "./summary.ts";

interface Point {
  readonly group: string;
  readonly measure: string;
  readonly arms: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const MEASURES = [
  ["unit", "first word or sign right"],
  ["exact", "all of the missing text right"],
] as const;

const ARMS = ["exact − none", "exact − token", "ranked − exact"];

const [file, out] = process.argv.slice(2);
if (file === undefined || out === undefined) throw new Error("plot RUN.json PLOT.svg");
const { groups }: { groups: GroupSummary[] } = JSON.parse(readFileSync(file, "utf8"));
const points = groups.flatMap(({ group, differences }) =>
  differences
    .filter(({ of, to }) => ARMS.includes(`${of} − ${to}`))
    .flatMap(({ of, to, measures }) =>
      MEASURES.map(([key, measure]): Point => ({ group, measure, arms: `${of} − ${to}`, ...measures[key] })),
    ),
);
writeFileSync(out, await svg(chart(points)));

function chart(values: readonly Point[]): TopLevelSpec {
  const color = {
    field: "arms",
    type: "nominal",
    scale: { domain: ARMS, range: ["#0b6e4f", "#c8553d", "#3b5b92"] },
    legend: { title: null, orient: "bottom" },
  } as const;
  const y = {
    field: "group",
    type: "nominal",
    sort: null,
    axis: { title: null, grid: true, tickBand: "extent" },
  } as const;
  const yOffset = { field: "arms", type: "nominal", sort: ARMS } as const;
  return {
    background: "white",
    data: { values: [...values] },
    facet: {
      column: {
        field: "measure",
        type: "nominal",
        sort: MEASURES.map(([, measure]) => measure),
        title: null,
        header: { labelFontSize: 13 },
      },
    },
    spec: {
      width: 300,
      height: { step: 8 },
      layer: [
        { mark: { type: "rule", color: "#666" }, encoding: { x: { datum: 0 } } },
        {
          mark: { type: "rule", strokeWidth: 2 },
          encoding: {
            y,
            yOffset,
            color,
            x: {
              field: "low",
              type: "quantitative",
              axis: { title: "difference in percentage points", format: "~%" },
            },
            x2: { field: "high" },
          },
        },
        {
          mark: { type: "point", filled: true, size: 40, opacity: 1 },
          // Told apart without colours, too.
          encoding: {
            y,
            yOffset,
            color,
            shape: { field: "arms", type: "nominal", scale: { domain: ARMS } },
            x: { field: "mean", type: "quantitative" },
          },
        },
      ],
    },
    config: { font: "sans-serif", view: { stroke: "#ddd" } },
  };
}
