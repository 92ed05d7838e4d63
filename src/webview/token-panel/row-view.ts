import { MARK_HUE_SHIFT, MARK_PENDING, MARK_SPECIAL, type RowPage } from "../../protocol/token-panel.ts";
import { type Fragment, fragmentsOf } from "./fragments.ts";

/// A token, or the part of it in one row, on the screen.
export interface DrawnPiece {
  readonly element: HTMLElement;
  readonly fragment: Fragment;
}

/// A row on the screen.
export interface DrawnRow {
  readonly key: number;
  readonly row: number;
  readonly page: RowPage;
  readonly element: HTMLElement;
  readonly pieces: readonly DrawnPiece[];
}

/// Draws a row of a page. Not positioned yet.
export function drawRow(page: RowPage, row: number): DrawnRow {
  const element = document.createElement("div");
  element.className = "row";
  element.setAttribute("role", "presentation");
  const pieces = fragmentsOf(page, row).map((fragment): DrawnPiece => {
    const drawn = { element: drawFragment(page, fragment), fragment };
    element.append(drawn.element);
    return drawn;
  });
  return { key: page.key, row, page, element, pieces };
}

function drawFragment(page: RowPage, fragment: Fragment): HTMLElement {
  const element = document.createElement("span");
  const mark = page.marks[fragment.index]!;
  const classes = ["t"];
  if (mark & MARK_PENDING) classes.push("pending");
  else classes.push(`h${mark >> MARK_HUE_SHIFT}`);
  if (mark & MARK_SPECIAL) classes.push("special");
  if (fragment.opensBefore) classes.push("from-before");
  if (fragment.goesOn) classes.push("goes-on");
  if (fragment.sharesFirst) classes.push("shares-first");
  if (fragment.sharesLast) classes.push("shares-last");
  element.className = classes.join(" ");
  element.setAttribute("role", "option");
  for (const { kind, text } of fragment.segments) {
    if (kind === "text") element.append(text);
    else {
      const part = document.createElement("span");
      part.className = kind;
      part.textContent = text;
      element.append(part);
    }
  }
  // A token without text of its own.
  if (fragment.segments.length === 0) {
    element.classList.add("void");
    element.append("∅");
  }
  return element;
}
