// Installs this checkout into a VS Code as an extension, by a link.
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../bundles.mjs";

/// Makes the checkout an installed extension of the VS Code whose extensions are in `extensionsDir`.
/// An extension under development would do for tests, but a served VS Code accepts one only with its smoke test
/// driver, which also keeps notifications from showing. Uninstalling it there removes the link alone.
export async function linkExtension(extensionsDir) {
  const { publisher, name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const id = `${publisher}.${name}`;
  const link = join(extensionsDir, id);
  await mkdir(extensionsDir, { recursive: true });
  await rm(link, { force: true, recursive: true });
  await symlink(root, link, "junction");

  // The list of what is installed; VS Code looks at no folder that is not in it once it exists.
  const list = join(extensionsDir, "extensions.json");
  const others = existsSync(list)
    ? JSON.parse(await readFile(list, "utf8")).filter((entry) => entry.identifier.id !== id)
    : [];
  const entry = {
    identifier: { id },
    version,
    location: { $mid: 1, path: decodeURIComponent(pathToFileURL(link).pathname), scheme: "file" },
    relativeLocation: id,
  };
  await writeFile(list, JSON.stringify([...others, entry]));
  // What was uninstalled before, and would be taken away again.
  await rm(join(extensionsDir, ".obsolete"), { force: true });
}
