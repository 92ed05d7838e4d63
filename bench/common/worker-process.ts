import { type ChildProcess, fork } from "node:child_process";

/// Answers tasks in a child process, so that one that hangs or kills the child stops nothing else: the
/// next task gets a new child. The child sends `{ ready: true }` once, and then an answer a task.
export class WorkerProcess<Task extends object, Answer> {
  readonly #file: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  constructor(file: string, args: readonly string[]) {
    this.#file = file;
    this.#args = args;
  }

  /// The answer, or "timeout", or how the child ended.
  async ask(task: Task, timeoutMs: number): Promise<Answer | string> {
    this.#child ??= await this.#start();
    const child = this.#child;
    const answer = await new Promise<Answer | string>((resolve) => {
      const finish = (result: Answer | string) => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(result);
      };
      const timer = setTimeout(() => finish("timeout"), timeoutMs);
      child.once("message", (message) => finish(message as Answer));
      child.once("exit", (code, signal) => finish(`ended with ${signal ?? code}`));
      child.once("error", (error) => finish(String(error)));
      child.send(task);
    });
    if (typeof answer === "string") this.stop();
    return answer;
  }

  stop(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  async #start(): Promise<ChildProcess> {
    // XGrammar prints its warnings to both streams.
    const stderr = process.env.TOKENSIEVE_BENCH_ERRORS === undefined ? "ignore" : "inherit";
    const child = fork(this.#file, this.#args, {
      serialization: "advanced",
      stdio: ["ignore", "ignore", stderr, "ipc"],
    });
    await new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("exit", (code) => reject(new Error(`${this.#file} ended with ${code}`)));
    });
    child.removeAllListeners();
    return child;
  }
}
