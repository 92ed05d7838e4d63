// Where the scripts keep what they download or install once, for all checkouts.
import { homedir } from "node:os";
import { join } from "node:path";

function userCache() {
  switch (process.platform) {
    case "darwin":
      return join(homedir(), "Library/Caches");
    case "win32":
      return process.env.LOCALAPPDATA ?? join(homedir(), "AppData/Local");
    default:
      return process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  }
}

/// Not inside the checkout: VS Code takes every theme below an extension under development for that
/// extension's own, its built-in ones too, and switches to the first of them.
export const cacheDir = process.env.TOKENSIEVE_CACHE || join(userCache(), "tokensieve");
