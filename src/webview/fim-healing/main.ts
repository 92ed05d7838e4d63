import { CancelledError } from "../../base/cancellation.ts";
import {
  ARMS,
  type Arm,
  type HealingAction,
  type HealingLabels,
  type HealingPlace,
  type SavedHealing,
  type ShownCompletion,
  type ToHost,
  type ToView,
} from "../../protocol/fim-healing.ts";
import { Peer } from "../../protocol/peer.ts";
import { LABELS_ATTRIBUTE } from "../../protocol/token-panel.ts";
import { fill } from "../mask-explorer/labels.ts";
import { el, setText } from "../token-panel/dom.ts";
import { NoticeView } from "../token-panel/notice-view.ts";
import { registerControls } from "../toolkit.ts";
import { connectHost } from "../vscode-api.ts";
import { CompletionView } from "./completion-view.ts";
import { EdgesView, shownText } from "./edges-view.ts";
import { PlaceBar } from "./place-bar.ts";
import "../common.css";
import "../panel.css";
import "./fim-healing.css";

registerControls();
const labels = JSON.parse(document.body.getAttribute(LABELS_ATTRIBUTE)!) as HealingLabels;
const host = connectHost<SavedHealing>();
let follows = host.saved?.follow ?? true;
let place: HealingPlace | undefined;
const completions = new Map<Arm, ShownCompletion>();

const peer: Peer<ToHost, ToView> = new Peer<ToHost, ToView>(
  host.port,
  {
    requests: {},
    notifications: {
      place(shown) {
        place = shown ?? undefined;
        completions.clear();
        bar.show(place);
        edges.clear();
        for (const column of columns) column.clear();
        setStale(false);
      },
      edges: (shown) => edges.show(shown),
      completion: showCompletion,
      busy: (busy) => bar.showBusy(busy),
      stale: setStale,
      notice(notice) {
        notices.show(notice ?? undefined);
        const covered = notice?.covers === true;
        stage.classList.toggle("covered", covered);
        work.toggleAttribute("inert", covered);
        if (notice) setText(live, `${notice.title} ${notice.message ?? ""}`);
      },
    },
  },
  (problem) => console.error(problem),
);

const bar = new PlaceBar(labels, {
  onFollow(on) {
    follows = on;
    host.save({ follow: on });
    peer.notify("follow", on);
  },
  onRefresh: () => peer.notify("act", "refresh"),
  onCancel: () => peer.notify("cancel", null),
});
const notices = new NoticeView<HealingAction>((action) => peer.notify("act", action));
const edges = new EdgesView(labels);
const columns = ARMS.map((arm, i) => new CompletionView(arm, String(i + 1), labels, () => apply(arm)));
const said = el("p", "said");
said.setAttribute("role", "status");
const live = el("div", "live");
live.setAttribute("role", "status");
const arms = el(
  "section",
  "arms",
  el("h2", "", labels.completions),
  said,
  el("div", "columns", ...columns.map(({ element }) => element)),
);
arms.setAttribute("aria-label", labels.completions);
const work = el("div", "work", arms, edges.element);
const stage = el("main", "stage", work, notices.cover);
document.body.append(bar.element, notices.banner, stage, live);
bar.showFollowing(follows);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const arm = ARMS[Number(event.key) - 1];
  if (arm !== undefined) apply(arm);
  else if (event.key === "r") peer.notify("act", "refresh");
  else if (event.key === "Escape" && bar.isBusy) peer.notify("cancel", null);
  else return;
  event.preventDefault();
});
measure();
new MutationObserver(measure).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["style"],
});
peer.request("hello", { follow: follows }).catch(console.error);

function showCompletion(completion: ShownCompletion): void {
  if (!place) return;
  completions.set(completion.arm, completion);
  const column = columns.find(({ arm }) => arm === completion.arm)!;
  const twin = ARMS.find((arm) => completions.get(arm)?.text === completion.text)!;
  column.show(completion, place, twin === completion.arm ? undefined : labels.armNames[twin]);
  setText(
    live,
    fill(labels.announce, labels.armNames[completion.arm], completion.text || labels.nothingToAdd),
  );
  if (completions.size === ARMS.length) markBest();
}

/// Those that join as well as any, if they do not all.
function markBest(): void {
  const joins = ARMS.map((arm) => completions.get(arm)!.joinBits ?? Number.POSITIVE_INFINITY);
  const least = Math.min(...joins);
  if (!Number.isFinite(least) || Math.max(...joins) - least < 0.05) return;
  for (const [i, column] of columns.entries()) if (joins[i]! - least < 0.05) column.mark(labels.best, true);
}

function apply(arm: Arm): void {
  const completion = completions.get(arm);
  if (!place || !completion) return;
  peer.request("apply", { revision: place.revision, arm }).then(
    (applied) => {
      const isDone = applied.kind === "applied";
      setText(said, isDone ? fill(labels.applied, shownText(completion.text)) : applied.reason);
      said.classList.toggle("refused", !isDone);
    },
    (error) => {
      if (!(error instanceof CancelledError)) console.error(error);
    },
  );
}

function setStale(stale: boolean): void {
  stage.classList.toggle("stale", stale);
  bar.showStale(stale && !follows);
  if (!stale) return;
  setText(said, "");
}

function measure(): void {
  const size = Number.parseFloat(
    getComputedStyle(document.documentElement).getPropertyValue("--vscode-editor-font-size"),
  );
  document.body.style.setProperty("--row-height", `${Math.round((size || 13) * 1.5) + 3}px`);
}
