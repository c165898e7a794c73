import { join } from 'node:path';
import type { Random } from '../../base/random.ts';
import { writeFileAtomic } from '../files.ts';

/** Standard normal inputs, one file for all models that take the same shape. */
export class InputFiles {
  readonly #folder: string;
  readonly #random: Random;
  readonly #known = new Map<string, { file: string; values: Float32Array }>();

  constructor(folder: string, random: Random) {
    this.#folder = folder;
    this.#random = random;
  }

  async ofShape(shape: readonly number[]): Promise<{ file: string; values: Float32Array }> {
    const name = shape.join('x');
    let known = this.#known.get(name);
    if (known === undefined) {
      const values = new Float32Array(elements(shape));
      this.#random.fork(name).fillNormal(values);
      known = { file: `inputs/${name}.f32`, values };
      await writeFileAtomic(join(this.#folder, known.file), littleEndian(values));
      this.#known.set(name, known);
    }
    return known;
  }
}

export const elements = (shape: readonly number[]) => shape.reduce((size, dim) => size * dim, 1);

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => bytes.setFloat32(4 * i, value, true));
  return new Uint8Array(bytes.buffer);
}
