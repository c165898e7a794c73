import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { registerOrtBackend, type OrtBackend } from '../../../core/engine/ort/backend.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';

/** y = 2 x, whose result lies in recycled memory. */
function doublingGraph() {
  const builder = new GraphBuilder('doubling');
  builder.input('x', ['n']);
  return builder.build([builder.mul('x', 2)]);
}

describe('recycled memory', () => {
  const graph = doublingGraph();
  let engine: Engine;
  let backend: OrtBackend;
  beforeAll(async () => {
    engine = await startEngine('ort');
    backend = registerOrtBackend();
  });
  beforeEach(() => tf.setBackend('ort'));

  const doubled = (...values: number[]) => engine.apply(graph, { x: tf.tensor1d(values) });
  /** Runs that would overwrite any memory that was given back by mistake. */
  const overwrite = () => tf.tidy(() => { for (let i = 0; i < 8; i++) doubled(900, 901, 902, 903); });

  it('is used again once its tensor is disposed', () => {
    const addresses = Array.from({ length: 50 }, () => tf.tidy(() => backend.onDevice(doubled(1, 2, 3, 4)).address));
    expect(new Set(addresses).size).toBe(1);
  });

  it('is not used while a reshaped or cloned tensor still stands for it', () => {
    const y = doubled(1, 2, 3, 4);
    const reshaped = y.reshape([2, 2]);
    const clone = y.clone();
    y.dispose();
    overwrite();
    reshaped.dispose();
    overwrite();
    expect([...clone.dataSync()]).toEqual([2, 4, 6, 8]);
    clone.dispose();
  });

  it('is not used while a slice, a part or a row is a view of it', () => {
    const y = doubled(1, 2, 3, 4);
    const slice = tf.slice(y, [1], [2]);
    const [front, back] = tf.split(y, 2);
    const rows = tf.unstack(y.reshape([2, 2]));
    y.dispose();
    overwrite();
    expect([...slice.dataSync()]).toEqual([4, 6]);
    expect([...front.dataSync(), ...back.dataSync()]).toEqual([2, 4, 6, 8]);
    expect(rows.flatMap((row) => [...row.dataSync()])).toEqual([2, 4, 6, 8]);
    slice.dispose();
    overwrite();
    expect([...back.dataSync()]).toEqual([6, 8]);
    tf.dispose([front, back, rows]);
  });

  it('is not used while someone holds the numbers that a tensor gave out', async () => {
    const y = doubled(1, 2, 3, 4);
    const sync = y.dataSync();
    y.dispose();
    const z = doubled(5, 6, 7, 8);
    const later = await z.data();
    z.dispose();
    overwrite();
    expect([...sync, ...later]).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
  });

  it('is not used while a tensor made from such numbers lives', () => {
    const y = doubled(1, 2, 3, 4);
    const over = tf.tensor1d(y.dataSync() as Float32Array);
    y.dispose();
    overwrite();
    expect([...over.dataSync()]).toEqual([2, 4, 6, 8]);
    over.dispose();
  });

  it('is not used after its tensor has moved to another backend', async () => {
    const y = doubled(1, 2, 3, 4);
    await tf.setBackend('cpu');
    const moved = tf.add(y, 1);
    await tf.setBackend('ort');
    overwrite();
    expect([...y.dataSync()]).toEqual([2, 4, 6, 8]);
    expect([...moved.dataSync()]).toEqual([3, 5, 7, 9]);
    tf.dispose([y, moved]);
  });

  it('is never that of somebody else', () => {
    const mine = Float32Array.of(1, 2, 3, 4);
    tf.tensor1d(mine).dispose();
    overwrite();
    expect([...mine]).toEqual([1, 2, 3, 4]);
  });

  it('goes back whole when tensors are read, reshaped and used again', () => {
    const before = backend.arena.usedBytes;
    tf.tidy(() => {
      const y = doubled(1, 2, 3, 4);
      y.dataSync();
      const z = tf.add(y.reshape([2, 2]), 1).reshape([4]);
      expect([...engine.apply(graph, { x: z }).dataSync()]).toEqual([6, 10, 14, 18]);
    });
    expect(backend.arena.usedBytes).toBe(before);
  });

  it('keeps a tensor readable that is fed in two shapes at once, whatever its layout', () => {
    const builder = new GraphBuilder('convolution');
    builder.input('x', ['B', 'c', 'H', 'W']);
    builder.parameter('weight', ['c', 1, 3, 3]);
    const y = builder.conv('x', 'weight', { depthwise: true });
    const convolution = builder.build([y]);
    builder.input('flat', ['n']);
    const both = builder.build([y, builder.mul('flat', 2)]);
    tf.tidy(() => {
      const x = tf.randomNormal([3, 4, 4, 4], 0, 1, 'float32', 1);
      const weight = tf.randomNormal([4, 1, 3, 3], 0, 1, 'float32', 2);
      const once = engine.apply(convolution, { x, weight });
      // Blocks of the same size fill all gaps, so that memory given up too early is written to at once.
      const gaps = Array.from({ length: 4 }, () => backend.arena.allocate(once.size));
      const twice = engine.apply(both, { x: once, weight, flat: once.reshape([once.size]) });
      gaps.forEach((gap) => backend.arena.free(gap));
      const alone = engine.apply(convolution, { x: tf.tensor(once.dataSync().slice(), once.shape), weight });
      expect([...twice.dataSync()]).toEqual([...alone.dataSync()]);
    });
  });

  it('never shows through: random programs compute what they would with fresh memory', () => {
    const random = new Random('aliasing');
    const live: { tensor: tf.Tensor; expected: number[] }[] = [];
    const held: { values: ArrayLike<number>; expected: number[] }[] = [];
    for (let step = 0; step < 1500; step++) {
      const action = random.integer(8);
      const chosen = live.length > 0 ? live[random.integer(live.length)] : undefined;
      if (!chosen || action < 3) {
        const values = Array.from({ length: 1 + random.integer(70) }, () => random.integer(1000));
        live.push({ tensor: doubled(...values), expected: values.map((v) => 2 * v) });
      } else if (action === 3) {
        const begin = random.integer(chosen.expected.length);
        const size = random.integer(chosen.expected.length - begin) + 1;
        live.push({ tensor: tf.slice(chosen.tensor, [begin], [size]), expected: chosen.expected.slice(begin, begin + size) });
      } else if (action === 4) {
        live.push({ tensor: chosen.tensor.clone(), expected: chosen.expected });
      } else if (action === 5) {
        held.push({ values: chosen.tensor.dataSync(), expected: chosen.expected });
      } else {
        live.splice(live.indexOf(chosen), 1);
        chosen.tensor.dispose();
      }
    }
    for (const { tensor, expected } of live) expect([...backend.values(tensor)]).toEqual(expected);
    for (const { values, expected } of held) expect(Array.from(values)).toEqual(expected);
    tf.dispose(live.map(({ tensor }) => tensor));
  });
});
