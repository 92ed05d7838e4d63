// The Mask Explorer's host side with the real service's core, for a view in a browser that this process drives.
import type { Span } from "../../src/base/span.ts";
import type { EngineName } from "../../src/engine/index.ts";
import { MaskExplorer } from "../../src/extension/mask-explorer/explorer.ts";
import type { ExplorerGrammars, GrammarInUse } from "../../src/extension/mask-explorer/ports.ts";
import { SessionExplorerCore } from "../../src/extension/mask-explorer/session-core.ts";
import { ExplorerWords } from "../../src/extension/mask-explorer/words.ts";
import type { Session } from "../../src/extension/session.ts";
import type { PanelServiceState } from "../../src/extension/token-panel/core.ts";
import type { SessionTokenPanelCore } from "../../src/extension/token-panel-core.ts";
import type { GrammarSource } from "../../src/grammar/index.ts";
import type { Core } from "../../src/service/core.ts";
import { english } from "./english.ts";
import { attachTo } from "./hosts.ts";
import { Emitter } from "./pretended-editor.ts";

/// A grammar in the test's hands.
export class PretendedGrammars implements ExplorerGrammars {
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly revealed: Span[] = [];
  key: string | undefined;
  chosen = 0;
  settingsOpened = 0;
  #source: GrammarSource | undefined;
  #engine: EngineName = "tokensieve";

  use(source: GrammarSource | undefined, engine: EngineName = "tokensieve"): void {
    this.#source = source;
    this.#engine = engine;
    this.#changed.fire();
  }

  async current(): Promise<GrammarInUse | undefined> {
    const source = this.#source;
    const label = source?.file ?? "a grammar";
    return (
      source && { source, engine: this.#engine, label, detail: "", hasDocument: source.file !== undefined }
    );
  }

  restore(key: string): void {
    this.key = key;
  }

  async choose(): Promise<void> {
    this.chosen++;
  }

  async reveal(_grammar: GrammarInUse, span: Span): Promise<void> {
    this.revealed.push(span);
  }

  openEngineSetting(): void {
    this.settingsOpened++;
  }
}

/// The host of one view.
export class ExplorerHost {
  readonly grammars = new PretendedGrammars();
  readonly log: string[] = [];
  /// Questions that were put to the core, by name.
  readonly asked: string[] = [];
  readonly #tokenizers = new Emitter<void>();
  readonly #state = new Emitter<void>();
  readonly #explorer: MaskExplorer;
  /// Set, the core dies at the next question.
  dies = false;
  serviceState: PanelServiceState = "ready";

  constructor(core: Core) {
    const { explorer } = core;
    const put = <P extends unknown[], R>(name: string, ask: (...args: P) => Promise<R>) => {
      return (...args: P): Promise<R> => {
        this.asked.push(name);
        if (!this.dies) return ask(...args);
        this.dies = false;
        return Promise.reject(new Error("The core stopped (signal SIGKILL)."));
      };
    };
    const session = {
      core: {
        explore: put("explore", explorer.explore.bind(explorer)),
        exploreToken: put("exploreToken", explorer.exploreToken.bind(explorer)),
        tokenOrder: put("tokenOrder", explorer.tokenOrder.bind(explorer)),
        tokenBytes: put("tokenBytes", explorer.tokenBytes.bind(explorer)),
        searchTokens: put("searchTokens", explorer.searchTokens.bind(explorer)),
      },
    } as unknown as Session;
    const host = this;
    const panel = {
      listTokenizers: async () => [
        { id: "o200k_base", name: "o200k_base", detail: "GPT-4o, o-series", loaded: true, cutsAtWords: true },
        { id: "llama3", name: "llama3", detail: "Llama 3", loaded: false, cutsAtWords: true },
      ],
      ref: (name: string) => ({ kind: "built-in", name }),
      onDidChangeTokenizers: this.#tokenizers.event,
      onDidChangeServiceState: this.#state.event,
      get serviceState() {
        return host.serviceState;
      },
      restartService: () => this.setServiceState("ready"),
      showLog: () => undefined,
      log: (message: string) => this.log.push(message),
    } as unknown as SessionTokenPanelCore;
    const words = new ExplorerWords(english);
    this.#explorer = new MaskExplorer(new SessionExplorerCore(session, panel), this.grammars, words);
  }

  /// Connects the view; returns how the host hears it.
  attach(post: (message: unknown) => void): (message: unknown) => void {
    return attachTo(this.#explorer, post);
  }

  setServiceState(state: PanelServiceState): void {
    this.serviceState = state;
    this.#state.fire();
  }

  dispose(): void {
    this.#explorer.dispose();
  }
}
