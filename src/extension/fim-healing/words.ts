import { type Diagnostic, sentence } from "../../base/diagnostic.ts";
import type { HealingAction, HealingLabels, HealingNotice } from "../../protocol/fim-healing.ts";
import type { Violation } from "../../service/api.ts";
import type { HealingEdges } from "../../service/inspect-healing-api.ts";
import { isAboutModel } from "../model-problem.ts";
import { ViewWords } from "../view-words.ts";

/// All words of the FIM Healing view, in the user's language.
export class HealingWords extends ViewWords<HealingAction> {
  get labels(): HealingLabels {
    const t = this.t;
    return {
      title: t("FIM Healing"),
      follow: t("Follow Cursor"),
      following: t("Completions are computed anew wherever the cursor goes"),
      refresh: t("Refresh"),
      cancel: t("Cancel"),
      working: t("Completing"),
      grammar: t("Grammar"),
      // The view fills in what stands in braces.
      place: t("line {0}, column {1}", "{0}", "{1}"),
      cursor: t("cursor"),
      around: t("Around the cursor"),
      aroundHelp: t("How the text is cut into tokens on either side of the cursor, as it stands"),
      tokensBefore: t("Tokens before the cursor"),
      tokensAfter: t("Tokens after the cursor"),
      takenBack: t("Taken back (r)"),
      nothingTakenBack: t("nothing: no token that may come joins with the text"),
      remainder: t("Word goes on (f)"),
      nothingRemains: t("no"),
      joins: t("Joins with"),
      joinsEnd: t("and ends there"),
      covers: t("Covers"),
      coversHelp: t(
        "Token sequences that spell the bytes taken back and reach or cross the cursor, with their share of the probability",
      ),
      cover: t("Tokens"),
      weight: t("Share"),
      otherCovers: t("all others"),
      evaluations: t("{0} model contexts evaluated", "{0}"),
      completions: t("Completions"),
      armNames: {
        none: t("None"),
        token: t("Token"),
        exact: t("Exact"),
        ranked: t("Exact + suffix ranking"),
      },
      armHelp: {
        none: t("Goes on from the tokens as they stand"),
        token: t("Takes the last token back"),
        exact: t("Weighs all covers"),
        ranked: t("Weighs all covers, and compares completions by how they join with what follows"),
      },
      apply: t("Apply"),
      applied: t("Applied: {0}", "{0}"),
      nothingToAdd: t("nothing to add"),
      bits: t("Surprise"),
      bitsHelp: t("Bits of the completion's bytes, whatever their tokens: the fewer, the likelier"),
      bitsOf: t("{0} bits, {1} a byte", "{0}", "{1}"),
      joinBits: t("With what follows"),
      joinBitsOf: t("{0} bits", "{0}"),
      joinBitsHelp: t("Bits of the bytes taken back, the completion and what it joins with together"),
      best: t("joins best"),
      firstToken: t("To the first token"),
      whole: t("Whole"),
      cost: t("{0} evaluations, {1} ms", "{0}", "{1}"),
      costOfOne: t("1 evaluation, {1} ms", "{0}", "{1}"),
      compared: t("{0} compared", "{0}"),
      dropped: t("up to {0} of the covers' mass was not looked at", "{0}"),
      sameAs: t("as {0}", "{0}"),
      waiting: t("waiting"),
      stale: t("The text or the cursor has changed since."),
      announce: t("{0}: {1}", "{0}", "{1}"),
      unreadable: t("the model cannot read it"),
    };
  }

  noText(): HealingNotice {
    return {
      severity: "info",
      covers: true,
      title: this.t("No text"),
      message: this.t(
        "Open a text file and put the cursor where a completion should go, in the middle of a word for example.",
      ),
      actions: [],
    };
  }

  cancelled(): HealingNotice {
    return {
      severity: "info",
      covers: false,
      title: this.t("Cancelled. What had been computed is shown."),
      actions: [{ id: "refresh", label: this.t("Refresh") }],
    };
  }

  override fault(message: string): HealingNotice {
    return this.covering("error", this.t("Completing failed"), message, "refresh", "show-log");
  }

  badInput(diagnostics: readonly Diagnostic[]): HealingNotice {
    const told = this.firstOf(diagnostics);
    if (!told) return this.fault("");
    const { first, advice } = told;
    return this.covering(
      "error",
      sentence(first.message),
      advice,
      isAboutModel(first) ? "select-model" : "refresh",
      "show-log",
    );
  }

  violation({ expected }: Violation, line: number, column: number): HealingNotice {
    return {
      severity: "warning",
      covers: false,
      title: this.t("The text before the cursor leaves the grammar at line {0}, column {1}.", line, column),
      message: this.t(
        "Expected {0}. There are no completions until it is mended.",
        expected.join(this.t(" or ")),
      ),
      actions: [this.button("focus-editor"), this.button("select-grammar")],
    };
  }

  /// What there is to know of the text as it was read; undefined if nothing.
  remarks(remarks: readonly string[]): HealingNotice | undefined {
    const [title, ...others] = remarks;
    if (title === undefined) return undefined;
    return {
      severity: "info",
      covers: false,
      title,
      ...(others.length > 0 && { message: others.join("\n") }),
      actions: [],
    };
  }

  emptyText(): string {
    return this.t("The document is empty: there is nothing to heal.");
  }

  hasSelection(): string {
    return this.t("The selection stays: completions are for the cursor at its end.");
  }

  leftOut(characters: number): string {
    return this.t("{0} characters farther from the cursor were not looked at.", characters);
  }

  replaced(): string {
    return this.t(
      "Near the cursor the text has bytes or halves of characters that are no text. The model reads them as U+FFFD.",
    );
  }

  refusedChanged(): string {
    return this.t(
      "Not applied: the text or the cursor has changed since. Refresh to complete what is there now.",
    );
  }

  refusedReadOnly(): string {
    return this.t("Not applied: the document may not be written.");
  }

  refusedNothing(): string {
    return this.t("Not applied: there is nothing to add.");
  }

  /// What the model was asked.
  asked({ model, fillsIn, joinsWith }: HealingEdges): string {
    if (fillsIn) return this.t("{0} fills in between the text before and after the cursor.", model.name);
    const after = joinsWith === "" ? "" : this.t(" What comes after is used to rank completions.");
    if (!model.hasFim) {
      return (
        this.t("{0} has no tokens to fill in with: it goes on with the text before the cursor.", model.name) +
        after
      );
    }
    return model.prefersFim
      ? this.t("Nothing follows the cursor: {0} goes on with the text.", model.name)
      : this.t("{0} is better at going on with the text than at filling in, so it does that.", model.name) +
          after;
  }

  protected override get ownLabels(): Record<"refresh" | "focus-editor", string> {
    return { refresh: this.t("Try Again"), "focus-editor": this.t("Go to the Text") };
  }
}
