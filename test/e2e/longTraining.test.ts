import * as tf from '@tensorflow/tfjs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Engine, EngineInfo } from '../../core/engine/engine.ts';
import { listEngines, startEngine } from '../../core/engine/engines.ts';
import { registerOrtBackend } from '../../core/engine/ort/backend.ts';
import { OrtEngine } from '../../core/engine/ort/engine.ts';
import { gpuForTests } from '../engine/webgpu/gpu.ts';
import { TinyTraining } from '../training/tinyTraining.ts';

const gpu = gpuForTests();
const infos = (await listEngines()).map((info) => (info.id === 'webgpu' ? { ...info, ...webGpuState(gpu) } : info));
const ort = infos.find(({ id }) => id === 'ort')!;

interface Candidate { readonly label: string; readonly info: EngineInfo; readonly start: () => Engine | Promise<Engine> }

const candidates: Candidate[] = [
  ...[1, 2].map((threads): Candidate => ({ label: `ort with ${threads} threads`, info: ort, start: () => new OrtEngine({ ...ort, threads }) })),
  ...infos.filter(({ id }) => id === 'tensorflow' || id === 'webgpu').map((info): Candidate => ({ label: info.id, info, start: () => startEngine(info.id) })),
];
/** In software, these steps take a minute; test/engine/webgpu trains fewer there. */
function webGpuState({ device, reason }: { device?: string; reason?: string }): Pick<EngineInfo, 'available' | 'reason'> {
  const imitated = device !== undefined && /swiftshader|llvmpipe/i.test(device);
  return { available: reason === undefined && !imitated, reason: imitated ? `${device} is no GPU, and too slow for this.` : reason };
}

const noteOf = ({ available, reason }: EngineInfo) => (available ? '' : ` (skipped: ${reason})`);

/** Nine images: shared out unevenly between threads. */
const batch = 9;
/** So many steps show every batch twice. */
const window = 12;

/** Means over the steps before each. */
function smoothed(curve: readonly number[]): number[] {
  return curve.slice(window - 1).map((_, i) => curve.slice(i, i + window).reduce((sum, loss) => sum + loss, 0) / window);
}

const worst = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

describe('training 200 steps from the same seed has the loss curve of the reference engine', () => {
  let expected: Promise<number[]> | undefined;
  const train = async (engine: Engine) => {
    await tf.setBackend(engine.backend);
    const training = new TinyTraining(engine, batch, 'curve');
    return Array.from({ length: 200 }, () => training.step());
  };

  it.for(candidates.map(({ label, ...rest }) => ({ title: `${label}${noteOf(rest.info)}`, ...rest })))('on $title', async ({ info, start }, { skip }) => {
    if (!info.available) return skip(info.reason);
    const reference = await (expected ??= startEngine('js').then(train));
    const curve = await train(await start());
    // Losses are about 1. Float32 rounds by 6e-8; a hundred roundings deep, that is what a network's loss may differ by at
    // first. Training then amplifies differences, so later the mean over all batches must still be the same.
    expect(worst(curve.slice(0, 50), reference.slice(0, 50))).toBeLessThan(1e-5);
    expect(worst(smoothed(curve), smoothed(reference))).toBeLessThan(1e-3);
    expect(reference.at(-1)).toBeLessThan(0.5 * reference[0]);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('after 500 training steps, memory is what it was after 100', () => {
  it.each([1, 2])('on the ort engine with %i threads', async (threads) => {
    const engine = new OrtEngine({ ...ort, threads });
    await tf.setBackend(engine.backend);
    const { arena } = registerOrtBackend();
    const training = new TinyTraining(engine, batch, 'memory');
    const used = arena.usedBytes;
    const state = () => ({ used: arena.usedBytes, arena: arena.memory.buffer.byteLength, tensors: tf.memory().numTensors });
    const run = async (steps: number) => {
      for (let step = 0; step < steps; step++) training.step();
      // A turn of the event loop and a collection, in which what was let go is given back.
      await new Promise((resolve) => setTimeout(resolve, 10));
      collectGarbage();
    };
    await run(100);
    const before = state();
    const { rss: residentBefore, heapUsed: heapBefore } = process.memoryUsage();
    await run(400);
    expect(state()).toEqual(before);
    expect(before.used).toBe(used);
    expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(2 * 2 ** 20);
    // What other threads have not collected yet counts here too.
    expect(process.memoryUsage.rss() - residentBefore).toBeLessThan(48 * 2 ** 20);
  });
});
