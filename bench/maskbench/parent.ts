import { type ChildProcess, fork } from "node:child_process";
import type { BenchEngineName } from "./bench-engine.ts";
import type { BenchSchema } from "./dataset.ts";
import type { SchemaOutcome } from "./outcome.ts";

interface Answer {
  readonly ready?: true;
  readonly outcome?: SchemaOutcome;
  readonly memory: number;
}

/// Runs schemas in a child process of one engine; a child that takes too long or dies is replaced.
export class BenchRun {
  readonly outcomes: SchemaOutcome[] = [];
  readonly memory = { peak: 0, base: 0 };
  readonly #engine: BenchEngineName;
  readonly #childFile: string;
  readonly #timeoutMs: number;
  #child: ChildProcess | undefined;

  constructor(engine: BenchEngineName, childFile: string, timeoutMs: number) {
    this.#engine = engine;
    this.#childFile = childFile;
    this.#timeoutMs = timeoutMs;
  }

  get engine(): BenchEngineName {
    return this.#engine;
  }

  async run(schema: BenchSchema): Promise<SchemaOutcome> {
    this.#child ??= await this.#start();
    const answer = await this.#ask(this.#child, schema);
    const failed = (kind: "timeout" | "crash", detail: string): SchemaOutcome => {
      this.stop();
      return { id: schema.id, kind, detail, masks: [], accepts: [], disagreements: 0 };
    };
    const outcome =
      answer === "timeout"
        ? failed("timeout", `over ${this.#timeoutMs} ms`)
        : typeof answer === "string"
          ? failed("crash", answer)
          : answer.outcome!;
    if (typeof answer !== "string") this.memory.peak = Math.max(this.memory.peak, answer.memory);
    this.outcomes.push(outcome);
    return outcome;
  }

  stop(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  async #start(): Promise<ChildProcess> {
    // XGrammar prints its warnings to both streams.
    const child = fork(this.#childFile, [this.#engine], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const answer = await new Promise<Answer>((resolve, reject) => {
      child.once("message", (message) => resolve(message as Answer));
      child.once("exit", (code) => reject(new Error(`the child of ${this.#engine} ended with ${code}`)));
    });
    child.removeAllListeners("exit");
    this.memory.base = answer.memory;
    return child;
  }

  /// The answer, or "timeout", or how the child ended.
  #ask(child: ChildProcess, schema: BenchSchema): Promise<Answer | string> {
    return new Promise((resolve) => {
      const finish = (answer: Answer | string) => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(answer);
      };
      const timer = setTimeout(() => finish("timeout"), this.#timeoutMs);
      child.once("message", (message) => finish(message as Answer));
      child.once("exit", (code, signal) => finish(`ended with ${signal ?? code}`));
      child.once("error", (error) => finish(String(error)));
      child.send(schema);
    });
  }
}
