import type { EngineName } from "../../../engine/index.ts";
import type { GrammarKind } from "../../../grammar/index.ts";
import type { CompareResult, CompareSample, SampleOutcome } from "../../../service/compare-api.ts";

/// A text that was compared.
export interface LabelledSample extends CompareSample {
  /// "Selection", "example 3".
  readonly label: string;
  /// Where it stands, so that places in it can be shown: a document's URI and the text's offset there.
  readonly origin?: { readonly uri: string; readonly offset: number };
}

export interface Comparison {
  /// The grammar's name for people.
  readonly title: string;
  readonly kind: GrammarKind;
  /// The grammar's text, and the URI of the document that holds it if there is one.
  readonly text: string;
  readonly uri?: string;
  readonly samples: readonly LabelledSample[];
  readonly result: CompareResult;
}

/// How a report is written.
export interface ReportStyle {
  /// `vscode.l10n.t`.
  readonly t: (message: string, ...values: (string | number)[]) => string;
  /// BCP 47.
  readonly language: string;
  /// A link that shows a span of a document.
  readonly placeLink: (uri: string, from: number, to: number) => string;
  readonly styleUri: string;
  /// The webview's `cspSource`.
  readonly cspSource: string;
}

export const ENGINE_TITLES: Readonly<Record<EngineName, string>> = {
  tokensieve: "Tokensieve",
  xgrammar: "XGrammar",
};

/// Whether the engines make different things of a text; not where one of them made nothing of it.
export function textsDiffer({ verdicts }: SampleOutcome): boolean {
  const [a, b] = verdicts;
  if (!a || !b) return false;
  if (a.kind !== b.kind) return true;
  return "violation" in a && "violation" in b && a.violation.byteOffset !== b.violation.byteOffset;
}

/// Whether a verdict is what somebody said it should be; undefined where nobody did.
export function asExpected({ expected }: CompareSample, kind: string): boolean | undefined {
  return expected && (expected === "accept") === (kind === "accepted");
}
