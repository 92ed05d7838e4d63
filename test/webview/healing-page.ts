// A page that plays VS Code's workbench around the FIM Healing view, whose host is in the process that drives the
// browser (healing-host.ts).
import { HealingWords } from "../../src/extension/fim-healing/words.ts";
import { english } from "./english.ts";
import { FramedView } from "./framed-view.ts";
import { pack, unpack } from "./packed.ts";

declare const toHost: (packed: string) => void;

class HealingHarness {
  readonly view: FramedView;

  constructor() {
    const { labels } = new HealingWords(english);
    this.view = new FramedView(
      { name: "fim-healing", title: labels.title, labels, background: "--vscode-editor-background" },
      (message) => toHost(pack(message)),
    );
  }

  hear(packed: string): void {
    this.view.post(unpack(packed));
  }
}

export type { HealingHarness };

const harness = new HealingHarness();
Object.assign(window, { harness });
await harness.view.load();
