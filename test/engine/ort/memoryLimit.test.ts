import { describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import { listEngines, startEngine } from '../../../core/engine/engines.ts';
import { registerOrtBackend } from '../../../core/engine/ort/backend.ts';
import { OrtEngine } from '../../../core/engine/ort/engine.ts';
import { vitNetwork } from '../../../core/spaces/vit/network.ts';
import { PreparedNetwork, worstOf } from '../../model/networkCases.ts';

const mebibyte = 2 ** 20;
const ort = (await listEngines()).find(({ id }) => id === 'ort')!;
const network = vitNetwork({ resolution: 32, patchSize: 4, width: 64, depth: 3, numHeads: 4, classes: 7 });
const prepared = (batch: number) => new PreparedNetwork({ label: '', supernet: network, network, batch }, new Random('memory limit'));
/** The large batch takes about 60 MiB on one thread, the small one about 10. */
const [small, large] = [prepared(8), prepared(64)];

const outOfMemory: unknown = expect.objectContaining({
  code: 'out-of-memory', message: expect.stringContaining('Use a smaller batch size or a lower resolution, or') as string,
});

describe('an engine that may not have enough memory', () => {
  const unlimited = new OrtEngine({ ...ort, threads: 1 });

  it.each([1, 3])('says so and what to do, and goes on with smaller batches, with %i threads', (threads) => {
    const engine = new OrtEngine({ ...ort, threads }, threads * 20 * mebibyte);
    const used = registerOrtBackend().arena.usedBytes;
    expect(() => large.run(engine)).toThrow(EnvironmentError);
    expect(() => large.run(engine)).toThrow(outOfMemory as Error);
    expect(registerOrtBackend().arena.usedBytes).toBe(used);
    const { logits, gradient } = worstOf(small.run(engine), small.run(unlimited));
    expect(Math.max(logits, gradient)).toBeLessThan(1e-5);
  });

  it('says so too when only its other threads run out of memory', () => {
    // The calling thread's memory has grown already and is not taken away again.
    large.run(unlimited);
    const engine = new OrtEngine({ ...ort, threads: 2 }, 2 * 20 * mebibyte);
    expect(registerOrtBackend().arena.memory.buffer.byteLength).toBeGreaterThan(45 * mebibyte);
    expect(() => large.run(engine)).toThrow(outOfMemory as Error);
    expect(worstOf(small.run(engine), small.run(unlimited)).gradient).toBeLessThan(1e-5);
  });

  it('keeps to its own limit beside others with another one', () => {
    const limited = new OrtEngine({ ...ort, threads: 2 }, 2 * 20 * mebibyte);
    const other = new OrtEngine({ ...ort, threads: 3 }, 3 * 200 * mebibyte);
    const expected = large.run(other);
    expect(() => large.run(limited)).toThrow(outOfMemory as Error);
    expect(worstOf(large.run(other), expected).gradient).toBe(0);
    expect(worstOf(large.run(unlimited), expected).gradient).toBeLessThan(1e-5);
    expect(() => large.run(limited)).toThrow(outOfMemory as Error);
  });

  it('takes the limit from the settings it is started with', async () => {
    const engine = await startEngine('ort', { threads: 2, memoryBytes: 2 * 20 * mebibyte });
    expect(() => large.run(engine)).toThrow(outOfMemory as Error);
    expect(worstOf(small.run(engine), small.run(unlimited)).gradient).toBeLessThan(1e-5);
  });
});
