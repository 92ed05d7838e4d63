export type { GpuChoice, OnLog } from "./backend.ts";
export { type LoadModelOptions, loadModel } from "./model.ts";
