// A worker that plays the extension: the panel's own host side, on a pretended editor and real tokenizers.
import { CancelledError } from "../../src/base/cancellation.ts";
import { InputError } from "../../src/base/diagnostic.ts";
import type {
  PanelServiceState,
  PanelTokenizer,
  TokenizedText,
  TokenPanelCore,
} from "../../src/extension/token-panel/core.ts";
import { PanelWords } from "../../src/extension/token-panel/notices.ts";
import { TokenPanel } from "../../src/extension/token-panel/panel.ts";
import { english } from "./english.ts";
import type { HostToPage, PageToHost } from "./messages.ts";
import { Emitter, PretendedEditor } from "./pretended-editor.ts";
import type { TokenizeCall } from "./tokenizer.ts";

// Node's, which the host uses to give way to other events.
const turns = new MessageChannel();
const turn: (() => void)[] = [];
turns.port2.onmessage = () => turn.shift()?.();
Object.assign(globalThis, {
  setImmediate: (callback: () => void) => {
    turn.push(callback);
    turns.port1.postMessage(null);
  },
});

const tell = (message: HostToPage) => postMessage(message);

class PretendedCore implements TokenPanelCore {
  readonly tokenizersChanged = new Emitter<void>();
  readonly serviceStateChanged = new Emitter<void>();
  readonly onDidChangeTokenizers = this.tokenizersChanged.event;
  readonly onDidChangeServiceState = this.serviceStateChanged.event;
  readonly broken = new Map<string, "input" | "fault">();
  serviceState: PanelServiceState = "ready";
  readonly #worker = new Worker(new URL("tokenizer.js", import.meta.url), { type: "module" });
  readonly #waiting = new Map<number, (pieces: TokenizedText) => void>();
  #nextId = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<{ id: number; pieces: TokenizedText }>) => {
      this.#waiting.get(data.id)?.(data.pieces);
      this.#waiting.delete(data.id);
    };
  }

  async listTokenizers(): Promise<readonly PanelTokenizer[]> {
    return [
      { id: "o200k_base", name: "o200k_base", detail: "GPT-4o, GPT-5", loaded: true, cutsAtWords: true },
      { id: "cl100k_base", name: "cl100k_base", detail: "GPT-4", loaded: false, cutsAtWords: true },
      { id: "llama3", name: "llama3", detail: "Llama 3", loaded: false, cutsAtWords: true },
      { id: "special", name: "llama3, with special tokens", loaded: false, cutsAtWords: false },
      // The same tokens, but as if a text could not be cut.
      { id: "whole", name: "llama3, uncut", loaded: false, cutsAtWords: false },
      {
        id: "none",
        name: "some-model.gguf",
        loaded: false,
        cutsAtWords: false,
        problem: {
          code: "model.no-tokenizer",
          severity: "error",
          message: "the model has no tokenizer",
          hint: "Choose another model, or open its tokenizer.json.",
        },
      },
    ];
  }

  async addTokenizerFile(file: string): Promise<PanelTokenizer> {
    throw new InputError({
      code: "tokenizer.syntax",
      severity: "error",
      message: `${file} is not a tokenizer.json: it has no "model"`,
      hint: "Open the tokenizer.json of a Hugging Face model.",
    });
  }

  async tokenize({
    tokenizer,
    text,
    signal,
  }: Parameters<TokenPanelCore["tokenize"]>[0]): Promise<TokenizedText> {
    const how = this.broken.get(tokenizer);
    if (how === "fault") throw new Error("the core stopped (signal SIGKILL)");
    if (how === "input")
      throw new InputError({
        code: "tokenizer.unreadable",
        severity: "error",
        message: `${tokenizer} could not be read: the file ends early`,
        hint: "Download the file again.",
      });
    if (this.serviceState !== "ready")
      await new Promise<void>((resolve) => this.onDidChangeServiceState(resolve));
    const id = this.#nextId++;
    const call: TokenizeCall = { id, tokenizer: tokenizer === "whole" ? "llama3" : tokenizer, text };
    const pieces = new Promise<TokenizedText>((resolve) => this.#waiting.set(id, resolve));
    this.#worker.postMessage(call);
    const answer = await pieces;
    if (signal.aborted) throw new CancelledError();
    return answer;
  }

  restartService(): void {
    this.setState("ready");
  }

  setState(state: PanelServiceState): void {
    this.serviceState = state;
    this.serviceStateChanged.fire();
  }

  showLog(): void {
    this.log("the log is shown");
  }

  log(message: string): void {
    tell({ kind: "log", message });
  }
}

const editor = new PretendedEditor((state) => tell({ kind: "editor", ...state }));
const core = new PretendedCore();
const panel = new TokenPanel(core, editor, new PanelWords(english));

let listener: (message: unknown) => void = () => {};
panel.attach({
  post: (message) => tell({ kind: "panel", message }),
  listen(hear) {
    listener = hear;
    return () => {
      listener = () => {};
    };
  },
});

addEventListener("message", ({ data }: MessageEvent<PageToHost>) => {
  switch (data.kind) {
    case "panel":
      listener(data.message);
      break;
    case "open":
      editor.open(data.name, data.text);
      break;
    case "edit":
    case "edit-elsewhere":
      editor.edit(data.from, data.to, data.text, data.kind === "edit");
      break;
    case "select":
      editor.setSelection(data.range);
      break;
    case "service":
      core.setState(data.state);
      break;
    case "break":
      if (data.how) core.broken.set(data.tokenizer, data.how);
      else core.broken.delete(data.tokenizer);
      break;
    case "file":
      editor.file = data.file;
      break;
    case "hide":
      panel.rest();
      break;
    default:
      data satisfies never;
  }
});

// A turn of the event loop that comes late was held up.
let last = performance.now();
let longest = 0;
const beat = () => {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
  setImmediate(beat);
};
beat();
setInterval(() => {
  tell({ kind: "busy", longest });
  longest = 0;
}, 250);
