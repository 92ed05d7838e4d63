/// The part of the WebAssembly interface that the kernel needs. Node has it at run time; its type
/// declarations come with the DOM's, which this room must not see.
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}
export type WasmModule = object & { readonly __module?: never };

interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: object };
  readonly RuntimeError: new (message?: string) => Error;
}

export const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };
