// The pictures of the documentation, taken of the sample workspace. Started by scripts/screenshots.mjs.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Theme, Workbench } from "./driver.ts";

interface Picture {
  readonly name: string;
  readonly theme: Theme;
  readonly width?: number;
  readonly height?: number;
  /// Leads the window to what the picture shows.
  readonly show: (workbench: Workbench) => Promise<void>;
}

/// A JSON file whose schema leaves few values, with a completion on offer beside the Tokens view.
async function completionUnderSchema(workbench: Workbench): Promise<void> {
  await tokensOf(workbench, "service.json");
  await workbench.goTo(16, 17);
  await workbench.type('"');
  await workbench.ghostText();
}

/// A query that goes on under the grammar which the workspace's settings map SQL to.
async function completionUnderGrammar(workbench: Workbench): Promise<void> {
  await workbench.openFile("query.sql");
  await workbench.goTo(4, 7);
  await workbench.type("customer.");
  await workbench.ghostText();
}

async function tokensOf(workbench: Workbench, file: string): Promise<void> {
  await workbench.openFile(file);
  await workbench.runCommand("Tokensieve: Show Tokens");
  await (await workbench.webview(".t")).locator(".t:not(.pending)").first().waitFor();
  await workbench.openFile(file);
}

async function tokens(workbench: Workbench): Promise<void> {
  await tokensOf(workbench, "tokens.txt");
  await workbench.goTo(6, 3);
  await (await workbench.webview(".t")).locator(".lit").first().waitFor();
}

/// A grammar with a misspelt rule, and what is said about it.
async function grammarFile(workbench: Workbench): Promise<void> {
  await workbench.openFile("calculator.lark");
  await workbench.goTo(4, 25);
  await workbench.type("m");
  await workbench.press("Escape");
  await workbench.activeEditor().locator(".squiggly-error").first().waitFor();
  await workbench.goTo(4, 23);
  await workbench.runCommand("Show or Focus Hover");
  await workbench.page.locator(".monaco-hover", { hasText: "did you mean" }).first().waitFor();
}

/// What both engines make of a grammar and its examples.
async function comparison(workbench: Workbench): Promise<void> {
  for (const name of ["conventional-commit.ebnf", "examples.json"]) {
    const file = join(process.env.TOKENSIEVE_ROOT ?? ".", "grammars/conventional-commit", name);
    await workbench.writeFile(`commit/${name}`, await readFile(file, "utf8"));
  }
  await compareOn(workbench, "commit/conventional-commit.ebnf");
}

/// What one engine refuses, with links to the places.
async function refusal(workbench: Workbench): Promise<void> {
  await compareOn(workbench, "calculator.lark");
}

async function compareOn(workbench: Workbench, file: string): Promise<void> {
  await workbench.openFile(file);
  await workbench.runCommand("View: Toggle Primary Side Bar Visibility");
  await workbench.runCommand("Tokensieve: Compare Engines…");
  // The texts that are ticked, and the first tokenizer.
  await workbench.page.locator(".quick-input-list", { hasText: "Type a Text" }).waitFor();
  await workbench.quickInput().press("Enter");
  await workbench.page.locator(".quick-input-list", { hasText: "o200k_base" }).waitFor();
  await workbench.quickInput().press("Enter");
  // Away from the buttons, which would show their tips.
  await workbench.page.mouse.move(400, 600);
  await (await workbench.webview(".verdict")).locator(".verdict").waitFor();
  await workbench.page.locator(".notification-list-item").waitFor({ state: "hidden" });
}

/// A text under the document's schema in the Mask Explorer, and why a token is refused behind it.
async function maskExplorer(workbench: Workbench): Promise<void> {
  await workbench.openFile("service.json");
  await workbench.runCommand("View: Toggle Primary Side Bar Visibility");
  await workbench.runCommand("Tokensieve: Open Mask Explorer");
  const view = await workbench.webview(".strip");
  await view.locator(".list .row").first().waitFor();
  await view.locator("vscode-dropdown").click();
  await view.locator("vscode-option", { hasText: "o200k_base" }).click();
  await view.locator("textarea").fill('{"name": "store", "endpoints": [{"path": "/", "method": "P');
  await view.locator(".state-line", { hasText: "after 19 of 19" }).waitFor();
  await view.locator("button.filter", { hasText: /^All / }).click();
  await view.locator("vscode-text-field input").fill("UTE");
  await view.locator(".list .row.token", { hasText: /^✕UTE5/ }).click();
  await view.locator(".why .verdict").waitFor();
}

/// What surprises the model in a text, and the hover over one character.
async function heatMap(workbench: Workbench): Promise<void> {
  await workbench.openFile("list.ts");
  await workbench.runCommand("View: Toggle Primary Side Bar Visibility");
  await workbench.runCommand("Tokensieve: Toggle Surprise Heat Map");
  await workbench.page.locator(".statusbar-item", { hasText: /^\s*\d+\.\d+ bits\/byte$/ }).waitFor();
  await workbench.goTo(8, 10);
  // Away from the text: under a key for commands, words are links.
  await workbench.page.mouse.move(900, 450);
  await workbench.runCommand("Show or Focus Hover");
  await workbench.page.locator(".monaco-hover", { hasText: "probability" }).first().waitFor();
}

