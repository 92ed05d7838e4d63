// User settings for the VS Codes that the scripts open.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/// Nothing that asks, greets, or looks things up on the network.
export const quietSettings = {
  "chat.disableAIFeatures": true,
  "workbench.startupEditor": "none",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.enableExperiments": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "npm.fetchOnlinePackageInfo": false,
  "typescript.disableAutomaticTypeAcquisition": true,
  "json.schemaDownload.enable": false,
  "git.enabled": false,
  "remote.autoForwardPorts": false,
};

/// What tests and pictures need besides: nothing that depends on time or moves on its own.
export const testSettings = {
  ...quietSettings,
  "workbench.colorTheme": "Dark Modern",
  "window.autoDetectColorScheme": false,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code fills it in.
  "window.title": "${rootName}",
  "editor.cursorBlinking": "solid",
  "editor.smoothScrolling": false,
  "editor.minimap.enabled": false,
  "workbench.editor.useModal": "off",
  "files.autoSave": "off",
  "files.hotExit": "off",
};

/// Writes the user settings of a user data folder, unless the user has some there.
export async function seedSettings(userDir, settings) {
  const file = join(userDir, "User", "settings.json");
  if (existsSync(file)) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(settings, undefined, 2)}\n`);
}
