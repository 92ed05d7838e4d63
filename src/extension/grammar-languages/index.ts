import * as vscode from "vscode";
import type { Session } from "../session.ts";
import { LiveDiagnostics } from "./diagnostics.ts";
import { DocumentRules } from "./document-rules.ts";
import { registerRuleProviders } from "./providers.ts";
import { registerQuickFixes } from "./quick-fixes.ts";

/// What the editor knows of grammar files. All of it is analysis in the core: it runs nothing of the
/// workspace's, and is there in untrusted workspaces too.
export function registerGrammarLanguages(session: Session): vscode.Disposable {
  const diagnostics = new LiveDiagnostics(session);
  return vscode.Disposable.from(
    diagnostics,
    registerQuickFixes(diagnostics),
    registerRuleProviders(new DocumentRules(session.core)),
  );
}
