import * as tf from '@tensorflow/tfjs';
import { availableParallelism } from 'node:os';
import { EnvironmentError, InputError, oneOf } from '../base/errors.ts';
import type { Engine, EngineId, EngineInfo } from './engine.ts';
import { InterpretingEngine } from './interpreter.ts';
import { ortVersion, tryOrt } from './ort/binding.ts';
import { OrtEngine } from './ort/engine.ts';
import { findTensorflow, tensorflowMayHaveGpu } from './tensorflow/engine.ts';
import { findWebGpu } from './webgpu/find.ts';

export const engineIds: readonly EngineId[] = ['ort', 'tensorflow', 'webgpu', 'js'];
/** What `--engine` and the setting accept. */
export const engineChoices: readonly string[] = ['auto', ...engineIds];

/** Beyond this, more threads do not help layers of a phone-sized network. */
const maxThreads = 8;

/** An engine as it was found, and how to start it when it is available. */
export interface FoundEngine {
  readonly info: EngineInfo;
  readonly start: () => Engine;
}

/** What a person may set about an engine; those that do not know a setting go without it. */
export interface EngineSettings {
  readonly threads?: number;
  /** Bytes that its threads may take together for what they compute; 4 GiB each by default. */
  readonly memoryBytes?: number;
}

const finders: Readonly<Record<EngineId, (settings: EngineSettings) => FoundEngine | Promise<FoundEngine>>> = {
  ort: ({ threads = Math.min(maxThreads, availableParallelism()), memoryBytes }) => {
    const base = { id: 'ort', device: 'CPU', threads } as const;
    const obstacle = tryOrt();
    const info: EngineInfo = obstacle
      ? { ...base, version: '-', available: false, ...obstacle }
      : { ...base, version: ortVersion(), available: true };
    return { info, start: () => new OrtEngine(info, memoryBytes) };
  },
  tensorflow: ({ threads }) => findTensorflow({ threads }),
  webgpu: () => findWebGpu(),
  js: () => {
    const info: EngineInfo = { id: 'js', device: 'CPU, pure JavaScript (reference, slow)', threads: 1, version: tf.version.tfjs, available: true };
    return { info, start: () => new InterpretingEngine(info, 'cpu') };
  },
};

/** Every engine with its state. TensorFlow is looked at from another process, and only when it is there. */
export async function listEngines(): Promise<EngineInfo[]> {
  return (await findEngines(engineIds)).map(({ info }) => info);
}

function findEngines(ids: readonly EngineId[]): Promise<FoundEngine[]> {
  return Promise.all(ids.map((id) => finders[id]({})));
}

/**
 * The engine that `auto` stands for: the fastest that is available. That is TensorFlow where it has a GPU; on a CPU the
 * ort engine, whose graphs are fused, comes before TensorFlow, which runs one operator after the other. WebGPU has to be
 * asked for: its speed is not known yet, and its GPU may be an imitation.
 */
export function chooseEngine(infos: readonly EngineInfo[]): EngineInfo {
  const available = infos.filter((info) => info.available && info.id !== 'webgpu');
  return available.find(({ id, device }) => id === 'tensorflow' && device.startsWith('GPU')) ?? available[0];
}

/** Engines that run, or are being started: their sessions are worth keeping when one is asked for again. */
const started = new Map<string, Promise<Engine>>();

/**
 * Starts an engine, or finds it running, and makes its tfjs backend the current one.
 * @param choice an engine's id, or `auto` for the fastest that is available
 * @throws InputError `unknown-engine`; EnvironmentError `engine-unavailable` with the reason and the remedy
 */
export async function startEngine(choice: string = 'auto', settings: EngineSettings = {}): Promise<Engine> {
  const id = await idOf(choice);
  const key = [id, settings.threads, settings.memoryBytes].join(' ');
  let starting = started.get(key);
  if (!starting) {
    started.set(key, starting = start(id, settings));
    // One that failed may be there the next time.
    starting.catch(() => started.delete(key));
  }
  const engine = await starting;
  const cpu = tf.findBackend('cpu') as unknown as { firstUse: boolean };
  cpu.firstUse = false;
  await tf.setBackend(engine.backend);
  return engine;
}

/** The engine that `startEngine` would start, without starting it. @throws InputError and EnvironmentError as there */
export async function findEngine(choice: string = 'auto', settings: EngineSettings = {}): Promise<EngineInfo> {
  const { info } = await finders[await idOf(choice)](settings);
  return requireAvailable(info);
}

async function start(id: EngineId, settings: EngineSettings): Promise<Engine> {
  const found = await finders[id](settings);
  requireAvailable(found.info);
  return found.start();
}

function requireAvailable(info: EngineInfo): EngineInfo {
  const { available, reason, remedy } = info;
  if (!available) throw new EnvironmentError('engine-unavailable', `${reason} ${remedy}`);
  return info;
}

async function idOf(choice: string): Promise<EngineId> {
  if (!engineChoices.includes(choice)) {
    throw new InputError('unknown-engine', `There is no engine "${choice}"; choose ${oneOf(engineChoices)}.`);
  }
  return choice === 'auto' ? await automaticChoice() : choice as EngineId;
}

/** Looks at TensorFlow only where it could have a GPU, or nothing else is left, since looking takes a second. */
async function automaticChoice(): Promise<EngineId> {
  if (!tensorflowMayHaveGpu()) {
    const [{ info }] = await findEngines(['ort']);
    if (info.available) return info.id;
  }
  return chooseEngine(await listEngines()).id;
}
