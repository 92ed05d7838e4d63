import type { Random } from "../../src/decoding/random.ts";

/// A whole number from 0 to `end` - 1.
export function below(random: Random, end: number): number {
  return Math.floor(random.next() * end);
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[below(random, list.length)]!;
}

export function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}

export function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
