import { type Diagnostic, sentence } from "../../base/diagnostic.ts";
import { lineColumnAt } from "../../base/span.ts";
import type { ExplorerAction, ExplorerLabels, ExplorerNotice } from "../../protocol/mask-explorer.ts";
import { ViewWords } from "../view-words.ts";

/// All words of the Mask Explorer, in the user's language.
export class ExplorerWords extends ViewWords<ExplorerAction> {
  get labels(): ExplorerLabels {
    const t = this.t;
    return {
      title: t("Mask Explorer"),
      grammar: t("Grammar"),
      chooseGrammar: t("Select Grammar…"),
      tokenizer: t("Tokenizer"),
      text: t("Text"),
      textPlaceholder: t("Type a text, or choose an allowed token below"),
      tokens: t("Tokens of the text"),
      endOfText: t("end of the text"),
      noText: t("no tokens yet"),
      back: t("Step Back"),
      forward: t("Step Forward"),
      toStart: t("To the Start"),
      toEnd: t("To the End"),
      acceptForced: t("Accept Forced"),
      nothingForced: t("Nothing is forced here"),
      // The view fills in what stands in braces.
      moreBytes: t("… {0} bytes in all", "{0}"),
      allowed: t("Allowed"),
      rejected: t("Refused"),
      dependent: t("By context"),
      all: t("All"),
      allowedHelp: t("Tokens that may come next"),
      rejectedHelp: t("Tokens that may not come next"),
      dependentHelp: t("Tokens that had to be checked against the rules around, allowed or not"),
      allHelp: t("Every token of the vocabulary"),
      independentAllowed: t("allowed whatever the context"),
      independentRejected: t("refused whatever the context"),
      dependentChecked: t("checked in context"),
      dependentAllowed: t("of these allowed"),
      stop: t("end of text"),
      stopYes: t("allowed"),
      stopNo: t("not allowed"),
      maskTime: t("mask made in"),
      search: t("Search tokens"),
      searchPlaceholder: t("Text, #id or 0xhex"),
      filter: t("Which tokens"),
      tokenList: t("Tokens by first byte"),
      firstByte: t("First byte"),
      specialTokens: t("Special tokens"),
      unusedIds: t("Unused ids"),
      noTokens: t("No token is allowed: the text has ended."),
      noneInFilter: t("No token here."),
      noMatches: t("No token matches."),
      showAll: t("Search All Tokens"),
      position: t("At this position"),
      positionOf: t("after {0} of {1} tokens", "{0}", "{1}"),
      stack: t("Inside of"),
      stackEmpty: t("The text is complete, and nothing may follow."),
      orOtherCallers: t("or called from elsewhere"),
      moreRules: t("more rules around"),
      next: t("goes on with"),
      mayEnd: t("may end"),
      rule: t("rule {0}", "{0}"),
      token: t("Why?"),
      tokenHint: t("Choose a token in the list to see why it is allowed or refused here."),
      append: t("Append"),
      id: t("id"),
      bytes: t("bytes"),
      isAllowed: t("Allowed"),
      isRefused: t("Refused"),
      whyAllowed: t("The text may go on with it."),
      whyWrongByte: t("The grammar takes {0} of its {1} bytes and dies at {2}.", "{0}", "{1}", "{2}"),
      whyWrongFirstByte: t("It cannot begin with {0} here.", "{0}"),
      whyStopAllowed: t("The text is complete here, so it may end."),
      whyIncomplete: t("It ends the text, which is not complete here."),
      whySpecial: t("It is a marker that the grammar does not name here."),
      whyUnused: t("No text and no marker uses this id."),
      whyTerminated: t("The text has ended."),
      byContext: t("decided by the rules around"),
      whateverContext: t("whatever the rules around"),
      expected: t("Expected there"),
      insideThere: t("Inside of, there"),
      statistics: t("Compiled grammar"),
      rules: t("rules"),
      states: t("states"),
      places: t("places met so far"),
      prechecks: t("cached masks"),
      independentShare: t("decided without context here"),
      grammarBytes: t("this grammar"),
      memoryBytes: t("engine, with the vocabulary"),
      complete: t("complete"),
      incomplete: t("incomplete"),
      refusedFrom: t("refused from byte {0}", "{0}"),
      halfCharacter: t("The box leaves out the half character at the end."),
      earlier: t("{0} tokens before", "{0}"),
      later: t("{0} more tokens", "{0}"),
      announce: t("{0} tokens allowed, {1} refused", "{0}", "{1}"),
      found: t("{0} found", "{0}"),
    };
  }

  noGrammar(): ExplorerNotice {
    return this.covering(
      "info",
      this.t("No grammar"),
      this.t(
        "Select a grammar; or open a grammar file, or a document that has a grammar, and run Open Mask Explorer again.",
      ),
      "select-grammar",
    );
  }

  noTokenizer(): ExplorerNotice {
    return this.covering("info", this.t("No tokenizer"), this.t("Select a model."), "retry");
  }

  badTokenizer(name: string, { message, hint }: Diagnostic): ExplorerNotice {
    const lines = hint === undefined ? [message] : [message, hint];
    return this.covering("error", this.t("{0} cannot be used", name), lines.map(sentence).join(" "), "retry");
  }

  otherEngine(): ExplorerNotice {
    const t = this.t;
    return this.covering(
      "info",
      t("XGrammar does not tell why"),
      t(
        'The setting "tokensieve.engine" chooses XGrammar, whose masks come without reasons. Set it to "tokensieve" to explore them.',
      ),
      "choose-engine",
    );
  }

  /// `source`: the text that the diagnostics' places are in. `canShow`: the first error's place can be shown.
  badInput(diagnostics: readonly Diagnostic[], source: string | undefined, canShow: boolean): ExplorerNotice {
    const told = this.firstOf(diagnostics);
    if (!told) return this.fault("");
    const { first, advice } = told;
    return this.covering(
      "error",
      sentence(place(first, source) + first.message),
      advice,
      ...(canShow ? (["show-problem"] as const) : []),
      "select-grammar",
    );
  }

  warnings(diagnostics: readonly Diagnostic[]): ExplorerNotice {
    const [first] = diagnostics;
    const more = diagnostics.length - 1;
    const title = sentence(first!.message) + (more > 0 ? ` ${this.t("And {0} more.", more)}` : "");
    return { severity: "warning", covers: false, title, actions: [] };
  }

  protected override get ownLabels(): Record<"choose-engine" | "show-problem", string> {
    return { "choose-engine": this.t("Open the Setting"), "show-problem": this.t("Show in Grammar") };
  }
}

function place({ location }: Diagnostic, source: string | undefined): string {
  if (location?.kind === "json-pointer") return `#${location.pointer}: `;
  if (location?.kind !== "text" || source === undefined) return "";
  const { line, column } = lineColumnAt(source, location.span.from);
  return `${line}:${column}: `;
}
