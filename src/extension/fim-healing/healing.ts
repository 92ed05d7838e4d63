import { utf8Encode } from "../../base/bytes.ts";
import { CancelledError } from "../../base/cancellation.ts";
import { InputError } from "../../base/diagnostic.ts";
import { errorTrace } from "../../base/error-trace.ts";
import { lineColumnAt } from "../../base/span.ts";
import type {
  Applied,
  Arm,
  HealingAction,
  HealingNotice,
  SavedHealing,
  ShownCompletion,
  ShownEdges,
  ToHost,
  ToView,
} from "../../protocol/fim-healing.ts";
import { Peer } from "../../protocol/peer.ts";
import type { MessagePortLike } from "../../protocol/port.ts";
import type { HealedCompletion, HealingEdges, HealingStep } from "../../service/inspect-healing-api.ts";
import type { Disposable } from "../token-panel/core.ts";
import type { HealingCore, HealingEditor, TextPlace } from "./ports.ts";
import { hasReplacements } from "./replaced-text.ts";
import type { HealingWords } from "./words.ts";

/// Pause of the cursor after which completions are computed.
const SETTLE_MS = 250;
/// Text shown on either side of the cursor, in UTF-16 units.
const SHOWN = 200;

/// The FIM Healing view without editor and webview: completes where the cursor is, and applies what is chosen.
export class HealingHost implements Disposable {
  readonly #core: HealingCore;
  readonly #editor: HealingEditor;
  readonly #words: HealingWords;
  readonly #listeners: readonly Disposable[];
  #peer: Peer<ToView, ToHost> | undefined;
  /// The view has said hello.
  #greeted = false;
  #follows = true;
  #revision = 0;
  #place: TextPlace | undefined;
  #texts = new Map<Arm, string>();
  #remarks: string[] = [];
  #running: AbortController | undefined;
  #wasStopped = false;
  #settle: ReturnType<typeof setTimeout> | undefined;

  constructor(core: HealingCore, editor: HealingEditor, words: HealingWords) {
    this.#core = core;
    this.#editor = editor;
    this.#words = words;
    this.#listeners = [
      editor.onDidChange(() => this.#changed()),
      core.onDidChangeSettings(() => this.#changed()),
      core.onDidChangeServiceState(() => this.#serviceChanged()),
    ];
  }

  /// Connects a view, in place of the one before. It will say hello, each time its page is loaded.
  attach(port: MessagePortLike): void {
    this.detach();
    this.#peer = new Peer<ToView, ToHost>(
      port,
      {
        requests: {
          hello: (saved) => this.#hello(saved),
          apply: ({ revision, arm }) => this.#apply(revision, arm),
        },
        notifications: {
          follow: (follows) => {
            this.#follows = follows;
            if (follows) this.#changed();
          },
          cancel: () => this.#running?.abort(),
          act: (action) => this.#act(action),
        },
      },
      (problem) => this.#core.log(`FIM healing: ${problem}`),
    );
  }

  /// The view is gone, or its page is.
  detach(): void {
    this.#greeted = false;
    clearTimeout(this.#settle);
    this.#running?.abort();
    this.#peer?.close();
    this.#peer = undefined;
  }

  /// Completes where the cursor is now, also if the view does not follow it.
  refresh(): void {
    clearTimeout(this.#settle);
    if (this.#greeted) void this.#inspect();
  }

  dispose(): void {
    this.detach();
    for (const listener of this.#listeners) listener.dispose();
  }

  async #hello(saved: SavedHealing): Promise<null> {
    this.#greeted = true;
    this.#follows = saved.follow ?? true;
    await this.#inspect();
    return null;
  }

  #changed(): void {
    clearTimeout(this.#settle);
    if (!this.#greeted) return;
    this.#peer?.notify("stale", true);
    if (this.#follows) this.#settle = setTimeout(() => void this.#inspect(), SETTLE_MS);
  }

  /// A service that starts is what our own questions make it do; one that stopped for good answers none.
  #serviceChanged(): void {
    const isStopped = this.#core.serviceState === "stopped";
    if (isStopped === this.#wasStopped) return;
    this.#wasStopped = isStopped;
    this.refresh();
  }

  async #inspect(): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const revision = ++this.#revision;
    const isCurrent = () => this.#running === running && this.#greeted;
    this.#texts.clear();
    this.#remarks = [];
    this.#place = undefined;
    this.#peer?.notify("busy", true);
    try {
      const place = await this.#editor.current();
      if (!isCurrent()) return;
      this.#show(place, revision);
      const problem = this.#core.serviceState === "stopped" ? this.#words.stopped() : undefined;
      this.#notice(problem ?? (place ? this.#remark() : this.#words.noText()));
      if (!place || problem) return;
      await this.#core.inspect(place, running.signal, (step) => {
        if (isCurrent()) this.#tell(place, step);
      });
    } catch (error) {
      if (!isCurrent()) return;
      if (error instanceof CancelledError || running.signal.aborted) this.#notice(this.#words.cancelled());
      else if (error instanceof InputError) this.#notice(this.#words.badInput(error.diagnostics));
      else {
        this.#core.log(`FIM healing: ${errorTrace(error)}`);
        this.#notice(this.#words.fault(error instanceof Error ? error.message : String(error)));
      }
    } finally {
      if (isCurrent()) this.#peer?.notify("busy", false);
    }
  }

  #show(place: TextPlace | undefined, revision: number): void {
    this.#place = place;
    if (!place) {
      this.#peer?.notify("place", null);
      return;
    }
    const { name, line, column, prefix, suffix, grammar, leftOut, hasSelection } = place;
    this.#peer?.notify("place", {
      revision,
      document: name,
      line,
      column,
      before: prefix.slice(-SHOWN),
      after: suffix.slice(0, SHOWN),
      ...(grammar && { grammar: grammar.label }),
    });
    if (prefix === "" && suffix === "") this.#remarks.push(this.#words.emptyText());
    if (hasSelection) this.#remarks.push(this.#words.hasSelection());
    if (leftOut > 0) this.#remarks.push(this.#words.leftOut(leftOut));
    if (hasReplacements(prefix.slice(-SHOWN) + suffix.slice(0, SHOWN)))
      this.#remarks.push(this.#words.replaced());
  }

