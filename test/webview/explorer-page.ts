// A page that plays VS Code's workbench around the Mask Explorer, whose host is in the process that drives the
// browser (explorer-host.ts).
import { ExplorerWords } from "../../src/extension/mask-explorer/words.ts";
import { english } from "./english.ts";
import { FramedView } from "./framed-view.ts";
import { pack, unpack } from "./packed.ts";

declare const toHost: (packed: string) => void;

class ExplorerHarness {
  readonly view: FramedView;

  constructor() {
    const { labels } = new ExplorerWords(english);
    this.view = new FramedView(
      { name: "mask-explorer", title: labels.title, labels, background: "--vscode-editor-background" },
      (message) => toHost(pack(message)),
    );
  }

  hear(packed: string): void {
    this.view.post(unpack(packed));
  }
}

export type { ExplorerHarness };

const harness = new ExplorerHarness();
Object.assign(window, { harness });
await harness.view.load();
