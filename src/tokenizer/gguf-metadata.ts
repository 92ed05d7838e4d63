import { utf8DecodeLossy } from "../base/bytes.ts";
import { InputError } from "../base/diagnostic.ts";

/// A list of numbers in its own width, or of texts, flags or lists.
type GgufArray =
  | readonly string[]
  | readonly boolean[]
  | readonly GgufArray[]
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

export type GgufValue = number | bigint | boolean | string | GgufArray;

/// A GGUF file's key-value pairs, by full key (`"tokenizer.ggml.model"`).
export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/// Name, type, shape and place of one tensor; `offset` counts from the start of the tensor data.
export interface GgufTensor {
  readonly name: string;
  readonly type: number;
  readonly dimensions: readonly number[];
  readonly offset: number;
}

/// All of a GGUF file but its tensors' data.
export interface GgufHeader {
  readonly version: number;
  readonly metadata: GgufMetadata;
  readonly tensors: readonly GgufTensor[];
  /// Where the tensor data starts in the file.
  readonly dataOffset: number;
}

// Value types of the format, by their number.
const STRING = 8;
const ARRAY = 9;
const READERS: Readonly<
  Record<number, { bytes: number; read: (view: DataView, at: number) => number | bigint | boolean }>
> = {
  0: { bytes: 1, read: (v, at) => v.getUint8(at) },
  1: { bytes: 1, read: (v, at) => v.getInt8(at) },
  2: { bytes: 2, read: (v, at) => v.getUint16(at, true) },
  3: { bytes: 2, read: (v, at) => v.getInt16(at, true) },
  4: { bytes: 4, read: (v, at) => v.getUint32(at, true) },
  5: { bytes: 4, read: (v, at) => v.getInt32(at, true) },
  6: { bytes: 4, read: (v, at) => v.getFloat32(at, true) },
  7: { bytes: 1, read: (v, at) => v.getUint8(at) !== 0 },
  10: { bytes: 8, read: (v, at) => v.getBigUint64(at, true) },
  11: { bytes: 8, read: (v, at) => v.getBigInt64(at, true) },
  12: { bytes: 8, read: (v, at) => v.getFloat64(at, true) },
};
const ARRAYS = {
  0: Uint8Array,
  1: Int8Array,
  2: Uint16Array,
  3: Int16Array,
  4: Uint32Array,
  5: Int32Array,
  6: Float32Array,
  10: BigUint64Array,
  11: BigInt64Array,
  12: Float64Array,
} as const;

// Real files do not nest lists at all.
const MAX_NESTING = 4;

/// Reads the header of a GGUF file (versions 2 and 3, little-endian) from its first bytes.
/// `undefined`: more bytes are needed; `size` is the whole file's. Throws an `InputError`:
/// `gguf-magic` (not a GGUF file), `gguf-version`, `gguf-truncated`, or `gguf-invalid`, each with
/// the byte offset.
export function parseGgufHeader(bytes: Uint8Array, size: number, file: string): GgufHeader | undefined {
  const reader = new HeaderReader(bytes, size, file);
  try {
    return reader.header();
  } catch (error) {
    if (error === NEED_MORE) return undefined;
    throw error;
  }
}

const NEED_MORE = Symbol("more bytes needed");

class HeaderReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #size: number;
  readonly #file: string;
  #at = 0;

  constructor(bytes: Uint8Array, size: number, file: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#size = size;
    this.#file = file;
  }

  header(): GgufHeader {
    const magic = [0x47, 0x47, 0x55, 0x46];
    if (magic.some((byte, i) => this.#bytes[i] !== byte)) {
      throw this.#error("gguf-magic", "not a GGUF file: it does not start with the letters GGUF", {
        hint: "Choose a model file in the GGUF format.",
        at: 0,
      });
    }
    this.#at = 4;
    const version = this.#uint32();
    if (version !== 2 && version !== 3) {
      throw this.#error("gguf-version", `GGUF version ${version >>> 0} is not supported`, {
        hint: "Convert the model to GGUF version 3 (little-endian).",
        at: 4,
      });
    }
    const tensorCount = this.#count("tensors", 24);
    const entryCount = this.#count("metadata entries", 13);
    const metadata = new Map<string, GgufValue>();
    for (let i = 0; i < entryCount; i++) {
      const key = this.#string();
      metadata.set(key, this.#value(this.#uint32(), 0));
    }
    const tensors: GgufTensor[] = [];
    for (let i = 0; i < tensorCount; i++) tensors.push(this.#tensor());
    const alignment = Number(metadata.get("general.alignment") ?? 32);
    if (!Number.isInteger(alignment) || alignment <= 0) {
      throw this.#error("gguf-invalid", `general.alignment is ${alignment}, not a positive number`);
    }
    return { version, metadata, tensors, dataOffset: Math.ceil(this.#at / alignment) * alignment };
  }

  #tensor(): GgufTensor {
    const name = this.#string();
    const rank = this.#uint32();
    if (rank > 8) throw this.#error("gguf-invalid", `the tensor ${name} has ${rank} dimensions`);
    const dimensions: number[] = [];
    for (let d = 0; d < rank; d++) dimensions.push(this.#uint64());
    return { name, dimensions, type: this.#uint32(), offset: this.#uint64() };
  }

  #value(type: number, nesting: number): GgufValue {
    if (type === STRING) return this.#string();
    if (type === ARRAY) return this.#array(nesting);
    const reader = READERS[type];
    if (reader === undefined)
      throw this.#error("gguf-invalid", `unknown value type ${type}`, { at: this.#at - 4 });
    const at = this.#at;
    this.#take(reader.bytes);
    return reader.read(this.#view, at);
  }

  #array(nesting: number): GgufArray {
    const type = this.#uint32();
    if (nesting >= MAX_NESTING) throw this.#error("gguf-invalid", "lists are nested too deeply");
    if (type === STRING) return this.#repeat(8, () => this.#string());
    if (type === ARRAY) return this.#repeat(12, () => this.#array(nesting + 1));
    const reader = READERS[type];
    if (reader === undefined)
      throw this.#error("gguf-invalid", `unknown value type ${type}`, { at: this.#at - 4 });
    if (type === 7) return this.#repeat(1, () => this.#value(7, 0) as boolean);
    const length = this.#count("list entries", reader.bytes);
    const from = this.#at;
    this.#take(length * reader.bytes);
    // A copy: the numbers need not lie aligned in the file.
    const copy = this.#bytes.slice(from, this.#at).buffer;
    return new ARRAYS[type as keyof typeof ARRAYS](copy);
  }

  #repeat<T>(minBytes: number, read: () => T): T[] {
    const length = this.#count("list entries", minBytes);
    const list: T[] = [];
    for (let i = 0; i < length; i++) list.push(read());
    return list;
  }

  #string(): string {
    const length = this.#uint64();
    const from = this.#at;
    this.#take(length);
    return decodeText(this.#bytes, from, this.#at);
  }

  /// A number of things that take at least `minBytes` each: more than the file has room for means
  /// that the file is damaged, and must not be waited for.
  #count(what: string, minBytes: number): number {
    const at = this.#at;
    const count = this.#uint64();
    if (count * minBytes > this.#size) {
      throw this.#error("gguf-truncated", `the file names ${count} ${what}, more than it can hold`, { at });
    }
    return count;
  }

  #uint32(): number {
    const at = this.#at;
    this.#take(4);
    return this.#view.getUint32(at, true);
  }

  #uint64(): number {
    const at = this.#at;
    this.#take(8);
    return Number(this.#view.getBigUint64(at, true));
  }

  #take(bytes: number): void {
    const end = this.#at + bytes;
    if (end > this.#size) {
      throw this.#error("gguf-truncated", `the file ends (at byte ${this.#size}) inside its header`);
    }
    if (end > this.#bytes.length) throw NEED_MORE;
    this.#at = end;
  }

  #error(
    code: string,
    message: string,
    more: { readonly hint?: string; readonly at?: number } = {},
  ): InputError {
    return new InputError({
      code,
      severity: "error",
      message: `${this.#file}: ${message}`,
      location: { kind: "byte", file: this.#file, byteOffset: more.at ?? this.#at },
      hint: more.hint ?? "The file is damaged or was not downloaded completely: fetch it again.",
    });
  }
}

// Most of a vocabulary's hundreds of thousands of strings are a few ASCII bytes, which this reads
// faster than a decoder call.
function decodeText(bytes: Uint8Array, from: number, to: number): string {
  if (to - from > 24) return utf8DecodeLossy(bytes.subarray(from, to));
  let text = "";
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) return utf8DecodeLossy(bytes.subarray(from, to));
    text += String.fromCharCode(byte);
  }
  return text;
}
