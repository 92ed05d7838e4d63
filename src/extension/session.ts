import type * as vscode from "vscode";
import type { CoreClient } from "../service/client.ts";
import type { Activity } from "./activity.ts";
import type { ShippedGrammars } from "./grammars/shipped.ts";
import type { ModelChoice } from "./model-choice.ts";
import type { TextEditors } from "./text-editors.ts";

/// What commands and providers share.
export interface Session {
  readonly context: vscode.ExtensionContext;
  readonly core: CoreClient;
  readonly activity: Activity;
  readonly models: ModelChoice;
  readonly grammars: ShippedGrammars;
  readonly editors: TextEditors;
  readonly log: vscode.LogOutputChannel;
}
