import type { PanelLayout } from "../../protocol/token-panel.ts";

/// What rows and tokens measure, in CSS pixels.
export interface CellMeasures {
  readonly layout: PanelLayout;
  readonly rowHeight: number;
}

/// Border and gap of a token: see `.t` in token-panel.css.
const PIECE_EXTRA = 3;
/// Padding and margins of a special one: see `.t.special`.
const SPECIAL_EXTRA = 10;
/// Room right of the rows, for the sign of a line break that does not fit.
const LINE_BREAK_CELLS = 2;

/// Measures the token font in `list`, the element that holds the rows.
export function measure(list: HTMLElement): CellMeasures {
  const probe = document.createElement("span");
  probe.className = "probe";
  probe.textContent = "0".repeat(100);
  list.append(probe);
  const style = getComputedStyle(list);
  const cellWidth = probe.getBoundingClientRect().width / 100;
  const rowHeight = Math.round(Number.parseFloat(style.fontSize) * 1.5) + 2;
  probe.remove();
  const padding = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
  const room = list.clientWidth - padding - LINE_BREAK_CELLS * cellWidth;
  // At least a few cells, even in a view that is too narrow or not shown.
  const rowWidth = Math.max(room, 8 * cellWidth + PIECE_EXTRA);
  return { layout: { cellWidth, rowWidth, pieceExtra: PIECE_EXTRA, specialExtra: SPECIAL_EXTRA }, rowHeight };
}

export function sameMeasures(a: CellMeasures, b: CellMeasures): boolean {
  return a.rowHeight === b.rowHeight && sameLayout(a.layout, b.layout);
}

/// Whole cells decide how rows break: a change by a few pixels need not move anything.
export function sameLayout(a: PanelLayout, b: PanelLayout): boolean {
  return a.cellWidth === b.cellWidth && Math.floor(a.rowWidth) === Math.floor(b.rowWidth);
}
