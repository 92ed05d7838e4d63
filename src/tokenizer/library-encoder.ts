import { utf8Encode } from "../base/bytes.ts";
import { byteCharacter } from "./byte-alphabet.ts";
import { runTooLong } from "./splitter.ts";
import type { PieceEncoder } from "./text-tokenizer.ts";

/// A model of @huggingface/tokenizers: pieces in, entries of its vocabulary out.
export interface LibraryModel {
  (pieces: string[]): string[];
  readonly tokens_to_ids: Map<string, number>;
}

// Unigram keeps an object for every candidate token of a piece.
const LONGEST_PIECE = 200_000;

/// Encodes pieces with the library's own models: for those that are not plain BPE.
export class LibraryEncoder implements PieceEncoder {
  readonly #model: LibraryModel;
  readonly #byteLevel: boolean;
  readonly #fallback: Int32Array;
  readonly #unknown: number;

  /// `byteLevel`: the model's entries are in the byte alphabet. `fallback[b]`: byte b's token, or -1.
  constructor(model: LibraryModel, byteLevel: boolean, fallback: Int32Array, unknown: number) {
    this.#model = model;
    this.#byteLevel = byteLevel;
    this.#fallback = fallback;
    this.#unknown = unknown;
  }

  /// Throws an `InputError` (`tokenizer-run-too-long`) for a piece that would take too much memory.
  encode(piece: string, out: number[]): void {
    if (piece.length > LONGEST_PIECE) throw runTooLong(piece.length);
    const spelled = this.#byteLevel ? Array.from(utf8Encode(piece), byteCharacter).join("") : piece;
    for (const entry of this.#model([spelled])) {
      const id = this.#model.tokens_to_ids.get(entry);
      if (id !== undefined) out.push(id);
      else this.#pushUnknown(entry, out);
    }
  }

  #pushUnknown(entry: string, out: number[]): void {
    const bytes = utf8Encode(entry);
    if (bytes.every((b) => this.#fallback[b]! >= 0)) for (const b of bytes) out.push(this.#fallback[b]!);
    else if (this.#unknown >= 0) out.push(this.#unknown);
  }
}
