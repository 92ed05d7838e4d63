// A worker that plays the core's process: real tokenizers, off the host's thread.
import type { TokenizedText } from "../../src/extension/token-panel/core.ts";
import { loadBuiltInTokenizer, NO_TEXT, type Tokenizer, tokenizePieces } from "../../src/tokenizer/index.ts";

export interface TokenizeCall {
  readonly id: number;
  readonly tokenizer: string;
  readonly text: string;
}

addEventListener("message", async ({ data }: MessageEvent<TokenizeCall>) => {
  const special = data.tokenizer === "special";
  const tokenizer = await loadBuiltInTokenizer(special ? "llama3" : data.tokenizer);
  const { textEnds: _, ...pieces } = tokenizePieces(tokenizer, data.text);
  postMessage({ id: data.id, pieces: special ? withSpecialTokens(data.text, tokenizer) : pieces });
});

/// As a tokenizer does that finds the names of its special tokens in the text.
function withSpecialTokens(text: string, tokenizer: Tokenizer): TokenizedText {
  const ids: number[] = [];
  const byteStarts: number[] = [];
  const textStarts: number[] = [];
  const flags: number[] = [];
  let bytes = 0;
  let units = 0;
  for (const part of text.split(/(<\|[a-z_]+\|>)/)) {
    if (/^<\|/.test(part)) {
      ids.push(tokenizer.vocabulary.stopTokens[0] ?? 0);
      byteStarts.push(bytes);
      textStarts.push(units);
      flags.push(NO_TEXT);
    } else {
      const pieces = tokenizePieces(tokenizer, part);
      for (let i = 0; i < pieces.ids.length; i++) {
        ids.push(pieces.ids[i]!);
        byteStarts.push(bytes + pieces.byteStarts[i]!);
        textStarts.push(units + pieces.textStarts[i]!);
        flags.push(pieces.flags[i]!);
      }
      bytes += pieces.byteStarts[pieces.ids.length]!;
    }
    units += part.length;
  }
  return {
    ids: Uint32Array.from(ids),
    byteStarts: Uint32Array.from([...byteStarts, bytes]),
    textStarts: Uint32Array.from(textStarts),
    flags: Uint8Array.from(flags),
    lossless: false,
  };
}
