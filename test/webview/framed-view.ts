// A view's document in a frame, as VS Code's workbench shows it: with the real content security policy, themes
// and messages.
import { type PanelHtml, panelHtml } from "../../src/extension/token-panel/html.ts";

interface Theme {
  readonly bodyClass: string;
  readonly kind: string;
  readonly variables: Readonly<Record<string, string>>;
}

/// The view's name in the built folder, and what its document says.
export interface ViewContent extends Pick<PanelHtml, "title" | "labels"> {
  readonly name: string;
  /// The theme's colour of the place that the view is in.
  readonly background: string;
}

export class FramedView {
  readonly violations: string[] = [];
  readonly #content: ViewContent;
  readonly #toHost: (message: unknown) => void;
  #state: unknown;
  #theme = "dark-modern";
  #font = "13px";
  readonly #frame = document.querySelector("iframe")!;
  readonly #themes: Promise<Record<string, Theme>> = fetch("themes.json").then((answer) => answer.json());

  constructor(content: ViewContent, toHost: (message: unknown) => void) {
    this.#content = content;
    this.#toHost = toHost;
  }

  /// What the view saved last.
  get state(): unknown {
    return this.#state;
  }

  post(message: unknown): void {
    this.#frame.contentWindow?.postMessage(message, "*");
  }

  async setTheme(name: string, font = this.#font): Promise<void> {
    this.#theme = name;
    this.#font = font;
    const theme = (await this.#themes)[name]!;
    const { documentElement, body } = this.#frame.contentDocument!;
    for (const [variable, value] of Object.entries(theme.variables))
      documentElement.style.setProperty(variable, value);
    documentElement.style.setProperty("--vscode-editor-font-size", font);
    documentElement.style.background = theme.variables[this.#content.background]!;
    body.className = theme.bodyClass;
    body.dataset.vscodeThemeKind = theme.kind;
  }

  /// Loads the view's document, as showing the view does.
  async load(): Promise<void> {
    await this.#themes;
    const { name, title, labels } = this.#content;
    const frame = this.#frame.contentWindow! as Window & { acquireVsCodeApi?: () => unknown };
    const page = this.#frame.contentDocument!;
    page.open();
    frame.acquireVsCodeApi = () => ({
      postMessage: (message: unknown) => this.#toHost(message),
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
        scriptUri: new URL(`${name}.js`, location.href).href,
        styleUri: new URL(`${name}.css`, location.href).href,
        cspSource: location.origin,
        nonce: "a-nonce-for-tests",
        language: "en",
        title,
        labels,
      }),
    );
    page.close();
    await this.setTheme(this.#theme);
  }
}
