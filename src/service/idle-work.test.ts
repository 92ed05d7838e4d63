import assert from "node:assert/strict";
import { IdleWork } from "./idle-work.ts";

describe("idle work", () => {
  it("is done between requests, a slice at a time, in order", async () => {
    const idle = new IdleWork();
    const log: string[] = [];
    let left = 3;
    idle.begin();
    const done = new Promise<void>((resolve) => {
      idle.add(() => {
        log.push(`a${left--}`);
        // A request comes and goes: the work goes on behind it.
        if (left === 1) {
          idle.begin();
          setImmediate(() => {
            log.push("request");
            idle.end();
          });
        }
        return left === 0;
      });
      idle.add(() => {
        log.push("b");
        resolve();
        return true;
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(log, [], "a request is under way");
    idle.end();
    // The work's own timers keep no process alive.
    const alive = setInterval(() => {}, 1000);
    await done;
    clearInterval(alive);
    assert.deepEqual(log, ["a3", "a2", "request", "a1", "b"]);
  });
});
