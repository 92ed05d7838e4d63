// Which token sequences count, and how much is looked for.

/// Whether the tokenizer makes a token is looked up for all but this share of the mass.
export const CANONICAL = { kind: "canonical", maxUnchecked: 1e-6 } as const;

/// With the target `all`: bytes before the place of which every token sequence counts, and the share of the mass
/// below which a sequence is dropped. More take seconds and change nothing that one sees.
export const ALL_BYTES = 32;
export const ALL = { kind: "all", minShare: 1e-3, maxHeads: 64 } as const;
