import { toHex } from "../base/bytes.ts";
import { InputError } from "../base/diagnostic.ts";

/// The error for a byte that cannot come at `byteOffset`. `who`: what cannot give it.
export function unreachable(who: string, byte: number, byteOffset: number, hint: string): InputError {
  const spelled = byte > 0x20 && byte < 0x7f ? ` ("${String.fromCharCode(byte)}")` : "";
  return new InputError({
    code: "bytes-unreachable",
    severity: "error",
    message: `${who} gives byte 0x${toHex(Uint8Array.of(byte))}${spelled} no probability at byte ${byteOffset}`,
    location: { kind: "byte", byteOffset },
    hint,
  });
}
