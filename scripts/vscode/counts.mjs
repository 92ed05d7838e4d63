// What a run of mocha came to, as the reporter leaves it in a file for the next script.
import { existsSync, readFileSync } from "node:fs";

/// The counts in `file`, or undefined when the run ended before it could write them.
export function readCounts(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/// The exit status of a run with these counts: 1 for any failure, for no test at all, or for no counts.
export function statusOf(counts) {
  return counts !== undefined && counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}
