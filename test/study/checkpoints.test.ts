import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadLatestCheckpoint, removeUnfinishedCheckpoints, saveCheckpoint } from '../../core/study/checkpoints.ts';
import type { Phase } from '../../core/study/eventTypes.ts';
import { isCheckpointOf, weightsAt } from './processes/jobState.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder();
let folders = 0;
const newFolder = () => join(scratch, String(folders++), 'checkpoints');

const save = (folder: string, step: number, phase: Phase = 'training') =>
  saveCheckpoint(folder, { phase, step, tensors: weightsAt(step, 8), state: { step } }, { eventSeq: 10 * step });

const directories = (folder: string) => readdirSync(folder).filter((name) => name !== 'latest.json').sort();

describe('checkpoints', () => {
  it('come back as they were saved', async () => {
    const folder = newFolder();
    expect(await loadLatestCheckpoint(folder)).toBeUndefined();
    const tensors = {
      'w/1': { shape: [2, 2], data: Float32Array.of(1, -0, 1e-40, 3.4e38) },
      ids: { shape: [1], data: Int32Array.of(-5) },
    };
    const state = { generator: [1, 2, 3, 4], population: [{ arch: { depths: [1, 2] }, accuracy: 0.1 + 0.2 }], none: null };
    const { name, sizeBytes } = await saveCheckpoint(folder, { phase: 'search', step: 2, tensors, state }, { eventSeq: 7 });
    expect(await loadLatestCheckpoint(folder)).toEqual({ phase: 'search', step: 2, tensors, state, eventSeq: 7, damaged: [] });
    expect(name).toBe('search-0000002');
    expect(readdirSync(join(folder, name)).sort()).toEqual(['checkpoint.json', 'state.json', 'weights.safetensors']);
    expect(sizeBytes).toBeGreaterThan(20);
  });

  it('are kept two of each phase, and the newest of all is the latest', async () => {
    const folder = newFolder();
    for (const step of [1, 2, 3]) await save(folder, step);
    for (const step of [0, 1, 2]) await save(folder, step, 'search');
    expect(directories(folder)).toEqual(['search-0000001', 'search-0000002', 'training-0000002', 'training-0000003']);
    expect(await loadLatestCheckpoint(folder)).toMatchObject({ phase: 'search', step: 2 });
    expect(await loadLatestCheckpoint(folder, { phase: 'training' })).toMatchObject({ phase: 'training', step: 3 });
    expect(await loadLatestCheckpoint(folder, { phase: 'export' })).toBeUndefined();
  });

  it('of the same step stand side by side until the older one is one too many', async () => {
    const folder = newFolder();
    for (let time = 0; time < 3; time++) await save(folder, 5);
    expect(await loadLatestCheckpoint(folder)).toMatchObject({ step: 5 });
    expect(directories(folder)).toHaveLength(2);
  });
});

describe('a damaged checkpoint', () => {
  const damages: [string, (directory: string) => void][] = [
    ['a changed weight', (directory) => {
      const path = join(directory, 'weights.safetensors');
      const bytes = readFileSync(path);
      bytes[bytes.length - 1] ^= 1;
      writeFileSync(path, bytes);
    }],
    ['a cut weights file', (directory) => {
      const path = join(directory, 'weights.safetensors');
      writeFileSync(path, readFileSync(path).subarray(0, -8));
    }],
    ['a changed state', (directory) => writeFileSync(join(directory, 'state.json'), '{"step":4}')],
    ['no manifest', (directory) => rmSync(join(directory, 'checkpoint.json'))],
    ['an empty manifest', (directory) => writeFileSync(join(directory, 'checkpoint.json'), '')],
    ['nothing left of it', (directory) => rmSync(directory, { recursive: true })],
  ];

  it.each(damages)('(%s) is passed over for the one before, and said to be', async (_, damage) => {
    const folder = newFolder();
    for (const step of [1, 2]) await save(folder, step);
    damage(join(folder, 'training-0000002'));
    const loaded = await loadLatestCheckpoint(folder);
    expect(loaded && isCheckpointOf(loaded, 8)).toBe(true);
    expect(loaded).toMatchObject({ step: 1, damaged: [expect.stringContaining('training-0000002: ')] });
    await save(folder, 2);
    expect(await loadLatestCheckpoint(folder)).toMatchObject({ step: 2, damaged: [] });
  });

  it('is an error when there is no other', async () => {
    const folder = newFolder();
    await save(folder, 1);
    damages[0][1](join(folder, 'training-0000001'));
    await expect(loadLatestCheckpoint(folder)).rejects.toMatchObject({ code: 'damaged-checkpoints' });
    await expect(loadLatestCheckpoint(folder)).rejects.toThrow('weights.safetensors does not match its checksum');
  });

  it.each([['lost', undefined], ['empty', ''], ['from elsewhere', '{"checkpoints":3}']])(
    'does not matter when only the pointer is %s', async (_, content) => {
      const folder = newFolder();
      for (const step of [1, 2, 3]) await save(folder, step);
      rmSync(join(folder, 'latest.json'));
      if (content !== undefined) writeFileSync(join(folder, 'latest.json'), content);
      expect(await loadLatestCheckpoint(folder)).toMatchObject({ step: 3 });
      await removeUnfinishedCheckpoints(folder);
      await save(folder, 4);
      expect(await loadLatestCheckpoint(folder)).toMatchObject({ step: 4, damaged: [] });
      expect(directories(folder)).toEqual(['training-0000003', 'training-0000004']);
    });
});

describe('a checkpoint that could not be finished', () => {
  it('does not count until the pointer names it, and is cleared away', async () => {
    const folder = newFolder();
    for (const step of [1, 2]) await save(folder, step);
    cpSync(join(folder, 'training-0000002'), join(folder, 'training-0000003'), { recursive: true });
    expect(await loadLatestCheckpoint(folder)).toMatchObject({ step: 2 });
    await removeUnfinishedCheckpoints(folder);
    expect(directories(folder)).toEqual(['training-0000001', 'training-0000002']);
  });

  it('leaves no trace when the pointer cannot be written', async () => {
    const folder = newFolder();
    await save(folder, 1);
    rmSync(join(folder, 'latest.json'));
    mkdirSync(join(folder, 'latest.json', 'in the way'), { recursive: true });
    await expect(save(folder, 2)).rejects.toThrow();
    rmSync(join(folder, 'latest.json'), { recursive: true });
    expect(existsSync(join(folder, 'training-0000002'))).toBe(false);
    expect(await loadLatestCheckpoint(folder)).toMatchObject({ step: 1 });
  });
});
