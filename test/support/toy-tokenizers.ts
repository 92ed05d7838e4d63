import { toyBpe } from "../../src/bytes/testing/toy-bpe.ts";

/// Merges letters to words.
export const LETTERS = toyBpe({
  alphabet: "abc",
  merges: [
    ["a", "b"],
    ["b", "c"],
    ["ab", "c"],
    ["c", "a"],
    ["abc", "a"],
  ],
  split: { kind: "none" },
});

/// Splits text as GPT-2 does; of `é`, bytes.
export const SPACED = toyBpe({
  alphabet: "ab é",
  merges: [
    [" ", "a"],
    ["a", "b"],
    [" a", "b"],
    ["b", "b"],
    [" ", " "],
  ],
  split: { kind: "gpt2" },
});
