// A page that plays VS Code's workbench around the token panel: the panel's document in a frame, with the
// real content security policy, themes and messages. Tests drive it through `window.harness`.
import { panelHtml } from "../../src/extension/token-panel/html.ts";
import { PanelWords } from "../../src/extension/token-panel/notices.ts";
import type { HostToPage, PageToHost } from "./messages.ts";
import type { EditorState } from "./pretended-editor.ts";

interface Theme {
  readonly bodyClass: string;
  readonly kind: string;
  readonly variables: Readonly<Record<string, string>>;
}

class Harness {
  editor: EditorState = {
    selection: { from: 0, to: 0 },
    marked: null,
    focused: 0,
  };
  readonly log: string[] = [];
  readonly violations: string[] = [];
  /// Longest stretch that the host's thread was busy, since `takeBusy`.
  #busy = 0;
  #state: unknown;
  #theme = "dark-modern";
  #font = "13px";
  readonly #host = new Worker(new URL("host.js", import.meta.url), { type: "module" });
  readonly #frame = document.querySelector("iframe")!;
  readonly #themes: Promise<Record<string, Theme>> = fetch("themes.json").then((answer) => answer.json());

  constructor() {
    this.#host.onmessage = ({ data }: MessageEvent<HostToPage>) => {
      if (data.kind === "panel") this.#frame.contentWindow?.postMessage(data.message, "*");
      else if (data.kind === "editor") this.editor = data;
      else if (data.kind === "busy") this.#busy = Math.max(this.#busy, data.longest);
      else this.log.push(data.message);
    };
  }

  tell(message: PageToHost): void {
    this.#host.postMessage(message);
  }

  takeBusy(): number {
    const busy = this.#busy;
    this.#busy = 0;
    return busy;
  }

  get state(): unknown {
    return this.#state;
  }

  async setTheme(name: string, font = this.#font): Promise<void> {
    this.#theme = name;
    this.#font = font;
    const theme = (await this.#themes)[name]!;
    const { documentElement, body } = this.#frame.contentDocument!;
    for (const [variable, value] of Object.entries(theme.variables))
      documentElement.style.setProperty(variable, value);
    documentElement.style.setProperty("--vscode-editor-font-size", font);
    documentElement.style.background = theme.variables["--vscode-sideBar-background"]!;
    body.className = theme.bodyClass;
    body.dataset.vscodeThemeKind = theme.kind;
  }

  /// Loads the panel's document, as showing the view does.
  async load(): Promise<void> {
    await this.#themes;
    const frame = this.#frame.contentWindow! as Window & { acquireVsCodeApi?: () => unknown };
    const page = this.#frame.contentDocument!;
    page.open();
    frame.acquireVsCodeApi = () => ({
      postMessage: (message: unknown) => this.tell({ kind: "panel", message }),
      getState: () => this.#state,
      setState: (state: unknown) => {
        this.#state = state;
      },
    });
    frame.addEventListener("securitypolicyviolation", (event) =>
      this.violations.push(
        `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`,
      ),
    );
    page.write(
      panelHtml({
        scriptUri: new URL("token-panel.js", location.href).href,
        styleUri: new URL("token-panel.css", location.href).href,
        cspSource: location.origin,
        nonce: "a-nonce-for-tests",
        language: "en",
        title: "Tokens",
        labels: new PanelWords((message, ...args) =>
          message.replace(/\{(\d)\}/g, (_, i) => String(args[Number(i)])),
        ).labels,
      }),
    );
    page.close();
    await this.setTheme(this.#theme);
  }
}

export type { Harness };

const harness = new Harness();
Object.assign(window, { harness });
await harness.load();
