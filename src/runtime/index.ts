export { type GpuChoice, type LoadModelOptions, loadModel, type OnLog } from "./node-llama-cpp/index.ts";
export { readGgufHeader, readTokenizerFile, readVocabularyFile } from "./tokenizer-files.ts";
