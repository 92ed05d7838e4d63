// The WASM instance inside a worker. Its module keeps memory and output to itself, so this file
// puts itself between the module and the two globals it uses, before it is loaded: the console it
// prints to and WebAssembly.instantiate.

import { utf8Decode } from "../../base/bytes.ts";

const output: string[] = [];
const keep = (...parts: unknown[]) => {
  // A run of warnings must not fill the memory.
  if (output.length < 1000) output.push(parts.join(" "));
};
console.log = keep;
console.error = keep;

/// Takes what the engine printed since the last call, one entry a line.
export function takeOutput(): string[] {
  return output.splice(0);
}

// The parts of WebAssembly used here; this room compiles without the DOM's types, which have it.
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface InstantiatedSource {
  readonly instance: { readonly exports: Readonly<Record<string, unknown>> };
}
declare const WebAssembly: {
  readonly Memory: new () => Memory;
  instantiate(...args: unknown[]): Promise<InstantiatedSource>;
};

let memory: Memory | undefined;
let limit = Number.POSITIVE_INFINITY;
let limitHit = false;

const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (...args) => {
  const source = await instantiate(...args);
  for (const value of Object.values(source.instance.exports)) {
    if (value instanceof WebAssembly.Memory) memory = guarded(value);
  }
  return source;
};

// The module grows its memory by this method only, and takes an exception for "out of memory".
function guarded(memory: Memory): Memory {
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * 65536 > limit) {
      limitHit = true;
      throw new RangeError("memory budget exceeded");
    }
    return grow(pages);
  };
  return memory;
}

export function memoryBytes(): number {
  return memory?.buffer.byteLength ?? 0;
}

/// From now on memory grows to `bytes` at most.
export function limitMemory(bytes: number): void {
  limit = bytes;
  limitHit = false;
}

/// An allocation was refused since `limitMemory`.
export function memoryLimitHit(): boolean {
  return limitHit;
}

/// What a failure of the engine says. C++ exceptions arrive as the address of a std::runtime_error:
/// its message's address is the second word.
export function errorText(error: unknown): string {
  if (typeof error !== "number" || !memory) return String(error);
  const bytes = new Uint8Array(memory.buffer);
  const words = new Uint32Array(memory.buffer);
  const from = words[(error >>> 2) + 1] ?? 0;
  const to = bytes.indexOf(0, from);
  const text = from > 0 && to > from && to - from < 10_000 ? utf8Decode(bytes.slice(from, to)) : undefined;
  return text ?? `C++ exception ${error}`;
}
