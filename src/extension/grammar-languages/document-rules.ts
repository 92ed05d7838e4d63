import type * as vscode from "vscode";
import { abortSignal } from "../messages.ts";
import type { Session } from "../session.ts";
import { isRuleLanguage } from "./documents.ts";
import { Rules } from "./rules.ts";

/// The rules of open grammars, asked for once a version.
export class DocumentRules {
  readonly #core: Session["core"];
  readonly #known = new WeakMap<vscode.TextDocument, { readonly version: number; readonly rules: Rules }>();

  constructor(core: Session["core"]) {
    this.#core = core;
  }

  /// Undefined where the document is no grammar with rules, or changed meanwhile.
  async of(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<Rules | undefined> {
    const { languageId, version } = document;
    const known = this.#known.get(document);
    if (known?.version === version) return known.rules;
    if (!isRuleLanguage(languageId)) return undefined;
    const text = document.getText();
    const names = await this.#core.grammarNames({ kind: languageId, text }, abortSignal(token));
    if (document.version !== version) return undefined;
    const rules = new Rules(text, names);
    this.#known.set(document, { version, rules });
    return rules;
  }
}
