import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const root = process.env.TOKENSIEVE_ROOT!;
export const cli = join(root, "dist/cli.mjs");

export interface CliRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /// stdout as JSON.
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on its members
  json(): any;
}

/// Runs the built command line as a user would.
export function tokensieve(args: readonly string[], stdin = ""): Promise<CliRun> {
  if (!existsSync(cli)) throw new Error("dist/cli.mjs is missing: run npm run build first");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (status) =>
      resolve({ status: status ?? -1, stdout, stderr, json: () => JSON.parse(stdout) }),
    );
    child.stdin.end(stdin);
  });
}

/// A folder of files for one suite, removed after it.
export function fixtureFolder(): {
  path(name: string): string;
  write(name: string, content: string | Uint8Array): string;
} {
  const folder = mkdtempSync(join(tmpdir(), "tokensieve-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
  };
}