  #tell(place: TextPlace, step: HealingStep): void {
    switch (step.kind) {
      case "edges":
        this.#peer?.notify("edges", this.#edges(step.edges));
        break;
      case "completion": {
        this.#texts.set(step.arm, step.text);
        this.#peer?.notify("completion", shown(step));
        const said = step.diagnostics.filter(({ code }) => code.startsWith("prompt-"));
        for (const { message } of said) if (!this.#remarks.includes(message)) this.#remarks.push(message);
        if (said.length > 0) this.#notice(this.#remark());
        break;
      }
      case "violation": {
        const { line, column } = lineColumnAt(place.prefix, step.violation.offset);
        this.#notice(this.#words.violation(step.violation, line, column));
        break;
      }
      default:
        step satisfies never;
    }
  }

  #edges(edges: HealingEdges): ShownEdges {
    const { model: _, fillsIn: __, diagnostics, ...rest } = edges;
    const [problem] = diagnostics;
    return {
      ...rest,
      asked: this.#words.asked(edges),
      ...(problem && { problem: problem.hint ? `${problem.message}. ${problem.hint}` : problem.message }),
    };
  }

  #remark(): HealingNotice | undefined {
    return this.#words.remarks(this.#remarks);
  }

  #notice(notice: HealingNotice | undefined): void {
    this.#peer?.notify("notice", notice ?? null);
  }

  async #apply(revision: number, arm: Arm): Promise<Applied> {
    const place = this.#place;
    const text = this.#texts.get(arm);
    if (revision !== this.#revision || !place || text === undefined) {
      return { kind: "refused", reason: this.#words.refusedChanged() };
    }
    if (text === "") return { kind: "refused", reason: this.#words.refusedNothing() };
    const done = await this.#editor.insert(place, text);
    switch (done) {
      case "inserted":
        return { kind: "applied" };
      case "changed":
        return { kind: "refused", reason: this.#words.refusedChanged() };
      case "read-only":
        return { kind: "refused", reason: this.#words.refusedReadOnly() };
      default:
        return done satisfies never;
    }
  }

  #act(action: HealingAction): void {
    switch (action) {
      case "refresh":
        this.refresh();
        break;
      case "select-model":
        this.#core.selectModel();
        break;
      case "select-grammar":
        this.#core.selectGrammar();
        break;
      case "show-log":
        this.#core.showLog();
        break;
      case "restart":
        this.#core.restartService();
        break;
      case "focus-editor":
        this.#editor.focus();
        break;
      default:
        action satisfies never;
    }
  }
}

function shown(completion: HealedCompletion): ShownCompletion {
  const { arm, text, bits, joinBits, tokens, evaluations, millis, healing, ranking } = completion;
  return {
    arm,
    text,
    ...(bits !== undefined && { bits }),
    ...(joinBits !== undefined && { joinBits }),
    bytes: utf8Encode(text).length,
    tokens,
    evaluations,
    millis,
    firstMillis: healing.millis,
    firstEvaluations: healing.evaluations,
    healedBytes: healing.bytes,
    dropped: healing.dropped,
    ...(ranking && { candidates: ranking.candidates }),
  };
}
