// Byte Probabilities' host side with the real service's core and the bundled model, for a view in a browser that
// this process drives.
import { CancelledError, type CancelSignal } from "../../src/base/cancellation.ts";
import { InputError } from "../../src/base/diagnostic.ts";
import type { BytesCore, BytesGrammar, BytesGrammars } from "../../src/extension/byte-probabilities/ports.ts";
import { ByteProbabilities } from "../../src/extension/byte-probabilities/probabilities.ts";
import { BytesWords } from "../../src/extension/byte-probabilities/words.ts";
import type { PanelServiceState } from "../../src/extension/token-panel/core.ts";
import type { ModelState } from "../../src/protocol/byte-probabilities.ts";
import type { Core } from "../../src/service/core.ts";
import { english } from "./english.ts";
import { attachTo } from "./hosts.ts";
import { type EditorState, Emitter, PretendedEditor } from "./pretended-editor.ts";

const root = process.env.TOKENSIEVE_ROOT ?? ".";
const MODEL = { file: `${root}/models/tokensieve-mini.gguf`, gpu: "cpu" } as const;

class PretendedCore implements BytesCore {
  readonly #core: Core;
  readonly modelChanged = new Emitter<void>();
  readonly stateChanged = new Emitter<void>();
  readonly onDidChangeModel = this.modelChanged.event;
  readonly onDidChangeServiceState = this.stateChanged.event;
  /// What is asked of the core, by name; the asked `from` of scores.
  readonly asked: string[] = [];
  readonly log: (message: string) => void;
  model: ModelState = { name: "tokensieve-mini.gguf" };
  file: string = MODEL.file;
  serviceState: PanelServiceState = "ready";
  /// Set, the core dies at the next question.
  dies = false;
  modelsSelected = 0;

  constructor(core: Core, log: (message: string) => void) {
    this.#core = core;
    this.log = log;
  }

  get modelKey(): string {
    return this.file;
  }

  get #model() {
    return { ...MODEL, file: this.file };
  }

  selectModel(): void {
    this.modelsSelected++;
  }

  inspect(params: Parameters<BytesCore["inspect"]>[0], signal: CancelSignal) {
    return this.#put(`inspect ${params.position}`, signal, (abort) =>
      this.#core.inspectBytes({ ...params, model: this.#model }, abort),
    );
  }

  score(
    params: Parameters<BytesCore["score"]>[0],
    onStep: Parameters<BytesCore["score"]>[1],
    signal: CancelSignal,
  ) {
    return this.#put(`score ${params.from}`, signal, (abort) =>
      this.#core.score({ ...params, model: this.#model }, abort, (step) => {
        if (!signal.aborted) onStep(step);
      }),
    );
  }

  async tokenize(text: string) {
    return this.#core.tokenize({ kind: "gguf", file: MODEL.file }, text);
  }

  restartService(): void {
    this.setState("ready");
  }

  setState(state: PanelServiceState): void {
    this.serviceState = state;
    this.stateChanged.fire();
  }

  showLog(): void {
    this.asked.push("log");
  }

  async #put<T>(name: string, signal: CancelSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.asked.push(name);
    if (this.dies) {
      this.dies = false;
      throw new Error("The core stopped (signal SIGKILL).");
    }
    const abort = new AbortController();
    if (signal.aborted) throw new CancelledError();
    signal.addEventListener("abort", () => abort.abort(), { once: true });
    return ask(abort.signal);
  }
}

class PretendedGrammars implements BytesGrammars {
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  selected = 0;
  #grammar: BytesGrammar | InputError | undefined;

  use(text: string | InputError | undefined): void {
    this.#grammar =
      typeof text === "string"
        ? { ref: { engine: "tokensieve", source: { kind: "ebnf", text } }, label: "list.ebnf" }
        : text;
    this.#changed.fire();
  }

  async of(): Promise<BytesGrammar | undefined> {
    if (this.#grammar instanceof InputError) throw this.#grammar;
    return this.#grammar;
  }

  select(): void {
    this.selected++;
  }
}

/// The host of one view, with an editor and a grammar in the test's hands.
export class BytesHost {
  readonly log: string[] = [];
  readonly bundled: string = MODEL.file;
  readonly core: PretendedCore;
  readonly grammars = new PretendedGrammars();
  readonly editor: PretendedEditor;
  editorState: EditorState | undefined;
  clipboard = "";
  readonly view: ByteProbabilities;

  constructor(core: Core) {
    this.core = new PretendedCore(core, (message) => this.log.push(message));
    this.editor = new PretendedEditor((state) => {
      this.editorState = state;
    });
    const write = async (text: string) => {
      this.clipboard = text;
    };
    this.view = new ByteProbabilities(this.core, this.editor, this.grammars, new BytesWords(english), {
      write,
    });
  }

  /// Connects the view; returns how the host hears it.
  attach(post: (message: unknown) => void): (message: unknown) => void {
    return attachTo(this.view, post);
  }

  dispose(): void {
    this.view.dispose();
  }
}
