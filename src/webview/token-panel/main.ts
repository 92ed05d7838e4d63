import { InputError } from "../../base/diagnostic.ts";
import { Peer } from "../../protocol/peer.ts";
import {
  LABELS_ATTRIBUTE,
  type PanelLabels,
  type SavedView,
  type ToHost,
  type ToView,
} from "../../protocol/token-panel.ts";
import { registerControls } from "../toolkit.ts";
import { connectHost } from "../vscode-api.ts";
import { Details } from "./details.ts";
import { el } from "./dom.ts";
import { Header } from "./header.ts";
import { measure, sameLayout, sameMeasures } from "./measures.ts";
import { NoticeView } from "./notice-view.ts";
import { TokenList } from "./token-list.ts";
import { TokenView } from "./token-view.ts";
import "../common.css";
import "./token-panel.css";

/// Scrolling is saved when it rests.
const SAVE_MS = 300;

registerControls();
const labels = JSON.parse(document.body.getAttribute(LABELS_ATTRIBUTE)!) as PanelLabels;
const host = connectHost<SavedView>();
let saved: SavedView = host.saved ?? {};
let saveTimer = 0;

const peer: Peer<ToHost, ToView> = new Peer<ToHost, ToView>(
  host.port,
  {
    requests: {},
    notifications: {
      tokenizers({ choices, selected }) {
        header.showTokenizers(choices, selected);
      },
      status(status) {
        header.showStatus(status);
        notices.show(status.notice);
        stage.classList.toggle("covered", status.notice?.covers === true);
        view.cover(status.notice?.covers === true);
        lossy.hidden = status.lossy !== true;
      },
      text(update) {
        list.update(update);
        view.refresh();
      },
      highlight(highlight) {
        view.highlight(highlight ?? undefined);
      },
    },
  },
  (problem) => console.error(problem),
);

const header = new Header(labels, {
  onTokenizer(id) {
    save({ tokenizer: id });
    report(peer.request("chooseTokenizer", id));
  },
  onOpenTokenizer() {
    header.resetTokenizer();
    report(peer.request("openTokenizer", null).then((id) => id !== undefined && save({ tokenizer: id })));
  },
});
const notices = new NoticeView((action) => peer.notify("act", action));
const lossy = el("div", "lossy", labels.lossy);
lossy.hidden = true;
const stage = el("main", "stage");
document.body.append(header.element, notices.banner, lossy, stage);

// The list is measured where it will be.
const probe = el("div", "list");
stage.append(probe);
let measures = measure(probe);
probe.remove();

const list = new TokenList((key, from, to) => peer.request("rows", { key, from, to }), measures, {
  onViewport(top, visibleRows) {
    peer.notify("viewport", { top, visibleRows });
    clearTimeout(saveTimer);
    saveTimer = window.setTimeout(() => {
      const unit = list.topUnit();
      if (unit !== undefined && list.subject !== undefined) save({ subject: list.subject, top: unit });
    }, SAVE_MS);
  },
  onDrawn: () => view.refresh(),
});
const details = new Details(labels, list);
const view = new TokenView(list, details, labels, {
  onSelect(piece, focusEditor) {
    report(peer.request("select", { ...piece, focusEditor }));
  },
  onHover: (piece) => peer.notify("hover", piece),
  onLeave: () => peer.notify("focusEditor", null),
});
stage.append(list.element, notices.cover);
document.body.append(details.element);
details.show(undefined);
applyMeasures();

new ResizeObserver(remeasure).observe(list.element);
// The editor sets theme and fonts on these two.
const observer = new MutationObserver(remeasure);
observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });

report(peer.request("hello", { layout: measures.layout, visibleRows: list.visibleRows, saved }));

function remeasure(): void {
  const now = measure(list.element);
  if (sameMeasures(now, measures)) {
    list.remeasure(measures);
    return;
  }
  const layoutChanged = !sameLayout(now.layout, measures.layout);
  measures = now;
  applyMeasures();
  list.remeasure(measures);
  if (layoutChanged) peer.notify("layout", measures.layout);
}

function applyMeasures(): void {
  document.body.style.setProperty("--row-height", `${measures.rowHeight}px`);
}

function save(change: SavedView): void {
  saved = { ...saved, ...change };
  host.save(saved);
}

/// A failed request is told where the tokens are.
function report(answer: Promise<unknown>): void {
  answer.catch((error) => {
    const diagnostics = error instanceof InputError ? error.diagnostics : [];
    const [first] = diagnostics;
    if (!first) return console.error(error);
    notices.show({
      severity: "error",
      covers: false,
      title: first.message,
      ...(first.hint !== undefined && { message: first.hint }),
      actions: [],
    });
  });
}
