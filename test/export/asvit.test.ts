import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../core/engine/engine.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { exportNetwork } from '../../core/export/exportNetwork.ts';
import { readModel } from '../../core/graph/onnx/read.ts';
import { asVit } from '../../core/spaces/asvit/space.ts';
import { writeFileAtomic } from '../../core/study/files.ts';
import { livelyWeights } from './networks.ts';

describe('an exported As-ViT network', () => {
  let engine: Engine;
  const folder = mkdtempSync(join(tmpdir(), 'asvit-'));
  beforeAll(async () => { engine = await startEngine('ort'); });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['the seed, narrower', '8,2,3,1|4,1,2,1|4,1,4,1|4,1,6,1|32,8', 32], ['many windows and odd kernels', '7,8,2,1|3,4,3,2|3,2,2,1|2,1,2,1|16,8', 64],
  ])('answers in ONNX Runtime as on the engine: %s', async (_, text, resolution) => {
    const architecture = asVit.parse(text);
    const weights = livelyWeights(asVit.lower(architecture, { classes: 5, resolution }), text);
    const out = join(folder, 'network.onnx');
    const report = await exportNetwork({ weights, engine, out, batch: 'dynamic', seed: 1, version: '0', architecture, writeFile: writeFileAtomic });
    expect(report.relativeDiff).toBeLessThan(1e-4);
    expect(report.maxAbsDiff).toBeGreaterThan(0);
    // Accelerators of phones take tensors of up to four axes; a transposition shows how many there are.
    const permutations = readModel(readFileSync(out)).nodes.filter(({ operator }) => operator === 'Transpose').map(({ attributes }) => attributes?.perm as number[]);
    expect(permutations.length).toBeGreaterThan(0);
    for (const permutation of permutations) expect(permutation.length).toBeLessThanOrEqual(4);
  });
});
