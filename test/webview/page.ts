// A page that plays VS Code's workbench around the token panel. Tests drive it through `window.harness`.
import { PanelWords } from "../../src/extension/token-panel/notices.ts";
import { english } from "./english.ts";
import { FramedView } from "./framed-view.ts";
import type { HostToPage, PageToHost } from "./messages.ts";
import type { EditorState } from "./pretended-editor.ts";

class Harness {
  editor: EditorState = {
    selection: { from: 0, to: 0 },
    marked: null,
    focused: 0,
  };
  readonly log: string[] = [];
  /// Longest stretch that the host's thread was busy, since `takeBusy`.
  #busy = 0;
  readonly #host = new Worker(new URL("host.js", import.meta.url), { type: "module" });
  readonly #view: FramedView;

  constructor() {
    const { labels } = new PanelWords(english);
    this.#view = new FramedView(
      {
        name: "token-panel",
        title: labels.tokenList,
        labels,
        background: "--vscode-sideBar-background",
      },
      (message) => this.tell({ kind: "panel", message }),
    );
    this.#host.onmessage = ({ data }: MessageEvent<HostToPage>) => {
      if (data.kind === "panel") this.#view.post(data.message);
      else if (data.kind === "editor") this.editor = data;
      else if (data.kind === "busy") this.#busy = Math.max(this.#busy, data.longest);
      else this.log.push(data.message);
    };
  }

  get violations(): readonly string[] {
    return this.#view.violations;
  }

  get state(): unknown {
    return this.#view.state;
  }

  tell(message: PageToHost): void {
    this.#host.postMessage(message);
  }

  takeBusy(): number {
    const busy = this.#busy;
    this.#busy = 0;
    return busy;
  }

  setTheme(name: string, font?: string): Promise<void> {
    return this.#view.setTheme(name, font);
  }

  load(): Promise<void> {
    return this.#view.load();
  }
}

export type { Harness };

const harness = new Harness();
Object.assign(window, { harness });
await harness.load();
