// Which token sequences count, and how much is looked for.

/// Whether the tokenizer makes a token is looked up for all but this share of the mass.
export const CANONICAL = { kind: "canonical", maxUnchecked: 1e-6 } as const;

/// With the target `all`: bytes before the place of which every token sequence counts (more, if a word or white space
/// goes on before them), and the share of the mass below which a sequence is dropped. So hardly anything is dropped,
/// and how far the answer can be off is known. Of more bytes so many would have to be dropped that nothing would be:
/// of 32, all but one thousandth at each, for as many evaluations and no smaller an error.
export const ALL_BYTES = 8;
export const ALL = { kind: "all", minShare: 1e-9, maxHeads: 256 } as const;
