// The browser that shows code-server to the tests.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const usual = {
  linux: [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/snap/bin/chromium",
  ],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  win32: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
  ],
};

function findChromium() {
  const named = process.env.TOKENSIEVE_CHROMIUM;
  const candidates =
    named === undefined ? [...(usual[process.platform] ?? []), chromium.executablePath()] : [named];
  const found = candidates.find((file) => existsSync(file));
  if (found === undefined) {
    throw new Error(
      named === undefined
        ? "No Chromium or Chrome was found. Install one (Debian and Ubuntu: apt-get install chromium; " +
            "elsewhere: npx playwright-core install chromium), or set TOKENSIEVE_CHROMIUM to its path."
        : `TOKENSIEVE_CHROMIUM names ${named}, which does not exist.`,
    );
  }
  return found;
}

const options = () => ({
  executablePath: findChromium(),
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

/// A headless browser.
export const launchChromium = () => chromium.launch(options());

/// A headless browser that other processes connect to, by `wsEndpoint()`.
export const launchChromiumServer = () => chromium.launchServer({ ...options(), host: "127.0.0.1" });
