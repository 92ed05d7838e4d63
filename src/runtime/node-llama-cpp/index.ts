export type { GpuChoice, LogLevel, OnLog } from "./backend.ts";
export { type LoadModelOptions, loadModel } from "./model.ts";
