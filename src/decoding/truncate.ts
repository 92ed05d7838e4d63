/// A text's tokens after it was cut to fit, and how many UTF-16 code units the cut took.
export interface CutText {
  readonly tokens: readonly number[];
  readonly dropped: number;
}

type Encode = (text: string) => readonly number[];

// More code units a token than code or prose has: what is cut off before it is encoded would hardly
// have fitted.
const UNITS_PER_TOKEN = 8;

/// Keeps the end of a text, from the start of a line if one starts in the first half of that.
export function cutStart(encode: Encode, text: string, room: number): CutText {
  return cut(encode, text, room, (length) => {
    // The cut moves in steps of some quarter of the room: while a text grows at its end its start
    // stays the same, and with it the KV cache.
    const from = Math.ceil((text.length - length) / room) * room;
    const line = text.indexOf("\n", Math.max(0, from - 1)) + 1;
    const kept = text.length - from;
    return text.slice(line > 0 && line - from < kept / 2 ? line : afterPair(text, from));
  });
}

/// Keeps the start of a text, up to the end of a line if there is one in its last half.
export function cutEnd(encode: Encode, text: string, room: number): CutText {
  return cut(encode, text, room, (length) => {
    const line = text.lastIndexOf("\n", length - 1) + 1;
    return text.slice(0, line > length / 2 ? line : beforePair(text, length));
  });
}

/// `keep(n)`: about n code units of the text, never more.
function cut(encode: Encode, text: string, room: number, keep: (length: number) => string): CutText {
  if (room <= 0 || text === "") return { tokens: [], dropped: text.length };
  let kept = text.length <= room * UNITS_PER_TOKEN ? text : keep(room * UNITS_PER_TOKEN);
  let tokens = encode(kept);
  while (tokens.length > room) {
    // By the text's own measure; a little less each time, so that this ends.
    const length = Math.floor((kept.length * room) / tokens.length);
    kept = keep(Math.min(length, kept.length - 1));
    if (kept === "") return { tokens: [], dropped: text.length };
    tokens = encode(kept);
  }
  return { tokens, dropped: text.length - kept.length };
}

// A cut inside of a surrogate pair moves out of it, so that less is kept.

function afterPair(text: string, at: number): number {
  return insidePair(text, at) ? at + 1 : at;
}

function beforePair(text: string, at: number): number {
  return insidePair(text, at) ? at - 1 : at;
}

function insidePair(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return at > 0 && code >= 0xdc00 && code < 0xe000;
}
