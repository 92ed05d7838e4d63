/// Byte strings (as Latin-1) to add to a vocabulary so that XGrammar's masks are exact.
///
/// XGrammar sorts tokens and skips, when it has refused one, those that follow as long as they
/// *contain* it. It means: as long as they begin with it. `ab` is followed by `acab`, unless `ac`
/// is there to end the run. The separators are those prefixes; real vocabularies lack a handful.
///
/// `separators(["a", "ab", "acab"])` is `["ac"]`.
export function separators(tokens: readonly string[]): string[] {
  const added: string[] = [];
  // XGrammar's own walk: the tokens that the last one continues, as it sees it.
  const open: string[] = [];
  const enter = (token: string): void => {
    for (let top = open.at(-1); top !== undefined && !token.startsWith(top); top = open.at(-1)) {
      if (!token.includes(top)) {
        open.pop();
        continue;
      }
      let shared = 0;
      while (token[shared] === top[shared]) shared++;
      const separator = token.slice(0, shared + 1);
      added.push(separator);
      enter(separator);
    }
    open.push(token);
  };
  // UTF-16 order is byte order here.
  for (const token of [...tokens].sort()) enter(token);
  return added;
}
