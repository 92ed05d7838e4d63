// A worker that plays the core's process: real tokenizers, off the host's thread.
import { loadBuiltInTokenizer, tokenizePieces } from "../../src/tokenizer/index.ts";

export interface TokenizeCall {
  readonly id: number;
  readonly tokenizer: string;
  readonly text: string;
}

addEventListener("message", async ({ data }: MessageEvent<TokenizeCall>) => {
  const tokenizer = await loadBuiltInTokenizer(data.tokenizer);
  const { textEnds: _, ...pieces } = tokenizePieces(tokenizer, data.text);
  postMessage({ id: data.id, pieces });
});
