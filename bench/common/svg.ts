import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/// A Vega-Lite chart as an SVG text.
export async function svg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  return `${await view.toSVG()}\n`;
}
