import * as vscode from "vscode";
import type { Session } from "../session.ts";
import type { ScoredDocument } from "./scored-document.ts";
import { characterAt } from "./surprises.ts";

/// Text around the character that is cut into tokens to find its own: a token seldom depends on more.
const BEFORE_UNITS = 400;
const AFTER_UNITS = 100;

/// Says of the character under the pointer how surprising it is, and of the token it is in.
export class SurpriseHover implements vscode.HoverProvider {
  readonly #session: Session;
  readonly #find: (document: vscode.TextDocument) => ScoredDocument | undefined;

  constructor(session: Session, find: (document: vscode.TextDocument) => ScoredDocument | undefined) {
    this.#session = session;
    this.#find = find;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const scored = this.#find(document);
    const at = document.offsetAt(position);
    const bits = scored?.surprises.at(at);
    if (scored === undefined || bits === undefined) return undefined;
    const { text } = document.lineAt(position.line);
    if (position.character >= text.length) return undefined;
    const { units } = characterAt(text, position.character);
    const character = text.slice(position.character, position.character + units);
    const content = new vscode.MarkdownString();
    content.appendMarkdown(
      bits === Number.POSITIVE_INFINITY
        ? vscode.l10n.t("**No probability**: the model's tokenizer cannot spell this character here.")
        : vscode.l10n.t("**{0} bits** · probability {1}", bits.toFixed(2), probability(2 ** -bits)),
    );
    content.appendMarkdown("  \n");
    content.appendText(`${visible(character)} · ${codePoint(character)}`);
    const cut = await this.#tokenAt(scored, document, at, token);
    if (token.isCancellationRequested) return undefined;
    if (cut !== undefined) {
      content.appendMarkdown("  \n");
      content.appendText(
        vscode.l10n.t("Token {0} · id {1} · {2} bits", visible(cut.text), cut.id, cut.bits.toFixed(2)),
      );
    }
    return new vscode.Hover(content, new vscode.Range(position, position.translate(0, units)));
  }

  /// The token of the tokenizer's own cut that has the unit; `undefined` if not all of it is scored.
  async #tokenAt(
    { surprises }: ScoredDocument,
    document: vscode.TextDocument,
    at: number,
    token: vscode.CancellationToken,
  ): Promise<{ id: number; text: string; bits: number } | undefined> {
    const lineStart = document.offsetAt(
      document.positionAt(Math.max(0, at - BEFORE_UNITS)).with({ character: 0 }),
    );
    const start = at - lineStart > 4 * BEFORE_UNITS ? at - BEFORE_UNITS : lineStart;
    const text = document.getText(
      new vscode.Range(document.positionAt(start), document.positionAt(at + AFTER_UNITS)),
    );
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    try {
      const { ids, textStarts, lossless } = await this.#session.core.tokenize(
        { tokenizer: { kind: "gguf", file: this.#session.models.current.file }, text },
        abort.signal,
      );
      if (!lossless) return undefined;
      let i = 0;
      while (i + 1 < ids.length && start + textStarts[i + 1]! <= at) i++;
      const from = textStarts[i]!;
      const to = textStarts.find((begin) => begin > from) ?? text.length;
      let bits = 0;
      for (let unit = from; unit < to; unit++) bits += surprises.at(start + unit) ?? Number.NaN;
      return Number.isFinite(bits) ? { id: ids[i]!, text: text.slice(from, to), bits } : undefined;
    } catch {
      // The rest of the hover is worth showing without it.
      return undefined;
    } finally {
      subscription.dispose();
    }
  }
}

function probability(p: number): string {
  return p >= 0.0001 ? `${(p * 100).toPrecision(3)} %` : p.toExponential(1);
}

function visible(text: string): string {
  return `"${text.replaceAll(" ", "␣").replaceAll("\t", "→").replaceAll("\r", "␍").replaceAll("\n", "⏎")}"`;
}

function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}
