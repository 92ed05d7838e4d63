// A throw-away place for one run of tests: a copy of the sample workspace, and folders for VS Code's own data.
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { root } from "../bundles.mjs";

/// Copies `sample` (a folder of this repository) to `workspace`, in a new temporary folder `dir`.
/// `env` sends VS Code's own sockets and temporary files there too, so that `remove` leaves nothing behind.
export async function temporaryWorkspace(sample = "test/workspace") {
  const dir = await mkdtemp(join(tmpdir(), "sieve-"));
  const workspace = join(dir, basename(sample));
  await cp(join(root, sample), workspace, { recursive: true });
  const tmp = join(dir, "t");
  await mkdir(tmp);
  return {
    dir,
    workspace,
    // macOS's temporary folders are so deep that a socket's path below one would be too long (104 bytes).
    env: process.platform === "linux" ? { TMPDIR: tmp, XDG_RUNTIME_DIR: tmp } : {},
    remove: () => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}
