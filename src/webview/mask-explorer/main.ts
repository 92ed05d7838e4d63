import { hasBit } from "../../base/bitset.ts";
import { CancelledError } from "../../base/cancellation.ts";
import {
  type ExploredText,
  type ExplorerAction,
  type ExplorerLabels,
  type ExplorerNotice,
  type SavedExplorer,
  TOKEN_FILTERS,
  type ToHost,
  type TokenFilter,
  type ToView,
  type VocabularyOrder,
} from "../../protocol/mask-explorer.ts";
import { Peer } from "../../protocol/peer.ts";
import { LABELS_ATTRIBUTE } from "../../protocol/token-panel.ts";
import { el, setText } from "../token-panel/dom.ts";
import { NoticeView } from "../token-panel/notice-view.ts";
import { actionButton, registerControls, registerTextControls } from "../toolkit.ts";
import { connectHost } from "../vscode-api.ts";
import { ExplorerText, wholeText } from "./explorer-text.ts";
import { FactsView } from "./facts-view.ts";
import { GrammarBar } from "./grammar-bar.ts";
import { fill } from "./labels.ts";
import { TextPane } from "./text-pane.ts";
import { TokenBytes } from "./token-bytes.ts";
import { countFilters, listTokens } from "./token-index.ts";
import { TokenList } from "./token-list.ts";
import { TokenToolbar } from "./token-toolbar.ts";
import { WhyView } from "./why-view.ts";
import "../common.css";
import "../panel.css";
import "../plain-buttons.css";
import "./mask-explorer.css";

registerControls();
registerTextControls();
const labels = JSON.parse(document.body.getAttribute(LABELS_ATTRIBUTE)!) as ExplorerLabels;
const host = connectHost<SavedExplorer>();
let saved: SavedExplorer = host.saved ?? {};

// What is shown, and what is known to show it.
let text: ExploredText | undefined;
let order: VocabularyOrder | undefined;
let filter: TokenFilter = TOKEN_FILTERS.find((one) => one === saved.filter) ?? "allowed";
let found: Uint32Array | undefined;
let selected = saved.token;
let restored = false;
const number = new Intl.NumberFormat();
let explaining: AbortController | undefined;
let searching: AbortController | undefined;

const peer: Peer<ToHost, ToView> = new Peer<ToHost, ToView>(
  host.port,
  {
    requests: {},
    notifications: {
      tokenizers({ choices, selected: tokenizer }) {
        bar.showTokenizers(choices, tokenizer);
        if (!restored || tokenizer === undefined || tokenizer === saved.tokenizer) return;
        save({ tokenizer });
        // Ids are of the tokenizer before: the text is cut anew.
        asked.remember({ input: { kind: "text", text: pane.value } });
      },
      grammar(grammar) {
        bar.showGrammar(grammar ?? undefined);
        if (grammar?.key !== undefined) save({ grammar: grammar.key });
        if (!grammar) return;
        if (restored) asked.again();
        else restore();
      },
      notice(notice) {
        if (notice) showNotice(notice);
      },
    },
  },
  (problem) => console.error(problem),
);

const asked = new ExplorerText((request, signal) => peer.request("explore", request, signal), {
  onAnswer(answer) {
    showNotice(answer.kind === "problem" ? answer.notice : answer.warning);
    if (answer.kind === "explored") void showText(answer.text);
  },
  onBusy: (busy) => bar.showBusy(busy),
  onFailure(error) {
    if (!(error instanceof CancelledError)) console.error(error);
  },
});

const bar = new GrammarBar(labels, {
  onGrammar: () => peer.notify("chooseGrammar", null),
  onTokenizer(id) {
    peer.request("chooseTokenizer", id).catch(console.error);
  },
});
const notices = new NoticeView<ExplorerAction>((action) => peer.notify("act", action));
const pane = new TextPane(labels, {
  onText(value) {
    asked.ask({ input: { kind: "text", text: value } });
  },
  onPosition: goTo,
  onAcceptForced() {
    if (text)
      asked.ask({ input: { kind: "tokens", ids: text.ids }, position: text.position, acceptForced: true });
  },
});
const bytes = new TokenBytes(
  (ids) => peer.request("bytes", ids),
  () => list.redraw(),
);
const toolbar = new TokenToolbar(labels, {
  onFilter(chosen) {
    filter = chosen;
    save({ filter });
    showTokens();
  },
  onSearch: search,
  onLeave: () => list.element.focus(),
});
const list = new TokenList(labels, bytes, {
  onToken: explain,
  onAppend: append,
  onStepBack: () => goTo((text?.position ?? 0) - 1),
  onLeave: () => pane.focus(),
});
const why = new WhyView(labels, { onReveal: reveal, onAppend: append });
const facts = new FactsView(labels, reveal);
const empty = el("div", "empty");
const live = el("div", "live");
live.setAttribute("role", "status");

const tokens = el("section", "tokens", toolbar.element, el("div", "list-box", list.element, empty));
tokens.setAttribute("aria-label", labels.tokenList);
const side = el("aside", "side", why.element, facts.position, facts.stack, facts.statistics);
const work = el("div", "work", tokens, side);
const stage = el("main", "stage covered", work, notices.cover);
document.body.append(bar.element, notices.banner, pane.element, stage, live);

toolbar.setFilter(filter);
document.addEventListener("keydown", (event) => {
  const typing = event
    .composedPath()
    .some((node) => node instanceof HTMLElement && node.matches("input, textarea"));
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    toolbar.focusSearch();
  } else if (event.key === "Escape" && !event.defaultPrevented && !typing) pane.focus();
});
window.addEventListener("focus", takeKeyboard);
new ResizeObserver(measure).observe(list.element);
const observer = new MutationObserver(measure);
observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
measure();
peer.request("hello", saved).catch(console.error);

