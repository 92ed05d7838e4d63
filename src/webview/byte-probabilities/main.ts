import { CancelledError } from "../../base/cancellation.ts";
import type {
  BytesAction,
  BytesLabels,
  BytesNotice,
  CopyFormat,
  SavedBytes,
  ToHost,
  ToView,
} from "../../protocol/byte-probabilities.ts";
import { Peer } from "../../protocol/peer.ts";
import { LABELS_ATTRIBUTE } from "../../protocol/token-panel.ts";
import { el, setText } from "../token-panel/dom.ts";
import { NoticeView } from "../token-panel/notice-view.ts";
import { registerControls } from "../toolkit.ts";
import { connectHost } from "../vscode-api.ts";
import { Header } from "./header.ts";
import { PlaceView } from "./place-view.ts";
import { Shown } from "./shown.ts";
import { TextPane } from "./text-pane.ts";
import "../common.css";
import "../panel.css";
import "../plain-buttons.css";
import "./byte-probabilities.css";

/// While a key is held down the model is not asked about each byte on the way.
const REPEAT_MS = 120;
/// A button tells that it has copied.
const COPIED_MS = 1500;

registerControls();
const labels = JSON.parse(document.body.getAttribute(LABELS_ATTRIBUTE)!) as BytesLabels;
const host = connectHost<SavedBytes>();
let saved: SavedBytes = host.saved ?? {};

let shown: Shown | undefined;
let position = 0;
let asking: AbortController | undefined;
let waiting = 0;
/// What the host has to say, and what the last answer had.
let hostNotice: BytesNotice | undefined;
let placeNotice: BytesNotice | undefined;

const peer: Peer<ToHost, ToView> = new Peer<ToHost, ToView>(
  host.port,
  {
    requests: {},
    notifications: {
      model: (model) => header.showModel(model),
      text(text) {
        shown = text ? new Shown(text) : undefined;
        asking?.abort();
        placeNotice = undefined;
        if (!shown) {
          pane.clear();
          place.clear();
          header.showDone(1);
          showNotice();
          return;
        }
        pane.show(shown);
        showDone();
        showNotice();
        goTo(shown.text.position);
      },
      tokens(tokens) {
        if (shown?.text.serial !== tokens.serial) return;
        shown.tokens = tokens;
        pane.showTokens();
      },
      surprises({ serial, from, bits }) {
        if (shown?.text.serial !== serial || from !== shown.known) return;
        shown.surprises.set(bits, from);
        shown.known += bits.length;
        pane.showSurprises(from);
        showDone();
      },
      scored(scored) {
        if (shown?.text.serial === scored.serial) pane.showScored(scored);
      },
      position({ serial, position: at }) {
        if (shown?.text.serial === serial && at !== position) goTo(at);
      },
      ask() {
        if (shown) ask();
      },
      notice(notice) {
        hostNotice = notice ?? undefined;
        showNotice();
      },
    },
  },
  (problem) => console.error(problem),
);

const header = new Header(labels, {
  onModel: () => peer.notify("act", "select-model"),
  onTarget(target) {
    save({ target });
    pane.showTarget(target);
    if (shown) ask();
  },
  onTokens: showTokens,
});
const notices = new NoticeView<BytesAction>((action) => peer.notify("act", action));
const pane = new TextPane(labels, {
  onPosition(at, settled) {
    position = at;
    askSoon(settled);
  },
  onEnter: () => shown && peer.notify("reveal", { serial: shown.text.serial, position }),
  onLeave: leave,
  onCopy: (button) => copy("text", "csv", button),
});
const place = new PlaceView(labels, {
  onScale: (scale) => save({ scale }),
  onNaive: (showsNaive) => save({ showsNaive }),
  onCopy: (format, button) => copy("place", format, button),
  onSelectGrammar: () => peer.notify("act", "select-grammar"),
  onGo(at) {
    goTo(at);
    pane.strip.element.focus();
  },
});
const live = el("div", "live");
live.setAttribute("role", "status");
const work = el("div", "work", pane.element, place.element);
const stage = el("main", "stage", work, notices.cover);
document.body.append(header.element, header.help, notices.banner, stage, live);

header.target.value = saved.target ?? "canonical";
pane.showTarget(header.target.value);
header.tokens.on = saved.showsTokens ?? true;
place.distribution.scale.value = saved.scale ?? "linear";
place.distribution.naive.on = saved.showsNaive ?? true;
showTokens(header.tokens.on);
document.addEventListener("keydown", onKey);
peer.request("hello", null).catch(console.error);

function goTo(at: number): void {
  if (!shown) return;
  position = Math.max(0, Math.min(at, shown.length));
  pane.strip.moveTo(position);
  ask();
}

function askSoon(settled: boolean): void {
  clearTimeout(waiting);
  if (settled) ask();
  else if (shown) {
    place.ask(shown, position);
    waiting = window.setTimeout(ask, REPEAT_MS);
  }
}

/// Asks what may come at the position. A newer question takes an older one's place.
function ask(): void {
  clearTimeout(waiting);
  asking?.abort();
  if (!shown) return;
  const controller = new AbortController();
  asking = controller;
  const about = shown;
  place.ask(about, position);
  header.showAsking(true);
  const request = { serial: about.text.serial, position, target: header.target.value };
  peer
    .request("inspect", request, controller.signal)
    .then(
      (answer) => {
        if (asking !== controller || shown !== about) return;
        placeNotice = answer.kind === "problem" ? answer.notice : undefined;
        showNotice();
        if (answer.kind === "problem") {
          place.fail();
          setText(live, answer.notice.title);
          return;
        }
        const told = place.show(about, answer.place);
        if (pane.strip.element.matches(":focus")) setText(live, `${labels.distribution}: ${told}`);
      },
      (error) => {
        if (!(error instanceof CancelledError)) console.error(error);
      },
    )
    .finally(() => {
      if (asking !== controller) return;
      asking = undefined;
      header.showAsking(false);
    });
}

function showDone(): void {
  if (shown) header.showDone(shown.length === 0 ? 1 : shown.known / shown.length);
}

function showNotice(): void {
  const notice = hostNotice ?? placeNotice;
  notices.show(notice);
  const covered = notice?.covers === true;
  stage.classList.toggle("covered", covered || !shown);
  work.toggleAttribute("inert", covered);
  if (covered) setText(live, `${notice.title} ${notice.message ?? ""}`);
}

function showTokens(on: boolean): void {
  header.tokens.on = on;
  pane.element.classList.toggle("with-tokens", on);
  save({ showsTokens: on });
}

function copy(what: "place" | "text", format: CopyFormat, button?: HTMLElement): void {
  peer.request("copy", { what, format }).then((isCopied) => {
    if (!isCopied) return;
    setText(live, labels.copied);
    if (!button) return;
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), COPIED_MS);
  }, console.error);
}

function leave(): void {
  peer.notify("focusEditor", null);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  switch (event.key) {
    case "Escape":
      leave();
      break;
    case "l":
      save({ scale: place.distribution.toggleScale() });
      break;
    case "t":
      showTokens(!header.tokens.on);
      break;
    case "a":
      place.distribution.toggleAll();
      break;
    case "c":
      copy("place", "csv");
      break;
    default:
      return;
  }
  event.preventDefault();
}

function save(change: SavedBytes): void {
  saved = { ...saved, ...change };
  host.save(saved);
}
