import type { Span } from "../../base/span.ts";
import type { ExplorerLabels, ExplorerRule, ExplorerStack } from "../../protocol/mask-explorer.ts";
import { el } from "../token-panel/dom.ts";
import { button, fill } from "./labels.ts";

/// The rules that a text is in: one line a reading, the innermost rule first, each a link to its place.
export function drawStacks(
  stacks: readonly ExplorerStack[],
  labels: ExplorerLabels,
  onReveal: (span: Span) => void,
): HTMLElement {
  const list = el("ul", "stacks");
  for (const { rules, isMerged, isCut } of stacks) {
    const chain = el("div", "chain");
    rules.forEach((rule, i) => {
      if (i > 0) chain.append(el("span", "dim sign", "‹"));
      chain.append(drawRule(rule, labels, onReveal));
    });
    if (isCut) chain.append(el("span", "dim sign", "‹"), el("span", "dim", labels.moreRules));
    if (isMerged) chain.append(el("span", "dim", ` ${labels.orOtherCallers}`));
    const place = rules[0] && placeText(rules[0], labels);
    const item = el("li", "reading", chain);
    if (place) item.append(el("div", "dim place", place));
    list.append(item);
  }
  return list;
}

function drawRule(rule: ExplorerRule, labels: ExplorerLabels, onReveal: (span: Span) => void): HTMLElement {
  const { name, span } = rule;
  const place = placeText(rule, labels);
  const element = span ? button("link rule", name, name, () => onReveal(span)) : el("span", "rule", name);
  if (place !== "") element.title = `${name}: ${place}`;
  return element;
}

/// Where in a rule the text is, by what comes next in it.
function placeText({ next, calls, mayEnd }: ExplorerRule, labels: ExplorerLabels): string {
  const coming = [...next, ...calls.map((name) => fill(labels.rule, name))];
  const parts = coming.length === 0 ? [] : [`${labels.next} ${coming.join(" ")}`];
  if (mayEnd) parts.push(labels.mayEnd);
  return parts.join(" · ");
}
