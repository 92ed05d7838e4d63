// The token panel's host side, with the view's end of the conversation in the test's hands.
import assert from "node:assert/strict";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type {
  PanelServiceState,
  PanelTokenizer,
  TokenizedText,
  TokenPanelCore,
} from "../../src/extension/token-panel/core.ts";
import { PanelWords } from "../../src/extension/token-panel/notices.ts";
import { TokenPanel } from "../../src/extension/token-panel/panel.ts";
import { Peer } from "../../src/protocol/peer.ts";
import type { MessagePortLike } from "../../src/protocol/port.ts";
import {
  CHUNK_KEY,
  CHUNK_STRIDE,
  type Highlight,
  type PanelStatus,
  type SavedView,
  type TextUpdate,
  type ToHost,
  type ToView,
} from "../../src/protocol/token-panel.ts";
import { loadBuiltInTokenizer, tokenizePieces } from "../../src/tokenizer/index.ts";
import { Emitter, PretendedEditor } from "../webview/pretended-editor.ts";

const LAYOUT = { cellWidth: 8, rowWidth: 320, pieceExtra: 3, specialExtra: 0 };

const portOf = (port: MessagePort): MessagePortLike => ({
  post: (message) => port.postMessage(message),
  listen(listener) {
    port.on("message", listener);
    return () => port.off("message", listener);
  },
});

class Core implements TokenPanelCore {
  readonly tokenizers = new Emitter<void>();
  readonly state = new Emitter<void>();
  readonly onDidChangeTokenizers = this.tokenizers.event;
  readonly onDidChangeServiceState = this.state.event;
  serviceState: PanelServiceState = "ready";
  readonly asked: string[] = [];
  readonly logged: string[] = [];
  list: readonly PanelTokenizer[] = [
    { id: "cl100k_base", name: "cl100k_base", loaded: true, cutsAtWords: true },
    { id: "llama3", name: "llama3", loaded: true, cutsAtWords: true },
  ];
  /// Answers that fail before the others come.
  failures: Error[] = [];

  async listTokenizers(): Promise<readonly PanelTokenizer[]> {
    return this.list;
  }

  async addTokenizerFile(): Promise<PanelTokenizer> {
    throw new Error("not asked for");
  }

  async tokenize({ tokenizer, text }: { tokenizer: string; text: string }): Promise<TokenizedText> {
    this.asked.push(text);
    const failure = this.failures.shift();
    if (failure) throw failure;
    return tokenizePieces(await loadBuiltInTokenizer(tokenizer), text);
  }

  restartService(): void {}
  showLog(): void {}
  log(message: string): void {
    this.logged.push(message);
  }
}

/// A panel with a view that remembers what it is told.
class Conversation {
  readonly core = new Core();
  readonly editor = new PretendedEditor(() => {});
  readonly panel: TokenPanel;
  readonly view: Peer<ToHost, ToView>;
  readonly #channel = new MessageChannel();
  readonly #news = new Emitter<void>();
  status: PanelStatus = {};
  text: TextUpdate | undefined;
  highlight: Highlight | null = null;
  updates = 0;

  constructor() {
    this.panel = new TokenPanel(this.core, this.editor, new PanelWords((message) => message));
    this.panel.attach(portOf(this.#channel.port1));
    this.view = new Peer<ToHost, ToView>(
      portOf(this.#channel.port2),
      {
        requests: {},
        notifications: {
          tokenizers: () => this.#news.fire(),
          status: (status) => {
            this.status = status;
            this.#news.fire();
          },
          text: (text) => {
            this.text = text;
            this.updates++;
            this.#news.fire();
          },
          highlight: (highlight) => {
            this.highlight = highlight;
            this.#news.fire();
          },
        },
      },
      (problem) => assert.fail(problem),
    );
  }

  async hello(saved: SavedView = {}): Promise<void> {
    await this.view.request("hello", { layout: LAYOUT, visibleRows: 30, saved });
  }

  /// Resolves when what the view was told satisfies a condition.
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const subscription = this.#news.event(() => {
        if (!holds()) return;
        subscription.dispose();
        resolve();
      });
    });
  }

  complete(): Promise<void> {
    return this.until(() => this.status.counts?.complete === true && this.status.counts.tokens > 0);
  }

  close(): void {
    this.view.close();
    this.panel.dispose();
    this.#channel.port1.close();
  }
}

