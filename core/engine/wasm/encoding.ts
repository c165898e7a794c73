/** WebAssembly's binary format (core specification 2.0, section 5), as far as the kernels need it. */

export type ValueType = 'i32' | 'f32' | 'f64' | 'v128';

const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** A function as the format has it: bytes of its body without the final `end`. */
export interface EncodedFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  /** Types of the locals beyond the parameters. */
  readonly locals: readonly ValueType[];
  readonly body: readonly number[];
}

export function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

export function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export function float32Bytes(value: number): number[] {
  return [...new Uint8Array(new Float32Array([value]).buffer)];
}

export function float64Bytes(value: number): number[] {
  return [...new Uint8Array(new Float64Array([value]).buffer)];
}

/**
 * A module of functions without results that work on one imported memory, `env.memory`. All of them are exported.
 * @param shared whether the memory is one that threads share, of the largest size
 */
export function encodeModule(functions: readonly EncodedFunction[], { shared = false } = {}): Uint8Array<ArrayBuffer> {
  const types = vector(functions.map(({ parameters }) => [0x60, ...vector(parameters.map((type) => [typeCodes[type]])), 0]));
  const limits = shared ? [0x03, 0x01, ...unsignedLeb(2 ** 16)] : [0x00, 0x01];
  const imports = vector([[...name('env'), ...name('memory'), 0x02, ...limits]]);
  const declarations = vector(functions.map((_, i) => unsignedLeb(i)));
  const exported = vector(functions.map((f, i) => [...name(f.name), 0x00, ...unsignedLeb(i)]));
  const bodies = vector(functions.map(({ locals, body }) => {
    const declared = vector(locals.map((type) => [1, typeCodes[type]]));
    return [...unsignedLeb(declared.length + body.length + 1), ...declared, ...body, 0x0b];
  }));
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
    ...section(1, types), ...section(2, imports), ...section(3, declarations), ...section(7, exported), ...section(10, bodies),
    ...section(0, nameSection(functions)),
  ]);
}

/** So that profilers can tell the kernels apart (core specification 2.0, appendix "Name Section"). */
function nameSection(functions: readonly EncodedFunction[]): number[] {
  const names = vector(functions.map((f, i) => [...unsignedLeb(i), ...name(f.name)]));
  return [...name('name'), ...section(1, names)];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsignedLeb(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsignedLeb(items.length), ...items.flat()];
}

function name(text: string): number[] {
  return vector([...new TextEncoder().encode(text)].map((byte) => [byte]));
}
