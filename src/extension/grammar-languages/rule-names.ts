import type * as vscode from "vscode";
import type { RuleNames } from "../../grammar/index.ts";
import { abortSignal } from "../messages.ts";
import type { Session } from "../session.ts";
import { isRuleLanguage } from "./documents.ts";

export type Definition = RuleNames["definitions"][number];

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

/// A rule's name at a place.
interface Named {
  readonly name: string;
  readonly span: { readonly from: number; readonly to: number };
}

/// The rules of one text.
export class Rules {
  readonly definitions: readonly Definition[];
  readonly references: readonly Named[];
  readonly #text: string;

  constructor(text: string, { definitions, references }: RuleNames) {
    this.#text = text;
    this.definitions = definitions;
    this.references = references;
  }

  /// The name that stands at an offset, or ends there.
  at(offset: number): Named | undefined {
    const touches = ({ span }: Named) => span.from <= offset && offset <= span.to;
    return this.references.find(touches) ?? this.definitions.find(touches);
  }

  definitionsOf(name: string): readonly Definition[] {
    return this.definitions.filter((definition) => definition.name === name);
  }

  referencesOf(name: string): readonly Named[] {
    return this.references.filter((reference) => reference.name === name);
  }

  /// Where a rule ends, without the blank lines and comments between it and the next one.
  end({ span, end }: Definition): number {
    const lines = this.#text.slice(span.from, end).trimEnd().split("\n");
    while (lines.length > 1 && /^\s*(#.*|\/\/.*)?$/.test(lines.at(-1)!)) lines.pop();
    return span.from + lines.join("\n").trimEnd().length;
  }

  /// A rule as it is written.
  textOf(definition: Definition): string {
    return this.#text.slice(definition.span.from, this.end(definition));
  }

  /// The comment on the lines right above a rule, without its marks.
  commentOf({ span }: Definition): string {
    const above = this.#text.slice(0, this.#text.lastIndexOf("\n", span.from - 1) + 1).split("\n");
    above.pop();
    const comment: string[] = [];
    for (let line = above.pop(); line !== undefined; line = above.pop()) {
      const match = /^\s*(?:#|\/\/)\s?(.*?)\s*$/.exec(line);
      if (!match) break;
      comment.unshift(match[1]!);
    }
    return comment.join("\n");
  }
}
