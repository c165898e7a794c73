import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { complaint, jsonLines, scratchFolder } from './harness.ts';

const folder = scratchFolder();
const schema = z.strictObject({
  path: z.string(), models: z.array(z.strictObject({
    name: z.string(), file: z.string(), sha256: z.string(), sizeBytes: z.int(), precision: z.string(), of: z.looseObject({ kind: z.string() }),
    float32Difference: z.number().optional(), calibration: z.string().optional(),
  })),
});
const mini = ['calibration-set', '--space', 'pit-mini', '--classes', '10', '--count', '1', '--seed', '3'];

describe('calibration-set', () => {
  it('makes a set for each precision, of the same architectures', async () => {
    const out = join(folder, 'sets');
    const sets = await jsonLines(schema, [...mini, '--precision', 'float32,int8', '--out', out]);
    expect(sets.map(({ path }) => path)).toEqual([join(out, 'float32', 'manifest.json'), join(out, 'int8', 'manifest.json')]);
    const [whole, integers] = sets.map(({ models }) => models[0]);
    expect([whole.precision, integers.precision]).toEqual(['float32', 'int8']);
    expect(integers.of).toEqual(whole.of);
    expect(whole.float32Difference).toBeUndefined();
    expect(integers.float32Difference).toBeGreaterThan(0);
    expect(integers.calibration).toContain('random numbers, because no images were given');
  });

  it('refuses precisions that there are none of, or twice, and images for a set that needs none', async () => {
    const refused = (...args: string[]) => complaint([...mini, '--out', join(folder, 'none'), ...args]);
    expect(await refused('--precision', 'float8')).toContain('--precision: expected float32, float16 or int8, or several with commas between them');
    expect(await refused('--precision', 'int8,int8')).toContain('--precision: expected');
    expect(await refused('--precision', 'float16', '--images', folder)).toContain('--images goes with --precision int8');
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});
