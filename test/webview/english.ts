/// `vscode.l10n.t` in English.
export function english(message: string, ...args: readonly (string | number)[]): string {
  return message.replace(/\{(\d)\}/g, (_, i) => String(args[Number(i)]));
}
