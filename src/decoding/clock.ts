// The pure rooms compile without DOM or Node types; both hosts have this clock.
declare const performance: { now(): number };
declare function setImmediate(callback: () => void): unknown;

/// Microseconds since an arbitrary start.
export function micros(): number {
  return performance.now() * 1000;
}

/// Resolves when all that has happened meanwhile was told to whom it concerns.
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
