import assert from "node:assert/strict";
import fc from "fast-check";
import { type WritableTensor, writeGguf } from "../../test/support/gguf-writer.ts";
import { InputError } from "../base/diagnostic.ts";
import { parseGgufHeader } from "./gguf-metadata.ts";
import { ggufFileBytes } from "./gguf-tensors.ts";

const tensor: WritableTensor = { name: "w", dimensions: [64, 2], type: 8, bytes: 136 };
const file = writeGguf(
  {
    "general.name": "tiny",
    count: 7,
    yes: true,
    texts: ["a", "é▁", "\ufeffmark", "x".repeat(40)],
    ints: Int32Array.of(-1, 2),
    floats: Float32Array.of(0.5),
  },
  [tensor],
);

describe("parseGgufHeader", () => {
  it("reads what a file says", () => {
    const header = parseGgufHeader(file, file.length, "f.gguf")!;
    assert.deepEqual(Object.fromEntries(header.metadata), {
      "general.name": "tiny",
      count: 7,
      yes: true,
      texts: ["a", "é▁", "\ufeffmark", "x".repeat(40)],
      ints: Int32Array.of(-1, 2),
      floats: Float32Array.of(0.5),
    });
    assert.deepEqual(header.tensors, [{ name: "w", dimensions: [64, 2], type: 8, offset: 0 }]);
    assert.equal(header.dataOffset % 32, 0);
    // 2 rows of 64 elements in blocks of 32 with 34 bytes each.
    assert.equal(ggufFileBytes(header), header.dataOffset + 136);
  });

  it("asks for more bytes until the header is whole", () => {
    const { dataOffset } = parseGgufHeader(file, file.length, "f.gguf")!;
    for (let length = 4; length < dataOffset - 32; length++) {
      assert.equal(parseGgufHeader(file.subarray(0, length), file.length, "f.gguf"), undefined);
    }
  });

  it("says where a file that is cut short ends", () => {
    const { dataOffset } = parseGgufHeader(file, file.length, "f.gguf")!;
    for (let length = 4; length < dataOffset - 32; length++) {
      const cut = file.subarray(0, length);
      assert.equal(
        codeOf(() => parseGgufHeader(cut, length, "f.gguf")),
        "gguf-truncated",
      );
    }
  });

  const check = (what: string, at: number, bytes: number[], code: string, offset: number) =>
    it(what, () => {
      const damaged = file.slice();
      damaged.set(bytes, at);
      assert.throws(
        () => parseGgufHeader(damaged, damaged.length, "f.gguf"),
        (error: InputError) => {
          assert.equal(error.diagnostics[0]!.code, code);
          assert.deepEqual(error.diagnostics[0]!.location, {
            kind: "byte",
            file: "f.gguf",
            byteOffset: offset,
          });
          return true;
        },
      );
    });
  check("not a GGUF file", 0, [0x50, 0x4b], "gguf-magic", 0);
  check("an old version", 4, [1], "gguf-version", 4);
  check("the other byte order", 4, [0, 0, 0, 3], "gguf-version", 4);
  check(
    "a number of tensors that no file could hold",
    8,
    [255, 255, 255, 255, 255, 255],
    "gguf-truncated",
    8,
  );
  check("a number of entries that no file could hold", 16, [255, 255, 255, 255], "gguf-truncated", 16);
  check("a key longer than the file", 24, [255, 255, 255, 255], "gguf-truncated", 32);
  // The first key is 12 bytes long; its value's type follows.
  check("an unknown value type", 44, [99], "gguf-invalid", 44);

  it("never fails otherwise, however it is damaged", () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.uint8Array({ maxLength: 9 }), (at, bytes) => {
        const damaged = file.slice();
        damaged.set(bytes.subarray(0, damaged.length - at), at);
        assert.notEqual(
          codeOf(() => parseGgufHeader(damaged, damaged.length, "f.gguf")),
          "other",
        );
      }),
      { numRuns: 2000 },
    );
  });
});

function codeOf(run: () => unknown): string {
  try {
    run();
    return "none";
  } catch (error) {
    return error instanceof InputError ? error.diagnostics[0]!.code : "other";
  }
}
