export type { GpuChoice } from "./backend.ts";
export type { ContextTreeModel } from "./context-tree-model.ts";
export { type LoadedModel, type LoadModelOptions, loadModel } from "./model.ts";
