import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { EnvironmentError, InputError } from '../../core/base/errors.ts';
import type { EngineId, EngineInfo } from '../../core/engine/engine.ts';
import { chooseEngine, engineChoices, listEngines, startEngine } from '../../core/engine/engines.ts';
import { GraphBuilder } from '../../core/graph/builder.ts';

describe('engines', () => {
  it('are listed each with its state, and with reason and remedy when they are missing', async () => {
    const engines = await listEngines();
    expect(engines.map(({ id }) => id)).toEqual(['ort', 'tensorflow', 'webgpu', 'js']);
    for (const { available, reason, remedy, threads, version, device } of engines) {
      expect(available || reason).toBeTruthy();
      expect(available || remedy).toBeTruthy();
      expect(threads).toBeGreaterThanOrEqual(1);
      expect(version && device).toBeTruthy();
    }
    expect(engines[3]).toMatchObject({ available: true, version: '4.22.0', threads: 1 });
  });

  it('use few threads however many cores there are', async () => {
    for (const { threads } of await listEngines()) expect(threads).toBeLessThanOrEqual(8);
  });

  const found = (id: EngineId, available: boolean, device = 'CPU'): EngineInfo => ({ id, version: '1', device, threads: 1, available });
  it.each([
    ['TensorFlow on a GPU before all else', [found('ort', true), found('tensorflow', true, 'GPU, NVIDIA L4'), found('js', true)], 'tensorflow'],
    ['ort before TensorFlow on a CPU', [found('ort', true), found('tensorflow', true), found('js', true)], 'ort'],
    ['TensorFlow on a CPU before js', [found('ort', false), found('tensorflow', true), found('js', true)], 'tensorflow'],
    ['js before WebGPU, which has to be asked for', [found('ort', false), found('webgpu', true, 'GPU, Apple M4'), found('js', true)], 'js'],
    ['js where nothing else is', [found('ort', false), found('tensorflow', false, 'GPU, NVIDIA L4'), found('js', true)], 'js'],
  ] as const)('are chosen for speed: %s', (_, infos, id) => {
    expect(chooseEngine(infos).id).toBe(id);
  });

  it('start under every name that is offered and available', async () => {
    const infos = await listEngines();
    for (const choice of engineChoices) {
      const info = infos.find(({ id }) => id === choice);
      if (info && !info.available) continue;
      const engine = await startEngine(choice);
      expect(tf.getBackend()).toBe(engine.backend);
      expect(choice === 'auto' || engine.info.id === choice).toBe(true);
    }
  });

  it('start once, however often and in whatever order they are asked for', async () => {
    const ort = await startEngine('ort');
    const js = await startEngine('js');
    expect(await startEngine('js')).toBe(js);
    expect(await startEngine('ort')).toBe(ort);
    expect(tf.getBackend()).toBe('ort');
    const [again, also] = await Promise.all([startEngine('ort'), startEngine('ort')]);
    expect(again).toBe(ort);
    expect(also).toBe(ort);
  });

  it('are refused with what is accepted when there is no such engine', async () => {
    const error = await startEngine('cuda').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'unknown-engine', message: 'There is no engine "cuda"; choose auto, ort, tensorflow, webgpu or js.' });
  });

  it('that are missing say why, and what to do about it', async ({ skip }) => {
    const missing = (await listEngines()).find(({ available }) => !available);
    if (!missing) return skip('every engine is available here');
    const error = await startEngine(missing.id).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error).toMatchObject({ code: 'engine-unavailable', message: `${missing.reason} ${missing.remedy}` });
  });

  it.each(['ort', 'js'])('%s names the feed that is missing, and the one that does not fit', async (id) => {
    const builder = new GraphBuilder('sum');
    builder.input('x', ['n']);
    builder.parameter('bias', ['n']);
    const graph = builder.build([builder.plus('x', 'bias')]);
    const engine = await startEngine(id);
    tf.tidy(() => {
      const x = tf.zeros([3]);
      expect(() => engine.apply(graph, { x })).toThrow('Graph "sum" needs a tensor for "bias".');
      expect(() => engine.apply(graph, { x, bias: tf.zeros([4]) })).toThrow('"bias" has shape [4], which does not fit [n].');
      expect(() => tf.grads((given) => engine.apply(graph, { x: given }))([x])).toThrow('Graph "sum" needs a tensor for "bias".');
    });
  });
});
