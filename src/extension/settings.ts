import * as vscode from "vscode";
import type { HealingMode } from "../decoding/index.ts";
import type { EngineName } from "../engine/index.ts";
import type { JsonEscapes, JsonStyle, JsonWhitespace } from "../grammar/index.ts";
import type { GpuChoice } from "../runtime/index.ts";
import { BUNDLED_MODELS } from "../service/bundled-models.ts";
import type { EnsembleMethod } from "../service/ensemble-api.ts";

/// What a document's completions do when the text before the cursor already violates the grammar.
export type ViolationPolicy = "refuse" | "unconstrained";

/// Maps files to a schema, as VS Code's own `json.schemas` does.
export interface SchemaMapping {
  readonly fileMatch: readonly string[];
  readonly schema: string;
}

const SECTION = "tokensieve";

/// Typed reading of the extension's settings, as they are for `scope` now.
export class Settings {
  readonly #configuration: vscode.WorkspaceConfiguration;
  readonly #scope: vscode.ConfigurationScope | undefined;

  constructor(scope?: vscode.ConfigurationScope) {
    this.#scope = scope;
    this.#configuration = vscode.workspace.getConfiguration(SECTION, scope);
  }

  /// A GGUF file, the name of a bundled model, or empty for the default one of these.
  get modelPath(): string {
    return this.#get("model.path", "").trim();
  }

  get gpu(): GpuChoice {
    return this.#get<GpuChoice>("model.gpu", "auto");
  }

  get engine(): EngineName {
    return this.#get<EngineName>("engine", "tokensieve");
  }

  /// Tokens; 0 leaves it to the model.
  get contextLength(): number {
    return this.#get("model.contextLength", 0);
  }

  completionsEnabled(languageId: string): boolean {
    const byLanguage = this.#get<Record<string, boolean>>("completion.languages", {});
    return byLanguage[languageId] ?? byLanguage["*"] ?? true;
  }

  get debounceMs(): number {
    return this.#get("completion.debounce", 150);
  }

  get completionMaxTokens(): number {
    return this.#get("completion.maxTokens", 64);
  }

  get healing(): HealingMode {
    return this.#get<HealingMode>("completion.healing", "exact");
  }

  /// Off without exact healing, on which it builds.
  get suffixRanking(): boolean {
    return this.healing === "exact" && this.#get("completion.suffixRanking", true);
  }

  get onViolation(): ViolationPolicy {
    return this.#get<ViolationPolicy>("completion.whenTextViolatesGrammar", "refuse");
  }

  /// Language id → id of a shipped grammar, or a path.
  get grammarsByLanguage(): Readonly<Record<string, string>> {
    return this.#get<Record<string, string>>("completion.grammars", {});
  }

  get schemas(): readonly SchemaMapping[] {
    return this.#get<SchemaMapping[]>("json.schemas", []);
  }

  get lenientKeywords(): readonly string[] {
    return this.#get<string[]>("json.lenientKeywords", []);
  }

  /// How JSON under a schema is written. Lines are indented as the editor's settings say.
  get jsonStyle(): JsonStyle & { readonly whitespace: JsonWhitespace } {
    const whitespace = this.#get<JsonWhitespace>("json.whitespace", "flexible");
    const escapes = this.#get<JsonEscapes>("json.escapes", "any");
    if (whitespace !== "indent") return { whitespace, escapes };
    const editor = vscode.workspace.getConfiguration("editor", this.#scope);
    const indent = editor.get("insertSpaces", true) ? editor.get("tabSize", 4) : "tab";
    return { whitespace, escapes, indent, indentDepth: this.#get("json.indentDepth", 32) };
  }

  get propertyOrder(): "schema" | "any" {
    return this.#get<"schema" | "any">("json.propertyOrder", "any");
  }

  /// Whether grammars are checked while they are typed.
  get grammarDiagnostics(): boolean {
    return this.#get<"on" | "off">("grammar.diagnostics", "on") === "on";
  }

  /// Bits from which on each of the heat map's levels counts, as the user wrote them.
  get heatMapLevels(): readonly unknown[] {
    const levels = this.#get<unknown>("heatMap.levels", Settings.heatMapLevelsByDefault);
    return Array.isArray(levels) ? levels : [];
  }

  static readonly heatMapLevelsByDefault: readonly number[] = [1, 3, 6, 10];

  /// Characters from a text's beginning on that the heat map scores; beyond, what comes in sight.
  get heatMapMaxCharacters(): number {
    return this.#get("heatMap.maxCharacters", 50_000);
  }

  get generateMaxTokens(): number {
    return this.#get("generate.maxTokens", 512);
  }

  get temperature(): number {
    return this.#get("generate.temperature", 0.7);
  }

  get topP(): number {
    return this.#get("generate.topP", 1);
  }

  get minP(): number {
    return this.#get("generate.minP", 0.05);
  }

  /// Files or names of bundled models.
  get ensembleModels(): readonly string[] {
    return this.#get<string[]>("ensemble.models", [...BUNDLED_MODELS]);
  }

  get ensembleMethod(): EnsembleMethod {
    return this.#get<EnsembleMethod>("ensemble.method", "mixture");
  }

  /// One for each model; none: equal ones.
  get ensembleWeights(): readonly number[] {
    return this.#get<number[]>("ensemble.weights", []);
  }

  get ensembleMaxBytes(): number {
    return this.#get("ensemble.maxBytes", 240);
  }

  get ensembleTemperature(): number {
    return this.#get("ensemble.temperature", 0);
  }

  async setEnsembleModels(names: readonly string[]): Promise<void> {
    await this.#configuration.update("ensemble.models", names, vscode.ConfigurationTarget.Global);
  }

  async setCompletionsEnabled(languageId: string, enabled: boolean): Promise<void> {
    const languages = {
      ...this.#get<Record<string, boolean>>("completion.languages", {}),
      [languageId]: enabled,
    };
    await this.#configuration.update("completion.languages", languages, vscode.ConfigurationTarget.Global);
  }

  async setModelPath(file: string): Promise<void> {
    await this.#configuration.update("model.path", file, vscode.ConfigurationTarget.Global);
  }

  /// `grammar` undefined removes the language's mapping.
  async setGrammar(languageId: string, grammar: string | undefined): Promise<void> {
    const { [languageId]: _, ...others } = this.grammarsByLanguage;
    const target = vscode.workspace.workspaceFolders
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global;
    await this.#configuration.update(
      "completion.grammars",
      grammar === undefined ? others : { ...others, [languageId]: grammar },
      target,
    );
  }

  #get<T>(key: string, fallback: T): T {
    return this.#configuration.get<T>(key) ?? fallback;
  }
}

export function affectsSettings(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration(SECTION);
}
