export type { GpuChoice } from "./backend.ts";
export { type LoadModelOptions, loadModel } from "./model.ts";
