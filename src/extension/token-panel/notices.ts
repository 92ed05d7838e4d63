import { type Diagnostic, sentence } from "../../base/diagnostic.ts";
import type { Notice, NoticeAction, PanelLabels } from "../../protocol/token-panel.ts";
import { ViewWords } from "../view-words.ts";

/// All words of the panel, in the user's language.
export class PanelWords extends ViewWords<NoticeAction> {
  get labels(): PanelLabels {
    const t = this.t;
    return {
      tokenizer: t("Tokenizer"),
      openTokenizer: t("Open tokenizer.json…"),
      tokens: t("tokens"),
      bytes: t("bytes"),
      characters: t("characters"),
      bytesPerToken: t("bytes/token"),
      document: t("Document"),
      selection: t("Selection"),
      tokenizing: t("tokenizing…"),
      tokenList: t("Tokens"),
      details: t("Token details"),
      hint: t("Point at a token for its details; click to select its text."),
      lossy: t("This tokenizer rewrites text before it cuts it: bytes are those of the text."),
      id: t("id"),
      index: t("token"),
      text: t("text"),
      byteOffset: t("at byte"),
      utf16Offset: t("UTF-16"),
      special: t("special token"),
      // The view fills these in.
      partOf: t("bytes {0}–{1}/{2} of {3}", "{0}", "{1}", "{2}", "{3}"),
      partOfOne: t("byte {0}/{1} of {2}", "{0}", "{1}", "{2}"),
      pending: t("not tokenized yet"),
    };
  }

  lines(name: string, first: number, last: number): string {
    return first === last ? `${name}:${first}` : `${name}:${first}–${last}`;
  }

  noEditor(): Notice {
    return this.covering(
      "info",
      this.t("No active editor"),
      this.t("Open a file to see its tokens, or select text to see the tokens of the selection."),
    );
  }

  empty(): Notice {
    return this.covering(
      "info",
      this.t("Nothing to tokenize"),
      this.t("This document is empty. Its tokens appear here as you type."),
    );
  }

  noTokenizer(): Notice {
    return this.covering(
      "info",
      this.t("No tokenizer"),
      this.t("Select a model, or open a tokenizer.json file."),
      "open-tokenizer",
      "retry",
    );
  }

  /// `shown`: there is text below, with tokens as far as they are known.
  service(state: "starting" | "restarting" | "stopped", shown: boolean): Notice {
    const t = this.t;
    switch (state) {
      case "starting":
        return { severity: "info", covers: !shown, title: t("Starting the engine…"), actions: [] };
      case "restarting":
        return {
          severity: "warning",
          covers: !shown,
          title: t("The engine stopped and is being restarted"),
          actions: [],
        };
      case "stopped":
        return { ...this.stopped(), covers: !shown };
      default:
        return state satisfies never;
    }
  }

  /// A tokenizer that could not be loaded or used.
  badTokenizer(name: string, diagnostics: readonly Diagnostic[]): Notice {
    const message = diagnostics.map((d) =>
      d.hint ? `${sentence(d.message)} ${sentence(d.hint)}` : sentence(d.message),
    );
    return this.covering(
      "error",
      this.t("{0} cannot be used", name),
      message.join("\n"),
      "retry",
      "open-tokenizer",
    );
  }

  override fault(message: string): Notice {
    return this.covering("error", this.t("Tokenization failed"), this.inLog(message), "retry", "show-log");
  }

  protected override get ownLabels(): Record<"open-tokenizer", string> {
    return { "open-tokenizer": this.t("Open tokenizer.json…") };
  }
}
