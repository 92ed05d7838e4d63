// Pictures of the token panel in themes and widths:  node test/webview/screenshots.mjs BUILT-FOLDER OUT-FOLDER
import { mkdir } from "node:fs/promises";
import { launchChromium } from "../../scripts/vscode/chromium.mjs";
import { serveFolder } from "./serve.mjs";

const [built, out] = process.argv.slice(2);
if (built === undefined || out === undefined) {
  console.error("usage: node test/webview/screenshots.mjs BUILT-FOLDER OUT-FOLDER");
  process.exit(2);
}

const code = `import { readFile } from "node:fs/promises";

/// Reads a file, or says why not.
export async function read(path: string): Promise<string> {
\ttry {
\t\treturn await readFile(path, "utf8");
\t} catch (error) {
\t\tthrow new Error(\`cannot read \${path}\`, { cause: error });
\t}
}
`;
const mixed = `Hello, world! naïve café — “quotes” …
日本語のテキスト、한국어, العربية, हिन्दी
😀 👨‍👩‍👧 🏳️‍🌈 ₿ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ꙮ ⠓⠑
tab\there, nbsp\u00a0here, zero\u200bwidth, bom\ufeff
trailing spaces   \r
\r
    indented by four
${"=".repeat(120)}
x=1;y=2;z=${"3".repeat(40)}
`;

await mkdir(out, { recursive: true });
const server = await serveFolder(built);
const browser = await launchChromium();
try {
  for (const theme of ["dark-modern", "light-modern", "hc-dark", "hc-light"]) {
    for (const [width, height] of [
      [170, 500],
      [200, 500],
      [320, 600],
      [800, 420],
    ]) {
      const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 2 });
      page.on("pageerror", (error) => console.error(error));
      await page.goto(`${server.url}/page.html`);
      await page.waitForFunction("window.harness");
      await page.evaluate((name) => window.harness.setTheme(name), theme);
      const panel = page.frameLocator("iframe");
      for (const [name, text] of [
        ["code", code],
        ["mixed", mixed],
      ]) {
        await page.evaluate((text) => window.harness.tell({ kind: "open", name: "sample.ts", text }), text);
        await panel.locator(".row .t.h5").first().waitFor();
        await page.evaluate(
          (at) => window.harness.tell({ kind: "select", range: { from: at, to: at } }),
          name === "code" ? 8 : text.indexOf("₿"),
        );
        await panel.locator(".t.lit").first().waitFor();
        await page.screenshot({ path: `${out}/${name}-${theme}-${width}.png` });
      }
      await page.close();
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
