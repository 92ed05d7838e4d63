/// An exact decimal number: `unscaled` / 10^`scale`, scale ≥ 0, without trailing zeros in the fraction.
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/// Reads a number as JSON and JavaScript write it (`-1.50`, `1e-7`). A JavaScript number stands for its
/// shortest decimal spelling, which is what the schema's author wrote. Undefined if it is none, or its
/// exponent is beyond all use.
///
/// `decimal(0.1)` is `{ unscaled: 1n, scale: 1 }`.
export function decimal(value: number | string): Decimal | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(String(value));
  if (!match) return undefined;
  const [, sign, whole, fraction = "", exponent = "0"] = match;
  const shift = Number(exponent);
  if (Math.abs(shift) > 400) return undefined;
  let unscaled = BigInt(whole! + fraction);
  let scale = fraction.length - shift;
  if (scale < 0) {
    unscaled *= 10n ** BigInt(-scale);
    scale = 0;
  }
  while (scale > 0 && unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale--;
  }
  return { unscaled: sign === "-" ? -unscaled : unscaled, scale };
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [scaled(a, scale), scaled(b, scale)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/// `d` × 10^`scale`, for a scale that is at least its own.
export function scaled(d: Decimal, scale: number): bigint {
  return d.unscaled * 10n ** BigInt(scale - d.scale);
}

export function negated({ unscaled, scale }: Decimal): Decimal {
  return { unscaled: -unscaled, scale };
}

/// The whole number below or at `d`.
export function floor(d: Decimal): bigint {
  const unit = 10n ** BigInt(d.scale);
  const quotient = d.unscaled / unit;
  return d.unscaled < 0n && d.unscaled % unit !== 0n ? quotient - 1n : quotient;
}

/// The digits of the fraction of a non-negative number, without trailing zeros.
export function fractionDigits(d: Decimal): string {
  if (d.scale === 0) return "";
  return (d.unscaled % 10n ** BigInt(d.scale)).toString().padStart(d.scale, "0").replace(/0+$/, "");
}

/// Plain notation, without an exponent.
export function decimalText(d: Decimal): string {
  const magnitude = d.unscaled < 0n ? negated(d) : d;
  const fraction = fractionDigits(magnitude);
  return `${d.unscaled < 0n ? "-" : ""}${floor(magnitude)}${fraction === "" ? "" : `.${fraction}`}`;
}
