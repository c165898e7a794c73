/** What is used of the JavaScript API of WebAssembly, which Node's type declarations leave out. */
export interface WasmMemory {
  /** Replaced, and the former one detached, whenever the memory grows. */
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB. @throws RangeError when there is no more memory */
  grow(pages: number): number;
}

interface WebAssemblyApi {
  readonly Memory: new (limits: { initial: number; maximum?: number; shared?: boolean }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

/** Bytes of a page. */
export const pageBytes = 2 ** 16;
