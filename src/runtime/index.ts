/// Runtimes behind the `LanguageModel` port, and tokenizers out of files.
export { type GpuChoice, type LoadedModel, loadModel } from "./node-llama-cpp/index.ts";
export { readTokenizerFile, readVocabularyFile } from "./tokenizer-files.ts";
