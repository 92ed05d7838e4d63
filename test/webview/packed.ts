// Messages with typed arrays as strings, for a channel that takes JSON alone.

const KEY = "$bytes";

export function pack(message: unknown): string {
  return JSON.stringify(message, (_, value) => {
    if (!ArrayBuffer.isView(value)) return value;
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    let binary = "";
    for (let i = 0; i < bytes.length; i += 8192)
      binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
    // Not `instanceof`: arrays of a frame are of another realm.
    return { [KEY]: btoa(binary), words: (value as Uint8Array | Uint32Array).BYTES_PER_ELEMENT === 4 };
  });
}

export function unpack(packed: string): unknown {
  return JSON.parse(packed, (_, value) => {
    if (typeof value?.[KEY] !== "string") return value;
    const bytes = Uint8Array.from(atob(value[KEY]), (char) => char.charCodeAt(0));
    return value.words ? new Uint32Array(bytes.buffer) : bytes;
  });
}
