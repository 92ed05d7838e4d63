import { utf8Encode } from "../base/bytes.ts";
import { InputError } from "../base/diagnostic.ts";
import type { FinishReason, GenerationResult, GenerationStep, SuffixMatcher } from "../decoding/index.ts";

/// The middle of a document, and how its generation ended.
export interface FittingText {
  readonly text: string;
  readonly steps: readonly GenerationStep[];
  readonly tokens: readonly number[];
  readonly finish: FinishReason;
  /// Steps of the matcher before it; 0 without.
  readonly start: number;
  /// Lengths of the beginnings of `text` after which the suffix fits, ascending.
  readonly fits: readonly number[];
  /// Lengths after which at least the rest of the line fits, if there is some, ascending: what is farther may belong
  /// to text that is not complete yet.
  readonly joins: readonly number[];
}

/// Draws the middle of a document from `stream` until it ends or `isEnough` says so.
///
/// The grammar lets a middle go on past the last place where the suffix could follow (it may close what
/// the suffix closes): the masks of `SuffixMatcher` look one token ahead, not to the end. So where the
/// text runs into a dead end or out of tokens, it is cut back to the last place where the suffix fits,
/// which may be inside of a token. Without a matcher nothing is cut.
export async function drawFittingText(
  stream: AsyncGenerator<GenerationStep, GenerationResult>,
  matcher: SuffixMatcher | undefined,
  isEnough: (text: string) => boolean = () => false,
): Promise<FittingText> {
  const steps: GenerationStep[] = [];
  const start = matcher?.steps ?? 0;
  let text = "";
  let finish: FinishReason = "stop";
  let deadEnd: unknown;
  try {
    for (;;) {
      const next = await stream.next();
      if (next.done) {
        finish = next.value.finish;
        break;
      }
      steps.push(next.value);
      text += next.value.text;
      if (isEnough(text)) break;
    }
  } catch (error) {
    if (!isDeadEnd(error)) throw error;
    deadEnd = error;
  } finally {
    // Ends a stream that was broken off, so that its sequence is free for the next request.
    await stream.return({ text, tokens: [], finish: "stop" });
  }
  if (!matcher) {
    if (deadEnd) throw deadEnd;
    return { text, steps, tokens: tokensOf(steps), finish, start, fits: [], joins: [] };
  }
  const { fits, joins } = fittingLengths(matcher, start, text);
  const last = fits.at(-1);
  if (deadEnd && last === undefined) throw deadEnd;
  if (last === undefined || !(deadEnd || finish === "length"))
    return { text, steps, tokens: tokensOf(steps), finish, start, fits, joins };
  const kept = stepsUpTo(steps, last);
  return {
    text: text.slice(0, last),
    steps: kept,
    tokens: tokensOf(kept),
    finish: "stop",
    start,
    fits,
    joins,
  };
}

/// Reads `text` again, a character at a time, from where the matcher was after `start` steps.
function fittingLengths(
  matcher: SuffixMatcher,
  start: number,
  text: string,
): Pick<FittingText, "fits" | "joins"> {
  matcher.rollback(matcher.steps - start);
  const fits: number[] = [];
  const joins: number[] = [];
  let length = 0;
  const look = () => {
    if (matcher.isAccepting()) fits.push(length);
    if (matcher.joinsLine()) joins.push(length);
  };
  look();
  for (const character of text) {
    const bytes = utf8Encode(character);
    if (matcher.acceptBytes(bytes) < bytes.length) break;
    length += character.length;
    look();
  }
  return { fits, joins };
}

/// The steps of the first `length` UTF-16 units of the text; of a step across the cut, that part.
export function stepsUpTo(steps: readonly GenerationStep[], length: number): GenerationStep[] {
  const kept: GenerationStep[] = [];
  let at = 0;
  for (const step of steps) {
    if (at >= length) break;
    const text = step.text.slice(0, length - at);
    kept.push(text === step.text ? step : { ...step, text, bytes: utf8Encode(text) });
    at += step.text.length;
  }
  return kept;
}

export function isDeadEnd(error: unknown): boolean {
  return error instanceof InputError && error.diagnostics[0]?.code === "no-token-continues";
}

/// Some steps take the place of tokens before them.
export function tokensOf(steps: readonly GenerationStep[]): number[] {
  const tokens: number[] = [];
  for (const { token, replaces } of steps) {
    tokens.length -= replaces;
    tokens.push(token);
  }
  return tokens;
}
