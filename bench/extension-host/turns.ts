import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { PerformanceObserver, performance } from "node:perf_hooks";

/// What a thread did in some time.
export interface Turns {
  readonly count: number;
  /// What the longest turns of its event loop computed, in milliseconds, from long to short, without the time that
  /// garbage collection took in them.
  readonly longest: readonly number[];
  /// The longest collection of garbage, which any code may bring about.
  readonly longestCollection: number;
}

interface Turn {
  readonly from: number;
  readonly to: number;
  readonly computed: number;
}

/// Turns shorter than this are only counted.
const SHORT_MILLIS = 1;

/// What this thread computes in each turn of its event loop while `work` lasts. Of a turn's time by the clock and the
/// thread's CPU time the shorter one counts: the clock goes on while other processes have the CPU, and the system books
/// CPU time in ticks of some milliseconds. Needs Node >= 23.9, which code-server has.
export async function turnsDuring(work: () => Promise<unknown>): Promise<Turns> {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  assert.ok(threadCpuUsage, "process.threadCpuUsage is missing: run this bench in code-server (--web)");
  const cpuMillis = () => {
    const { user, system } = threadCpuUsage.call(process);
    return (user + system) / 1000;
  };
  const collections: { startTime: number; duration: number }[] = [];
  const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()));
  observer.observe({ entryTypes: ["gc"] });
  const turns: Turn[] = [];
  let count = 0;
  let isOver = false;
  let from = performance.now();
  let cpu = cpuMillis();
  const turn = () => {
    const to = performance.now();
    const cpuNow = cpuMillis();
    const computed = Math.min(to - from, cpuNow - cpu);
    count++;
    if (computed >= SHORT_MILLIS) turns.push({ from, to, computed });
    from = to;
    cpu = cpuNow;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isOver = true;
  // The observer is told of collections some time later.
  await new Promise((resolve) => setTimeout(resolve, 200));
  observer.disconnect();
  const longest = turns
    .map((each) => {
      const within = collections.filter(({ startTime }) => startTime >= each.from && startTime < each.to);
      return Math.max(0, each.computed - within.reduce((sum, { duration }) => sum + duration, 0));
    })
    .sort((a, b) => b - a);
  return { count, longest, longestCollection: Math.max(0, ...collections.map(({ duration }) => duration)) };
}

export function printTurns(name: string, { count, longest, longestCollection }: Turns): void {
  const over = longest.filter((millis) => millis > 5).length;
  const shown = longest.slice(0, 4).map((millis) => millis.toFixed(1));
  print(
    `      ${name}: ${count} turns, ${over} over 5 ms, longest ${shown.join(", ")} ms; ` +
      `longest garbage collection ${longestCollection.toFixed(1)} ms`,
  );
}

/// Prints a line where the tests print.
function print(line: string): void {
  const file = process.env.TOKENSIEVE_TEST_OUTPUT;
  if (file === undefined) console.log(line);
  else appendFileSync(file, `${line}\n`);
}
