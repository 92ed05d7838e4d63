import type { ExpressionKind } from "../ir.ts";

/// What a kind of expression is in a key or a hash.
export const KINDS: Readonly<Record<ExpressionKind, number>> = {
  empty: 1,
  nothing: 2,
  literal: 3,
  characters: 4,
  bytes: 5,
  sequence: 6,
  choice: 7,
  repeat: 8,
  rule: 9,
  intersection: 10,
  complement: 11,
  token: 12,
  unordered: 13,
};
