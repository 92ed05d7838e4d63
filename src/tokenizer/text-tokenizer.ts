import type { AddedTokenSplitter } from "./added-tokens.ts";
import { BpeEncoder } from "./bpe.ts";
import type { FlatVocabulary } from "./flat-vocabulary.ts";
import type { Splitter } from "./splitter.ts";
import type { PieceRules, Tokenizer } from "./vocabulary.ts";

/// Turns one piece of text into tokens.
export interface PieceEncoder {
  /// Appends the tokens of `piece` to `out`.
  encode(piece: string, out: number[]): void;
}

/// The steps from text to tokens, in their order.
export interface TokenizerSteps {
  readonly vocabulary: FlatVocabulary;
  /// Added tokens to find in the text as it is.
  readonly added?: AddedTokenSplitter | undefined;
  /// Rewrites the text between added tokens. `first`: nothing came before it.
  readonly normalize?: ((text: string, first: boolean) => string) | undefined;
  /// Added tokens to find in normalized text.
  readonly addedNormalized?: AddedTokenSplitter | undefined;
  readonly splitter: Splitter;
  readonly encoder: PieceEncoder;
  /// What merges, if all that happens before is that a space is put before the text.
  readonly spaced?: BpeEncoder | undefined;
  /// See `Tokenizer.cutsAtWords`; holds for all but the added tokens.
  readonly cutsAtWords: boolean;
  /// See `Tokenizer.joinsByPairs`; holds unless there are added tokens.
  readonly joinsByPairs?: boolean;
}

/// A tokenizer put together from steps.
export class TextTokenizer implements Tokenizer {
  readonly vocabulary: FlatVocabulary;
  readonly cutsAtWords: boolean;
  readonly joinsByPairs: boolean;
  readonly #steps: TokenizerSteps;
  /// Null if there are none.
  #rules: PieceRules | null | undefined;

  constructor(steps: TokenizerSteps) {
    this.#steps = steps;
    this.vocabulary = steps.vocabulary;
    this.cutsAtWords =
      steps.cutsAtWords && (steps.added?.cutsAtWords ?? true) && (steps.addedNormalized?.cutsAtWords ?? true);
    this.joinsByPairs =
      steps.joinsByPairs === true &&
      (steps.added?.isEmpty ?? true) &&
      (steps.addedNormalized?.isEmpty ?? true);
  }

  pieceRules(): PieceRules | undefined {
    if (this.#rules === undefined) this.#rules = this.#makeRules() ?? null;
    return this.#rules ?? undefined;
  }

  #makeRules(): PieceRules | undefined {
    const { added, normalize, addedNormalized, splitter, encoder, spaced } = this.#steps;
    if (added?.isEmpty === false || addedNormalized?.isEmpty === false) return undefined;
    if (spaced !== undefined) {
      return { pairs: spaced.pairRules(this.vocabulary), wholePieces: spaced.wholePieces };
    }
    if (normalize !== undefined || !this.cutsAtWords || !splitter.keepsText) return undefined;
    if (!(encoder instanceof BpeEncoder)) return undefined;
    const pairs = encoder.pairRules(this.vocabulary);
    const pieceEnds = (text: string): number[] => {
      const ends: number[] = [];
      let end = 0;
      splitter.forEachPiece(text, (piece) => {
        end += piece.length;
        ends.push(end);
      });
      return ends;
    };
    return { pairs, wholePieces: encoder.wholePieces, pieceEnds };
  }

  /// Throws an `InputError` (`tokenizer-run-too-long`) for a single run of millions of characters
  /// that cannot be split.
  encode(text: string): number[] {
    const { added, normalize } = this.#steps;
    const out: number[] = [];
    if (text === "") return out;
    const sound = wellFormed(text);
    if (added === undefined) {
      this.#encodeNormalized(normalize ? normalize(sound, true) : sound, true, out);
      return out;
    }
    added.split(sound).forEach((section, i) => {
      if (section.kind === "token") out.push(section.id);
      else {
        const first = i === 0;
        this.#encodeNormalized(normalize ? normalize(section.text, first) : section.text, first, out);
      }
    });
    return out;
  }

  #encodeNormalized(text: string, first: boolean, out: number[]): void {
    const { addedNormalized } = this.#steps;
    if (addedNormalized === undefined) {
      this.#encodePieces(text, first, out);
      return;
    }
    addedNormalized.split(text).forEach((section, i) => {
      if (section.kind === "token") out.push(section.id);
      else this.#encodePieces(section.text, first && i === 0, out);
    });
  }

  #encodePieces(text: string, first: boolean, out: number[]): void {
    const { splitter, encoder } = this.#steps;
    splitter.forEachPiece(text, (piece) => encoder.encode(piece, out), first);
  }
}

const SURROGATES = /\p{Surrogate}/u;
const EVERY_SURROGATE = /\p{Surrogate}/gu;

/// The text with U+FFFD for every lone surrogate, as its UTF-8 has it: a pattern must not see what
/// the bytes do not say. Offsets stay the same.
export function wellFormed(text: string): string {
  return SURROGATES.test(text) ? text.replace(EVERY_SURROGATE, "\ufffd") : text;
}
