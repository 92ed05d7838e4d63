// A page that plays VS Code's workbench around Byte Probabilities, whose host is in the process that drives the
// browser (bytes-host.ts).
import { bytesLabels } from "../../src/extension/byte-probabilities/labels.ts";
import { english } from "./english.ts";
import { FramedView } from "./framed-view.ts";
import { pack, unpack } from "./packed.ts";

declare const toHost: (packed: string) => void;

class BytesHarness {
  readonly view: FramedView;

  constructor() {
    const labels = bytesLabels(english);
    this.view = new FramedView(
      { name: "byte-probabilities", title: labels.title, labels, background: "--vscode-editor-background" },
      (message) => toHost(pack(message)),
    );
  }

  hear(packed: string): void {
    this.view.post(unpack(packed));
  }
}

export type { BytesHarness };

const harness = new BytesHarness();
Object.assign(window, { harness });
await harness.view.load();
