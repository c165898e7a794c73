import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockOfKernels } from '../../../core/latency/imports/attribution.ts';
import { importText } from '../../../core/latency/imports/importText.ts';
import { readOrtProfile } from '../../../core/latency/imports/ortProfile.ts';
import { blocksOf } from '../../../core/latency/measurements/subject.ts';
import { hostProfiler } from '../../../core/latency/profilers/host/hostProfiler.ts';
import { modelsOfFolder } from '../../../core/study/measuring/modelFiles.ts';
import { writeCalibrationSet } from '../../study/measuring/calibrationSet.ts';

interface Event { cat: string; name: string; ts: number; dur: number; ph: string; args: Record<string, unknown> }

describe('kernels', () => {
  it('belong to the block that their name begins with, or that runs before and after them', () => {
    // Names as ONNX Runtime 1.30 makes them of blocks that it lays out anew and joins.
    const kernels = ['ReorderInput', 'stages.0/expand_nchwc', 'ReorderOutput_token_2', 'stages.0/project/MatMulAddFusion', 'ReorderOutput_token_3', 'stages.1/c1_nchwc',
      'Gelu', 'gemm_input_reshape_token_26', 'stages.1/mlp/MatMul/MatmulTransposeFusion/', 'stages.10/Relu', 'gemm_output_reshape'];
    expect(blockOfKernels(kernels, ['stages.0', 'stages.1', 'stages.10'])).toEqual([
      undefined, 'stages.0', 'stages.0', 'stages.0', undefined, 'stages.1', 'stages.1', 'stages.1', 'stages.1', 'stages.10', undefined,
    ]);
  });
});

describe('a profile that ONNX Runtime has just written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pocketformer-profile-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  let text = '';
  let events: Event[] = [];
  let blocks: string[] = [];
  beforeAll(async () => {
    await writeCalibrationSet(folder, ['min']);
    const [model] = await modelsOfFolder(folder);
    const profiler = hostProfiler();
    const { path } = await profiler.profile(model, 5, join(folder, 'profile'));
    await profiler.close();
    text = readFileSync(path, 'utf8');
    events = JSON.parse(text) as Event[];
    blocks = blocksOf(model.of)!.map(({ name }) => name);
  }, 60_000);
  const read = (some: readonly unknown[]) => () => readOrtProfile(JSON.stringify(some), blocks, 'p.json');

  it('gives every block its time, and leaves little without one', () => {
    const { runsMs, blockTimes: { blocks: times, unattributedMs, runs }, provider } = readOrtProfile(text, blocks, 'p.json');
    expect(times.map(({ name }) => name)).toEqual(blocks);
    for (const { name, ms } of times) expect(ms, name).toBeGreaterThan(0);
    expect([runs, runsMs.length, provider]).toEqual([4, 4, 'cpu']);
    const attributed = times.reduce((sum, { ms }) => sum + ms, 0);
    // In whole microseconds, a network this small shows some changes of layout between blocks.
    expect(unattributedMs / (attributed + unattributedMs)).toBeLessThan(0.2);
  });

  it('loses no kernel: in one run, all times add up', () => {
    const [run] = events.filter(({ name }) => name === 'model_run').slice(-1);
    const kernels = events.filter(({ cat, ts }) => cat === 'Node' && ts >= run.ts && ts <= run.ts + run.dur);
    const { runsMs, blockTimes } = read([run, ...kernels])();
    const sum = blockTimes.blocks.reduce((total, { ms }) => total + ms, blockTimes.unattributedMs);
    expect(sum).toBeCloseTo(kernels.reduce((total, { dur }) => total + dur, 0) / 1000, 9);
    expect(runsMs).toEqual([run.dur / 1000]);
  });

  it('becomes a record only with the model, and says that its times hold the overhead of profiling', () => {
    expect(() => importText(text, 'p.json')).toThrow('p.json: is a profile, whose kernels can be told apart only by the model; expected --model F.onnx');
    expect(importText(text, 'p.json', { blocks })[0]).toMatchObject({ flags: ['profiled'], told: { provider: 'cpu' } });
  });

  it('is refused when it was cut off, holds no run, is of another network or counts backwards', () => {
    expect(() => readOrtProfile(text.slice(0, -100), blocks, 'p.json')).toThrow(/^p\.json: ends in the middle of an event: the profile was cut off/);
    expect(read(events.filter(({ name }) => name !== 'model_run'))).toThrow('holds 0 runs and');
    expect(read([])).toThrow('holds 0 runs and 0 kernels');
    expect(() => readOrtProfile(text, ['blocks.0'], 'p.json')).toThrow(/has no kernel of the network's blocks \(it runs \S+ first\); it is of another model/);
    const last = events.length - 1;
    expect(read(events.map((event, i) => (i === last ? { ...event, dur: -5 } : event)))).toThrow(`p.json: event ${last}: dur: Too small`);
    expect(read(events.map((event, i) => (i === last ? { ...event, ts: 'now' } : event)))).toThrow(`p.json: event ${last}: ts: Invalid input`);
  });
});
