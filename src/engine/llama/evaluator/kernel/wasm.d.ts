/** NAME.wasm is compiled from NAME.as.ts by esbuild.mjs and stands inside the bundle. */
declare module "*.wasm" {
  export const bytes: Uint8Array<ArrayBuffer>;
}

/** Of WebAssembly, which TypeScript knows in a browser only, what the engine uses. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
    // So that nothing else passes for one.
    private readonly compiled: unknown;
  }
  class Memory {
    /** Sizes in pages of 65,536 bytes. Throws RangeError where there is no room for it. */
    constructor(size: {initial: number; maximum: number; shared: true});
    readonly buffer: SharedArrayBuffer;
  }
  class Instance {
    constructor(module: Module, imports: {env: {memory: Memory}});
    readonly exports: unknown;
  }
}
