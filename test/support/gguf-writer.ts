/// A value of GGUF metadata to write; plain numbers are written as uint32.
export type WritableValue =
  | string
  | number
  | boolean
  | { readonly float32: number }
  | Int32Array
  | Float32Array
  | readonly string[];

/// A tensor to write: all of its bytes are zero, unless it has values.
export interface WritableTensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly type: number;
  readonly bytes: number;
  readonly values?: Float32Array;
}

/// The bytes of a GGUF file (version 3).
export function writeGguf(
  metadata: Readonly<Record<string, WritableValue>>,
  tensors: readonly WritableTensor[] = [],
): Uint8Array {
  const parts: Buffer[] = [];
  const uint32 = (n: number): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(n);
    parts.push(bytes);
  };
  const uint64 = (n: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(n));
    parts.push(bytes);
  };
  const text = (value: string): void => {
    const bytes = Buffer.from(value);
    uint64(bytes.length);
    parts.push(bytes);
  };
  const list = (type: number, length: number): void => {
    uint32(9);
    uint32(type);
    uint64(length);
  };

  parts.push(Buffer.from("GGUF"));
  uint32(3);
  uint64(tensors.length);
  const entries = Object.entries(metadata);
  uint64(entries.length);
  for (const [key, value] of entries) {
    text(key);
    if (typeof value === "string") {
      uint32(8);
      text(value);
    } else if (typeof value === "number") {
      uint32(4);
      uint32(value);
    } else if (typeof value === "boolean") {
      uint32(7);
      parts.push(Buffer.from([value ? 1 : 0]));
    } else if (value instanceof Int32Array) {
      list(5, value.length);
      parts.push(Buffer.from(value.buffer));
    } else if (value instanceof Float32Array) {
      list(6, value.length);
      parts.push(Buffer.from(value.buffer));
    } else if ("float32" in value) {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(value.float32);
      uint32(6);
      parts.push(bytes);
    } else {
      list(8, value.length);
      for (const item of value) text(item);
    }
  }
  let offset = 0;
  for (const tensor of tensors) {
    text(tensor.name);
    uint32(tensor.dimensions.length);
    for (const n of tensor.dimensions) uint64(n);
    uint32(tensor.type);
    uint64(offset);
    offset += Math.ceil(tensor.bytes / 32) * 32;
  }
  const header = Buffer.concat(parts);
  const dataOffset = Math.ceil(header.length / 32) * 32;
  const out = new Uint8Array(tensors.length === 0 ? header.length : dataOffset + offset);
  out.set(header);
  let at = dataOffset;
  for (const { values, bytes } of tensors) {
    if (values) out.set(new Uint8Array(values.buffer), at);
    at += Math.ceil(bytes / 32) * 32;
  }
  return out;
}