describe("TokenPanel", () => {
  let talk: Conversation;
  beforeEach(() => {
    talk = new Conversation();
  });
  afterEach(() => talk.close());

  it("tells the text's tokens after the hello, and gives rows", async () => {
    talk.editor.open("a.ts", "const a = 1;\nconst b = 2;\n");
    await talk.hello();
    await talk.complete();
    const { counts, scope } = talk.status;
    assert.deepEqual(counts, { tokens: 12, bytes: 26, characters: 26, complete: true });
    assert.deepEqual(scope, { kind: "document", label: "a.ts" });
    const key = talk.text!.chunks[CHUNK_KEY]!;
    const page = await talk.view.request("rows", { key, from: 1, to: 2 });
    assert.equal(page!.text, "const b = 2;\n");
    assert.ok(page!.ids instanceof Uint32Array);
    assert.equal(await talk.view.request("rows", { key: key + 1000, from: 0, to: 1 }), undefined);
  });

  it("does nothing before the hello, and rests while hidden", async () => {
    talk.editor.open("a.ts", "one two");
    talk.editor.edit(0, 0, "x", true);
    assert.deepEqual(talk.core.asked, []);
    await talk.hello();
    await talk.complete();
    talk.panel.rest();
    const asked = talk.core.asked.length;
    const { updates } = talk;
    talk.editor.edit(0, 0, "more ", true);
    talk.editor.open("b.ts", "other");
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([talk.core.asked.length, talk.updates], [asked, updates]);
    await talk.hello();
    await talk.until(() => talk.text?.subject === "file:///b.ts" && talk.status.counts?.tokens === 1);
  });

  it("tokenizes first what will be in sight", async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `const value${i} = ${i};\n`);
    const text = lines.join("");
    talk.editor.open("a.ts", text);
    const top = text.indexOf("value15000");
    await talk.hello({ subject: "file:///a.ts", top });
    await talk.until(() => talk.text !== undefined);
    assert.ok(talk.core.asked[0]!.includes("value15000 "));
    const page = talk.text!.pages.find((page) => page.key === talk.text!.top!.key)!;
    assert.ok(page.text.includes("value15000 "));
    await talk.complete();
    // Each part once, none twice.
    assert.equal(
      talk.core.asked.reduce((sum, part) => sum + part.length, 0),
      text.length,
    );
  });

  it("shows the rows above the cursor when a document is opened", async () => {
    const text = Array.from({ length: 500 }, (_, i) => `line ${i}\n`).join("");
    talk.editor.open("a.ts", text);
    const cursor = text.indexOf("line 300\n");
    talk.editor.setSelection({ from: cursor, to: cursor });
    await talk.hello();
    await talk.complete();
    assert.equal(talk.text!.top!.row, 290);
    assert.deepEqual(
      { from: talk.highlight!.from, to: talk.highlight!.to, row: talk.highlight!.row.row },
      { from: cursor, to: cursor + 4, row: 300 },
    );
  });

  it("keeps the keys of chunks that an edit does not touch", async () => {
    talk.editor.open("a.ts", "const value = 1;\n".repeat(10_000));
    await talk.hello();
    await talk.complete();
    const keys = () =>
      Array.from(
        { length: talk.text!.chunks.length / CHUNK_STRIDE },
        (_, i) => talk.text!.chunks[i * CHUNK_STRIDE + CHUNK_KEY]!,
      );
    const before = new Set(keys());
    const tokens = talk.status.counts!.tokens;
    talk.editor.edit(80_000, 80_000, "x ", true);
    await talk.until(() => talk.status.counts!.complete && talk.status.counts!.tokens > tokens);
    assert.ok(keys().filter((key) => !before.has(key)).length <= 2);
  });

  it("asks once more when the service dies, then says so", async () => {
    talk.editor.open("a.ts", "one two");
    talk.core.failures = [new Error("died")];
    await talk.hello();
    await talk.complete();
    assert.equal(talk.core.asked.length, 2);
    talk.core.failures = [new Error("died"), new Error("died again")];
    talk.editor.edit(0, 0, "x", true);
    await talk.until(() => talk.status.notice?.title === "Tokenization failed");
    assert.deepEqual(
      talk.status.notice!.actions.map(({ id }) => id),
      ["retry", "show-log"],
    );
    talk.view.notify("act", "retry");
    await talk.until(() => talk.status.notice === undefined && talk.status.counts!.complete);
    assert.equal(talk.core.logged.length, 3);
  });

  it("tokenizes anew when another model took the place of the one before", async () => {
    talk.editor.open("a.ts", "one two three");
    talk.core.list = [
      { id: "cl100k_base", name: "Model", detail: "a.gguf", loaded: true, cutsAtWords: true },
    ];
    await talk.hello();
    await talk.complete();
    talk.core.list = [
      { id: "cl100k_base", name: "Model", detail: "b.gguf", loaded: true, cutsAtWords: true },
    ];
    const { updates } = talk;
    talk.core.tokenizers.fire();
    await talk.until(() => talk.updates > updates);
    assert.equal(talk.core.asked.length, 2);
  });

  it("says that there is no tokenizer, and why a tokenizer cannot be had", async () => {
    talk.editor.open("a.ts", "one");
    talk.core.list = [];
    await talk.hello();
    await talk.until(() => talk.status.notice?.title === "No tokenizer");
    talk.core.list = [
      {
        id: "model",
        name: "m.gguf",
        loaded: false,
        cutsAtWords: false,
        problem: {
          code: "x",
          severity: "error",
          message: "the model has no tokenizer",
          hint: "choose another",
        },
      },
    ];
    talk.core.tokenizers.fire();
    await talk.until(() => talk.status.notice?.message === "The model has no tokenizer. Choose another.");
  });

  it("keeps the document's tokens while a selection is looked at", async () => {
    const text = "one two three\n".repeat(100);
    talk.editor.open("a.ts", text);
    await talk.hello();
    await talk.complete();
    const asked = talk.core.asked.length;
    talk.editor.setSelection({ from: 4, to: 13 });
    await talk.until(() => talk.status.scope?.kind === "selection" && talk.status.counts!.complete);
    assert.equal(talk.text!.base, 4);
    assert.deepEqual(talk.core.asked.slice(asked), ["two three"]);
    talk.editor.setSelection({ from: 0, to: 0 });
    await talk.until(() => talk.text!.subject === "file:///a.ts");
    assert.equal(talk.core.asked.length, asked + 1);
    // All of it is the document.
    talk.editor.setSelection({ from: 0, to: text.length });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(talk.status.scope!.kind, "document");
  });

  it("selects a token's text without taking it for the user's selection", async () => {
    talk.editor.open("a.ts", "one two three");
    await talk.hello();
    await talk.complete();
    const key = talk.text!.chunks[CHUNK_KEY]!;
    assert.equal(await talk.view.request("select", { key, piece: 1, focusEditor: false }), true);
    assert.deepEqual(talk.editor.active!.selection, { from: 3, to: 7 });
    await talk.until(() => talk.highlight?.to === 7);
    assert.equal(talk.highlight!.reveal, false);
    assert.equal(talk.status.scope!.kind, "document");
    // Nor after the view was hidden.
    const { updates } = talk;
    talk.panel.rest();
    await talk.hello();
    await talk.until(() => talk.updates > updates);
    assert.equal(talk.text!.subject, "file:///a.ts");
    assert.equal(await talk.view.request("select", { key: key + 99, piece: 0, focusEditor: false }), false);
  });
});
