import { utf8Encode } from "../../base/bytes.ts";
import { CancelledError, type CancelSignal } from "../../base/cancellation.ts";
import type { BytesEditor } from "./ports.ts";
import type { BytesOfText } from "./shown-text.ts";

/// Longer documents, in UTF-16 units, are read for no grammar: as for completions.
const MOST_UNITS = 1_000_000;

/// What stands before a text in its document, which a grammar has to read; kept for the next place.
export class GrammarPrefix {
  readonly #editor: BytesEditor;
  #known:
    | { readonly document: string; readonly version: number; readonly to: number; readonly bytes: Uint8Array }
    | undefined;

  constructor(editor: BytesEditor) {
    this.#editor = editor;
  }

  /// The bytes before `text.all`; undefined if they are too many. Throws `StaleReadError`.
  async before(text: BytesOfText, signal: CancelSignal): Promise<Uint8Array | undefined> {
    const { document, version } = text;
    const to = text.contextFrom;
    if (to > MOST_UNITS) return undefined;
    const known = this.#known;
    if (known?.document === document && known.version === version && known.to === to) return known.bytes;
    let read = "";
    if (to > 0)
      for await (const part of this.#editor.read(document, version, { from: 0, to }, signal)) read += part;
    if (signal.aborted) throw new CancelledError();
    const bytes = utf8Encode(read);
    this.#known = { document, version, to, bytes };
    return bytes;
  }
}
