/// Weights of a product that are tried: its members' shares, and how sure it is together. With `sharpness` 1
/// it is what generative fusion decoding adds up, normalised.
export interface Exponents {
  readonly share: number;
  readonly sharpness: number;
}

export const EQUAL: Exponents = { share: 0.5, sharpness: 1 };

export const GRID: readonly Exponents[] = [1, 1.1, 1.2, 1.4].flatMap((sharpness) =>
  [0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((share) => ({ share, sharpness })),
);

export function weightsOf({ share, sharpness }: Exponents): readonly [number, number] {
  return [share * sharpness, (1 - share) * sharpness];
}
