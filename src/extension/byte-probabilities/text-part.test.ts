import assert from "node:assert/strict";
import { cutPart, planPart } from "./text-part.ts";

describe("planPart", () => {
  const check = (
    name: string,
    [length, from, to = from]: readonly number[],
    kept: number | undefined,
    expected: string,
  ) =>
    it(name, () => {
      const part = planPart({ length: length!, selection: { from: from!, to: to! } }, kept);
      const cut = part.isCut ? " cut" : "";
      assert.equal(`${part.scope} ${part.contextFrom} ${part.from}-${part.to}${cut}`, expected);
    });
  check("a short document as a whole", [1536, 700], undefined, "document 0 0-1536");
  check("an empty one", [0, 0], undefined, "document 0 0-0");
  check("a short one that is selected as a whole", [300, 0, 300], undefined, "document 0 0-300");
  check("around the cursor of a longer one", [9000, 5000], undefined, "window 3720 4232-5384");
  check("at its beginning", [9000, 10], undefined, "window 0 0-1152");
  check("at its end", [9000, 9000], undefined, "window 7720 8232-9000");
  check("what was shown, while the cursor is inside", [9000, 5000], 4100, "window 3588 4100-5252");
  check("another part where the cursor comes near its end", [9000, 5200], 4100, "window 3920 4432-5584");
  check("or its beginning", [9000, 4150], 4100, "window 2870 3382-4534");
  check("unless that is the document's", [9000, 3], 0, "window 0 0-1152");
  check("another part where the cursor is elsewhere", [9000, 100], 4100, "window 0 0-1152");
  check("a selection, with context", [9000, 5000, 5010], undefined, "selection 4488 5000-5010");
  check("the beginning of a long selection", [9000, 0, 8000], undefined, "selection 0 0-4096 cut");
  check("a long document that is selected as a whole", [9000, 0, 9000], undefined, "selection 0 0-4096 cut");
});

describe("cutPart", () => {
  const read = "aaaa\nbbbb\ncccc\ndddd";
  const check = (
    name: string,
    part: { from: number; to: number; contextFrom?: number; scope?: "window" | "selection" },
    options: { cursor: number; length?: number; keepFrom?: boolean; text?: string },
    expected: readonly [context: string, text: string, from: number, to: number],
  ) =>
    it(name, () => {
      const { context, text, from, to } = cutPart(
        options.text ?? read,
        { scope: "window", contextFrom: 0, isCut: false, ...part },
        { length: 100, keepFrom: false, ...options },
      );
      assert.deepEqual([context, text, from, to], expected);
    });
  check("begins and ends at lines", { from: 2, to: 17 }, { cursor: 7 }, ["aaaa\n", "bbbb\ncccc\n", 5, 15]);
  check("keeps the cursor", { from: 2, to: 17 }, { cursor: 3 }, ["aa", "aa\nbbbb\ncccc\n", 2, 15]);
  check("keeps the cursor at the end", { from: 2, to: 17 }, { cursor: 16 }, [
    "aaaa\n",
    "bbbb\ncccc\ndd",
    5,
    17,
  ]);
  check("keeps where it began", { from: 2, to: 17 }, { cursor: 7, keepFrom: true }, [
    "aa",
    "aa\nbbbb\ncccc\n",
    2,
    15,
  ]);
  check("ends with the document", { from: 5, to: 19 }, { cursor: 7, length: 19, keepFrom: true }, [
    "aaaa\n",
    "bbbb\ncccc\ndddd",
    5,
    19,
  ]);
  check("leaves a selection as it is", { from: 2, to: 7, scope: "selection" }, { cursor: 2 }, [
    "aa",
    "aa\nbb",
    2,
    7,
  ]);
  check(
    "counts from where it was read",
    { from: 102, to: 107, contextFrom: 100, scope: "selection" },
    { cursor: 102, length: 200 },
    ["aa", "aa\nbb", 102, 107],
  );
  // 😀 is two units.
  check("cuts no character in two", { from: 2, to: 5, scope: "selection" }, { cursor: 2, text: "a😀b😀" }, [
    "a",
    "😀b",
    1,
    4,
  ]);
  check(
    "nor where it was read from",
    { from: 2, to: 3, scope: "selection" },
    { cursor: 2, text: "\ude00ab" },
    ["a", "b", 2, 3],
  );
});