/// Goes on where the view was in its last life.
function restore(): void {
  restored = true;
  const value = saved.text ?? "";
  pane.value = value;
  takeKeyboard();
  const { tokens: ids, position } = saved;
  const isSame = saved.tokenizer !== undefined && saved.tokenizer === bar.tokenizer;
  if (bar.tokenizer !== undefined) save({ tokenizer: bar.tokenizer });
  asked.ask(
    ids && isSame
      ? { input: { kind: "tokens", ids: Uint32Array.from(ids) }, ...(position !== undefined && { position }) }
      : { input: { kind: "text", text: value } },
  );
}

/// What is typed goes into the text where nothing else has the keyboard, as when the view has just been opened.
function takeKeyboard(): void {
  if (restored && document.hasFocus() && document.activeElement === document.body) pane.focus();
}

/// A notice takes the place of the tokens, or stands above them.
function showNotice(notice: ExplorerNotice | undefined): void {
  notices.show(notice);
  const covered = notice?.covers === true;
  stage.classList.toggle("covered", covered || !text);
  work.toggleAttribute("inert", covered);
  if (covered) {
    pane.showProblem();
    setText(live, `${notice.title} ${notice.message ?? ""}`);
  }
}

async function showText(explored: ExploredText): Promise<void> {
  const another = explored.vocabulary !== text?.vocabulary;
  text = explored;
  const whole = wholeText(explored.bytes);
  pane.show(explored, whole);
  facts.show(explored);
  save({ text: pane.value, tokens: [...explored.ids], position: explored.position });
  if (another) {
    bytes.clear();
    order = undefined;
    found = undefined;
    order = await peer.request("order", null);
    // Another answer may have come meanwhile.
    if (text !== explored) return;
    if (toolbar.query !== "") search(toolbar.query);
  }
  if (!order) return;
  stage.classList.remove("covered");
  showTokens();
  announce();
  if (selected !== undefined && selected < explored.size) explain(selected);
  else why.clear();
}

function showTokens(): void {
  if (!text || !order) return;
  const { mask, dependent } = text;
  const selection = { filter, mask, dependent, found };
  const counts = countFilters(order, selection);
  toolbar.showCounts(counts);
  list.show(listTokens(order, selection), mask);
  empty.hidden = counts[filter] > 0;
  if (empty.hidden) return;
  const isFound = found !== undefined && counts.all > 0;
  const nothing = found ? labels.noMatches : filter === "allowed" ? labels.noTokens : labels.noneInFilter;
  empty.replaceChildren(el("p", "", isFound ? labels.noneInFilter : nothing));
  if (isFound)
    empty.append(
      actionButton(labels.showAll, false, () => {
        toolbar.setFilter("all");
        filter = "all";
        showTokens();
        list.element.focus();
      }),
    );
}

function announce(): void {
  if (!text || !order) return;
  const { mask, dependent, isComplete, rejection } = text;
  const { allowed, rejected } = countFilters(order, { mask, dependent, found: undefined });
  const state = rejection ? rejection.reason : isComplete ? labels.complete : labels.incomplete;
  setText(live, `${fill(labels.announce, number.format(allowed), number.format(rejected))}. ${state}`);
}

function search(query: string): void {
  searching?.abort();
  searching = undefined;
  if (query === "") {
    found = undefined;
    showTokens();
    return;
  }
  const controller = new AbortController();
  searching = controller;
  peer.request("search", query, controller.signal).then(
    (result) => {
      if (searching !== controller || !order) return;
      found = result;
      showTokens();
      const { mask, dependent } = text!;
      setText(
        live,
        fill(labels.found, number.format(countFilters(order, { mask, dependent, found })[filter])),
      );
    },
    (error) => {
      if (!(error instanceof CancelledError)) console.error(error);
    },
  );
}

function explain(id: number): void {
  if (!text) return;
  if (selected !== id) save({ token: id });
  selected = id;
  list.select(id);
  explaining?.abort();
  const controller = new AbortController();
  explaining = controller;
  const { ids, position, dependent } = text;
  peer.request("explain", { before: ids.slice(0, position), token: id }, controller.signal).then(
    (token) => {
      if (explaining !== controller) return;
      const told = why.show(token, hasBit(dependent, id));
      if (list.element.matches(":focus")) setText(live, told);
    },
    (error) => {
      if (!(error instanceof CancelledError)) console.error(error);
    },
  );
}

/// Puts a token at the position; one that stands there already only moves it on.
function append(id: number): void {
  if (!text) return;
  const { ids, position } = text;
  if (ids[position] === id) goTo(position + 1);
  else
    asked.ask({
      input: { kind: "tokens", ids: Uint32Array.from([...ids.subarray(0, position), id]) },
      position: position + 1,
    });
}

function goTo(position: number): void {
  if (!text || position < 0 || position > text.accepted) return;
  asked.ask({ input: { kind: "tokens", ids: text.ids }, position });
}

function reveal(span: { readonly from: number; readonly to: number }): void {
  peer.notify("reveal", span);
}

function measure(): void {
  const size = Number.parseFloat(getComputedStyle(list.element).fontSize);
  const rowHeight = Math.round(size * 1.5) + 3;
  document.body.style.setProperty("--row-height", `${rowHeight}px`);
  list.redraw(rowHeight);
}

function save(change: SavedExplorer): void {
  saved = { ...saved, ...change };
  host.save(saved);
}
