// The FIM Healing view's host side with the real service's core and the bundled model, for a view in a browser that
// this process drives.
import type { CancelSignal } from "../../src/base/cancellation.ts";
import { lineColumnAt } from "../../src/base/span.ts";
import { HealingHost } from "../../src/extension/fim-healing/healing.ts";
import type { HealingCore, HealingEditor, TextPlace } from "../../src/extension/fim-healing/ports.ts";
import { HealingWords } from "../../src/extension/fim-healing/words.ts";
import type { PanelServiceState } from "../../src/extension/token-panel/core.ts";
import type { GrammarRef, ModelRef } from "../../src/service/api.ts";
import type { Core } from "../../src/service/core.ts";
import type { HealingStep } from "../../src/service/inspect-healing-api.ts";
import { english } from "./english.ts";
import { attachTo } from "./hosts.ts";
import { Emitter } from "./pretended-editor.ts";

const root = process.env.TOKENSIEVE_ROOT ?? ".";

/// A text with a cursor, in the test's hands.
export class PretendedText implements HealingEditor {
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  /// The text, with a bar where the cursor is; undefined: none is open.
  text: string | undefined;
  grammar: { readonly label: string; readonly ref: GrammarRef } | undefined;
  isReadOnly = false;
  hasSelection = false;
  leftOut = 0;
  focused = 0;
  #version = 0;

  open(text: string | undefined): void {
    this.text = text;
    this.#version++;
    this.#changed.fire();
  }

  async current(): Promise<TextPlace | undefined> {
    if (this.text === undefined) return undefined;
    const [prefix, suffix] = this.text.split("|") as [string, string];
    return {
      key: String(this.#version),
      document: "file:///sample.ts",
      name: "src/sample.ts",
      ...lineColumnAt(prefix, prefix.length),
      prefix,
      suffix,
      leftOut: this.leftOut,
      hasSelection: this.hasSelection,
      ...(this.grammar && { grammar: this.grammar }),
    };
  }

  async insert(place: TextPlace, text: string): Promise<"inserted" | "changed" | "read-only"> {
    if (place.key !== String(this.#version)) return "changed";
    if (this.isReadOnly) return "read-only";
    this.open(`${place.prefix}${text}|${place.suffix}`);
    return "inserted";
  }

  focus(): void {
    this.focused++;
  }
}

/// The core of this process, by the view's port.
class DirectCore implements HealingCore {
  readonly #core: Core;
  readonly #state = new Emitter<void>();
  readonly onDidChangeServiceState = this.#state.event;
  readonly #settings = new Emitter<void>();
  readonly onDidChangeSettings = this.#settings.event;
  readonly acted: string[] = [];
  readonly logged: string[] = [];
  serviceState: PanelServiceState = "ready";
  model: ModelRef = { file: `${root}/models/tokensieve-mini.gguf`, gpu: "cpu" };
  /// Set, the core dies at the next question.
  dies = false;
  /// Holds back the steps after the first so many, until it is called off.
  holdAfter = Number.POSITIVE_INFINITY;

  constructor(core: Core) {
    this.#core = core;
  }

  async inspect(
    { prefix, suffix, grammar }: TextPlace,
    signal: CancelSignal,
    onStep: (step: HealingStep) => void,
  ): Promise<void> {
    if (this.dies) {
      this.dies = false;
      throw new Error("The core stopped (signal SIGKILL).");
    }
    let told = 0;
    await this.#core.inspectHealing(
      {
        model: this.model,
        prefix,
        suffix,
        ...(grammar && { grammar: grammar.ref }),
        onViolation: "refuse",
        singleLine: /^[^\r\n]*\S/.test(suffix),
        maxTokens: 24,
        mostCovers: 12,
      },
      signal as AbortSignal,
      (step) => {
        if (told++ < this.holdAfter) onStep(step);
      },
    );
    if (told <= this.holdAfter) return;
    await new Promise<void>((_, reject) => {
      const stop = () => reject(new Error("cancelled"));
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
  }

  changeModel(model: ModelRef): void {
    this.model = model;
    this.#settings.fire();
  }

  setServiceState(state: PanelServiceState): void {
    this.serviceState = state;
    this.#state.fire();
  }

  restartService(): void {
    this.setServiceState("ready");
  }

  selectModel(): void {
    this.acted.push("select-model");
  }

  selectGrammar(): void {
    this.acted.push("select-grammar");
  }

  showLog(): void {
    this.acted.push("show-log");
  }

  log(message: string): void {
    this.logged.push(message);
  }
}

/// The host of one view.
export class HealingHostInHand {
  readonly editor = new PretendedText();
  readonly core: DirectCore;
  readonly host: HealingHost;

  constructor(core: Core) {
    this.core = new DirectCore(core);
    this.host = new HealingHost(this.core, this.editor, new HealingWords(english));
  }

  /// Connects the view; returns how the host hears it.
  attach(post: (message: unknown) => void): (message: unknown) => void {
    return attachTo(this.host, post);
  }

  dispose(): void {
    this.host.dispose();
  }
}