/// What may come in the middle of a word that has a token, under the document's schema.
async function byteProbabilities(workbench: Workbench): Promise<void> {
  await workbench.openFile("service.json");
  await workbench.runCommand("View: Toggle Primary Side Bar Visibility");
  await workbench.goTo(5, 20);
  await workbench.runCommand("Tokensieve: Show Byte Probabilities");
  const view = await workbench.webview(".place-body:not([hidden])");
  await view.locator(".key.grammar").waitFor();
  // Away from the buttons, which would show their tips.
  await workbench.page.mouse.move(400, 600);
  await view.locator(".tools", { hasText: "evaluations" }).waitFor({ timeout: 120_000 });
  await workbench.page.locator(".workbench-hover").waitFor({ state: "hidden" });
  await workbench.page.locator(".notification-list-item").waitFor({ state: "hidden" });
}

/// How a cursor inside of a word is healed, beside the text.
async function fimHealing(workbench: Workbench): Promise<void> {
  await workbench.writeFile(
    "load.ts",
    'export async function load(file: string) {\n  const text = await readFile(file, "utf8");\n  return JSON.pae(text);\n}\n',
  );
  await workbench.openFile("load.ts");
  await workbench.runCommand("View: Toggle Primary Side Bar Visibility");
  await workbench.goTo(3, 17);
  await workbench.runCommand("Tokensieve: Show FIM Healing");
  const view = await workbench.webview(".strip");
  await view.locator(".arm:not(.waiting)").nth(3).waitFor();
  // Away from the buttons, which would show their tips.
  await workbench.page.mouse.move(300, 600, { steps: 5 });
  await workbench.page.locator(".monaco-hover:visible").waitFor({ state: "hidden" });
}

async function walkthrough(workbench: Workbench): Promise<void> {
  // Beside the steps there is room for their pictures only without the side bar.
  await workbench.runCommand("View: Toggle Primary Side Bar Visibility");
  await workbench.runCommand("Welcome: Open Walkthrough...");
  await workbench.pick("Tokensieve", /Tokensieve/);
  await workbench.page.locator(".getting-started-step").first().waitFor();
  // The step's own picture or text arrives later.
  await workbench.page.waitForTimeout(2000);
}

const themed = (name: string, show: Picture["show"]): Picture[] =>
  (["dark", "light", "high-contrast"] as const).map((theme) => ({ name: `${name}-${theme}`, theme, show }));

const pictures: readonly Picture[] = [
  ...themed("editor", completionUnderSchema),
  ...themed("tokens", tokens),
  ...themed("grammar", grammarFile),
  ...themed("compare", comparison).map((picture) => ({ ...picture, width: 1440, height: 900 })),
  { name: "compare-refused-dark", theme: "dark", width: 1440, show: refusal },
  ...themed("explorer", maskExplorer).map((picture) => ({ ...picture, width: 1360, height: 860 })),
  { name: "explorer-narrow", theme: "light", width: 760, height: 860, show: maskExplorer },
  ...themed("heat-map", heatMap).map((picture) => ({ ...picture, height: 560 })),
  { name: "heat-map-high-contrast-light", theme: "high-contrast-light", height: 560, show: heatMap },
  ...themed("bytes", byteProbabilities).map((picture) => ({ ...picture, width: 1440, height: 900 })),
  { name: "bytes-narrow", theme: "dark", width: 800, height: 860, show: byteProbabilities },
  ...themed("healing", fimHealing).map((picture) => ({ ...picture, width: 1440, height: 940 })),
  ...themed("walkthrough", walkthrough),
  { name: "query-dark", theme: "dark", show: completionUnderGrammar },
  { name: "tokens-narrow", theme: "dark", width: 640, height: 800, show: tokens },
];

const { values, positionals } = parseArgs({
  options: { out: { type: "string", default: "docs/images" } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !pictures.some((picture) => picture.name === name));
if (unknown.length > 0) {
  console.error(`no picture ${unknown.join(", ")}; there are ${pictures.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
let failures = 0;
for (const { name, theme, show, ...size } of pictures) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const workbench = await Workbench.open({ width: 1200, height: 760, ...size });
  try {
    await workbench.setTheme(theme);
    await show(workbench);
    await workbench.screenshot(`${values.out}/${name}.png`);
    console.log(`${values.out}/${name}.png`);
  } catch (error) {
    failures += 1;
    await workbench.screenshot(`out/screens/failed-${name}.png`);
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
  } finally {
    // The next window would open this one's editors again, with what was typed.
    await workbench.runCommand("View: Revert and Close Editor").catch(() => {});
    await workbench.runCommand("View: Close All Editors").catch(() => {});
    await workbench.close();
  }
}
process.exit(failures === 0 ? 0 : 1);
