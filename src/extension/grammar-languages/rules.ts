import type { RuleNames } from "../../grammar/index.ts";

export type Definition = RuleNames["definitions"][number];

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
    while (lines.length > 1 && /^\s*(?:(?:#|\/\/).*)?\s*$/.test(lines.at(-1)!)) lines.pop();
    return span.from + lines.join("\n").trimEnd().length;
  }

  /// A rule as it is written.
  textOf(definition: Definition): string {
    return this.#text.slice(definition.span.from, this.end(definition));
  }

  /// The comment on the lines right above a rule, without its marks.
  commentOf({ span }: Definition): string {
    const comment: string[] = [];
    let lineStart = this.#text.lastIndexOf("\n", span.from - 1) + 1;
    while (lineStart > 0) {
      const above = this.#text.lastIndexOf("\n", lineStart - 2) + 1;
      const match = /^\s*(?:#|\/\/)\s?(.*?)\s*$/.exec(this.#text.slice(above, lineStart - 1));
      if (!match) break;
      comment.unshift(match[1]!);
      lineStart = above;
    }
    return comment.join("\n");
  }
}
