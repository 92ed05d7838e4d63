import { type Diagnostic, sentence } from "../base/diagnostic.ts";
import type { Notice } from "../protocol/token-panel.ts";

/// `vscode.l10n.t`, or the like: fills `{0}`, `{1}`… of a message.
export type Translate = (message: string, ...args: (string | number)[]) => string;

type CommonAction = "retry" | "show-log" | "restart" | "select-model" | "select-grammar";

/// What views say alike, in the user's language. `Action`: what a notice's buttons do.
export abstract class ViewWords<Action extends string> {
  protected readonly t: Translate;

  constructor(translate: Translate) {
    this.t = translate;
  }

  /// The names of buttons that only this view has, or has another name for.
  protected abstract get ownLabels(): Readonly<Record<Exclude<Action, CommonAction>, string>>;

  stopped(): Notice<"restart" | "show-log"> {
    return this.covering(
      "error",
      this.t("The engine does not run"),
      this.t("It stopped several times. See the log, then restart it."),
      "restart",
      "show-log",
    );
  }

  /// An error nobody foresaw. `message`: as it was thrown.
  fault(message: string): Notice<Action | "retry" | "show-log"> {
    const { t } = this;
    return this.covering("error", t("The engine failed"), this.inLog(message), "retry", "show-log");
  }

  protected inLog(message: string): string {
    return this.t("{0} The log has the details.", sentence(message));
  }

  /// The first error, if there is one, with what to do; and how many more there are.
  protected firstOf(
    diagnostics: readonly Diagnostic[],
  ): { readonly first: Diagnostic; readonly advice: string } | undefined {
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    const [first] = errors.length > 0 ? errors : diagnostics;
    if (!first) return undefined;
    const lines = [
      ...(first.hint === undefined ? [] : [sentence(first.hint)]),
      ...(errors.length > 1 ? [this.t("And {0} more.", errors.length - 1)] : []),
    ];
    return { first, advice: lines.join("\n") };
  }

  /// A notice in place of the view's content; without text if `message` is empty.
  protected covering<A extends Action | CommonAction>(
    severity: Notice["severity"],
    title: string,
    message: string,
    ...actions: A[]
  ): Notice<A> {
    return {
      severity,
      covers: true,
      title,
      ...(message !== "" && { message }),
      actions: actions.map((id) => this.button(id)),
    };
  }

  protected button<A extends Action | CommonAction>(id: A): { readonly id: A; readonly label: string } {
    const labels: Partial<Record<string, string>> = { ...this.#commonLabels, ...this.ownLabels };
    return { id, label: labels[id]! };
  }

  get #commonLabels(): Readonly<Record<CommonAction, string>> {
    const { t } = this;
    return {
      retry: t("Try Again"),
      "show-log": t("Show Log"),
      restart: t("Restart Engine"),
      "select-model": t("Select Model…"),
      "select-grammar": t("Select Grammar…"),
    };
  }
}
