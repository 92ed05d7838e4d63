import { GrammarCompiler, TokenizerInfo } from "@mlc-ai/web-xgrammar";
import { bitsetWords, setBit } from "../../base/bitset.ts";
import type { VocabularyImage } from "./protocol.ts";

/// A vocabulary as XGrammar gets it. After the real ids come
///
///   size + b     the byte b alone, 0 ≤ b < 256
///   size + 256   an end of text of our own
///   …            separators
///
/// The first two let any text be fed byte by byte, and completeness be asked for, whatever tokens the
/// real vocabulary has.
export class NativeVocabulary {
  readonly size: number;
  readonly compiler: GrammarCompiler;
  readonly #normal: Uint32Array;
  readonly #stop: ReadonlySet<number>;

  private constructor(image: VocabularyImage, normal: Uint32Array, compiler: GrammarCompiler) {
    this.size = image.size;
    this.compiler = compiler;
    this.#normal = normal;
    this.#stop = new Set(image.stopTokens);
  }

  static async load(image: VocabularyImage): Promise<NativeVocabulary> {
    const stop = new Set(image.stopTokens);
    const tokens: Uint8Array[] = [];
    const normal = new Uint32Array(bitsetWords(image.size));
    for (let token = 0; token < image.size; token++) {
      // To XGrammar a token without bytes is special: never allowed.
      const bytes = image.bytes.subarray(image.offsets[token]!, image.offsets[token + 1]!);
      tokens.push(bytes);
      if (bytes.length > 0 && !stop.has(token)) setBit(normal, token);
    }
    for (let byte = 0; byte < 256; byte++) tokens.push(Uint8Array.of(byte));
    const endToken = tokens.push(new Uint8Array(0)) - 1;
    for (const separator of image.separators) tokens.push(Buffer.from(separator, "latin1"));
    const info = await TokenizerInfo.createTokenizerInfo(
      // Declared string[], but a std::string of the binding takes bytes too; strings would be UTF-8.
      tokens as unknown as string[],
      "raw",
      false,
      tokens.length,
      [...image.stopTokens, endToken],
    );
    // No cache: it would keep every grammar ever compiled.
    return new NativeVocabulary(image, normal, await GrammarCompiler.createGrammarCompiler(info, false));
  }

  byteToken(byte: number): number {
    return this.size + byte;
  }

  get endToken(): number {
    return this.size + 256;
  }

  isStop(token: number): boolean {
    return this.#stop.has(token);
  }

  allowsEveryNormalToken(mask: Uint32Array): boolean {
    for (let i = 0; i < mask.length; i++) if ((this.#normal[i]! & ~mask[i]!) !== 0) return false;
    return true;
  }
}
