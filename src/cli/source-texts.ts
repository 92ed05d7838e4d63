/// Texts of the grammars and schemas this run has read, by the name diagnostics call them.
const texts = new Map<string, string>();

export function rememberSource(name: string, text: string): void {
  texts.set(name, text);
}

export function sourceTextOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : texts.get(name);
}
