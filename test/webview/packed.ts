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
    return { [KEY]: btoa(binary), type: Object.prototype.toString.call(value).slice(8, -1) };
  });
}

export function unpack(packed: string): unknown {
  return JSON.parse(packed, (_, value) => {
    if (typeof value?.[KEY] !== "string") return value;
    const bytes = Uint8Array.from(atob(value[KEY]), (char) => char.charCodeAt(0));
    const { buffer } = bytes;
    switch (value.type) {
      case "Uint32Array":
        return new Uint32Array(buffer);
      case "Int32Array":
        return new Int32Array(buffer);
      case "Float64Array":
        return new Float64Array(buffer);
      default:
        return bytes;
    }
  });
}
