import { type Diagnostic, sentence } from "../../base/diagnostic.ts";
import type { BytesAction, BytesNotice } from "../../protocol/byte-probabilities.ts";
import type { ActiveText, TextRange } from "../token-panel/editor.ts";
import { ViewWords } from "../view-words.ts";
import type { TextPart } from "./text-part.ts";

const NULL = "\0";
const REPLACED = "\ufffd";

/// What the host side says in the user's language.
export class BytesWords extends ViewWords<BytesAction> {
  readonly #number = new Intl.NumberFormat();

  /// `main.ts:3–40`, or `main.ts` for all of it.
  place(
    { name }: Pick<ActiveText, "name">,
    scope: TextPart["scope"],
    { first, last }: { readonly first: number; readonly last: number },
  ): string {
    if (scope === "document") return name;
    return first === last ? `${name}:${first}` : `${name}:${first}–${last}`;
  }

  /// Which part of the document is shown, where it is not all.
  part(
    { scope, isCut }: TextPart,
    { from, to }: TextRange,
    length: number,
    contextBytes: number,
  ): string | undefined {
    const t = this.t;
    const n = (value: number) => this.#number.format(value);
    if (scope === "document") return undefined;
    const which = isCut
      ? t("The first {0} characters of the selection.", n(to - from))
      : scope === "selection"
        ? t("The selection, {0} of {1} characters.", n(to - from), n(length))
        : t("Characters {0} to {1} of {2}, around the cursor.", n(from + 1), n(to), n(length));
    if (contextBytes === 0) return which;
    return `${which} ${t("The model reads the {0} bytes before them, too.", n(contextBytes))}`;
  }

  /// Of a place that the model's context does not reach back from to where the text begins.
  leftOut(bytes: number): string {
    return this.t(
      "The model's context ends {0} bytes before this place: what is before those was left out.",
      this.#number.format(bytes),
    );
  }

  /// Characters that the editor puts where a file has no text.
  warningAbout(text: string): string | undefined {
    const t = this.t;
    if (text.includes(NULL))
      return t("This looks like a binary file: the bytes are those of the text that the editor made of it.");
    if (text.includes(REPLACED))
      return t(
        "The file is not UTF-8 everywhere: \ufffd (ef bf bd) stands where the editor could not read it.",
      );
    return undefined;
  }

  noEditor(): BytesNotice {
    return this.covering(
      "info",
      this.t("No text editor"),
      this.t("Open a file, or go to an editor: the text around its cursor, or its selection, appears here."),
    );
  }

  empty(): BytesNotice {
    return this.covering(
      "info",
      this.t("No bytes yet"),
      this.t("This document is empty. What the model expects appears here as you type."),
    );
  }

  /// A model that cannot be loaded takes the place of everything; a text that cannot be scored, or a place that
  /// nothing can be said of, leaves the rest there.
  badInput(diagnostics: readonly Diagnostic[], what: "text" | "scoring" | "place"): BytesNotice {
    const told = this.firstOf(diagnostics);
    if (!told) return this.fault("");
    const { first, advice: message } = told;
    const title = sentence(first.message);
    if (first.location?.kind === "file" || what === "text")
      return this.covering("error", title, message, "select-model", "retry", "show-log");
    return {
      severity: "warning",
      covers: false,
      title,
      ...(message !== "" && { message }),
      actions: [],
    };
  }

  sentences({ message, hint }: Diagnostic): string {
    return hint === undefined ? sentence(message) : `${sentence(message)} ${sentence(hint)}`;
  }

  protected override get ownLabels(): Record<never, string> {
    return {};
  }
}
