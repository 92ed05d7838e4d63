import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cli, root, tokensieve } from "./run-cli.ts";

// Text that goes on for as long as one lets it.
const ENDLESS = ["ensemble", "--prompt", "a", "--max-bytes", "1000000", "--gpu", "cpu"];

describe("how the command line ends", () => {
  /// Ends a run after its first output, and tells how it ended and what it said.
  const endedBy = async (end: (child: ReturnType<typeof start>) => void, args: readonly string[]) => {
    const child = start(args);
    let stderr = "";
    let stdout = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.stdout.setEncoding("utf8").on("data", (text) => {
      if (stdout === "") end(child);
      stdout += text;
    });
    const [status, signal] = await once(child, "close");
    return { status, signal, stdout, stderr };
  };
  const start = (args: readonly string[]) =>
    spawn(process.execPath, [cli, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });

  it("quietly, as other tools do, where nobody reads on", async () => {
    for (const args of [
      ENDLESS,
      ["tokenize", "--tokenizer", "tokensieve-mini", "--json", "README.md"],
      ["bytes", "--prompt", "a"],
      ["--help"],
    ]) {
      const child = start(args);
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (text) => {
        stderr += text;
      });
      // `head -0`: closed before anything is written.
      child.stdout.destroy();
      const [status] = await once(child, "close");
      assert.deepEqual([status, stderr], [141, ""], args.join(" "));
    }
  });

  it("in the middle of a text that nobody reads on", async () => {
    const { status, stderr } = await endedBy((child) => child.stdout.destroy(), ENDLESS);
    assert.deepEqual([status, stderr], [141, ""]);
  });

  it("with 130 where it is interrupted", async () => {
    const { status, signal, stdout, stderr } = await endedBy((child) => child.kill("SIGINT"), ENDLESS);
    assert.deepEqual([status, signal], [130, null]);
    assert.notEqual(stdout, "");
    assert.equal(stderr, "\ninterrupted\n");
  });

  it("with nothing half where it is interrupted before it has its one answer", async () => {
    const child = spawn(process.execPath, [cli, "score", "-", "--gpu", "cpu", "--json"], { cwd: root });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    // More than it scores in minutes.
    child.stdin.end("const a = 1;\n".repeat(100_000), () => child.kill("SIGINT"));
    const [status, signal] = await once(child, "close");
    assert.ok(status === 130 || signal === "SIGINT", "it may not listen yet");
    assert.equal(stdout, "");
  });

  it("with 0 where all was read", async () => {
    const { status, stderr } = await tokensieve(["--help"]);
    assert.deepEqual([status, stderr], [0, ""]);
  });
});
