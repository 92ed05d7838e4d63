// The pure rooms compile without DOM or Node types; both hosts have this clock.
declare const performance: { now(): number };

/// Microseconds since an arbitrary start.
export function micros(): number {
  return performance.now() * 1000;
}
