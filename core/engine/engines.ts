import * as tf from '@tensorflow/tfjs';
import { availableParallelism } from 'node:os';
import { EnvironmentError, InputError, messageOf, oneOf } from '../base/errors.ts';
import type { Engine, EngineId, EngineInfo } from './engine.ts';
import { InterpretingEngine } from './interpreter.ts';
import { loadOrt, ortVersion } from './ort/binding.ts';
import { OrtEngine } from './ort/engine.ts';

export const engineIds: readonly EngineId[] = ['ort', 'tensorflow', 'js'];
/** What `--engine` and the setting accept. */
export const engineChoices: readonly string[] = ['auto', ...engineIds];

/** Beyond this, more threads do not help layers of a phone-sized network. */
const maxThreads = 8;

interface Candidate {
  readonly describe: () => EngineInfo;
  readonly start: (info: EngineInfo) => Engine;
}

/** In order of preference. */
const candidates: Readonly<Record<EngineId, Candidate>> = {
  ort: {
    describe: () => {
      const base = { id: 'ort', device: 'CPU', threads: Math.min(maxThreads, availableParallelism()) } as const;
      try {
        loadOrt();
        return { ...base, version: ortVersion(), available: true };
      } catch (error) {
        return { ...base, version: '-', available: false, reason: messageOf(error) };
      }
    },
    start: (info) => new OrtEngine(info),
  },
  tensorflow: {
    describe: () => ({
      id: 'tensorflow', device: 'CPU', threads: availableParallelism(), version: '-', available: false,
      reason: 'TensorFlow is not installed. It is optional; the ort engine does the same work.',
    }),
    start: () => {
      throw new EnvironmentError('engine-unavailable', 'TensorFlow is not installed.');
    },
  },
  js: {
    describe: () => ({ id: 'js', device: 'CPU, pure JavaScript (reference, slow)', threads: 1, version: tf.version.tfjs, available: true }),
    start: (info) => new InterpretingEngine(info, 'cpu'),
  },
};

/** Every engine with its state, in order of preference. */
export function listEngines(): EngineInfo[] {
  return engineIds.map((id) => candidates[id].describe());
}

/** Engines that run: their sessions are worth keeping when one is asked for again. */
const started = new Map<EngineId, Engine>();

/**
 * Starts an engine, or finds it running, and makes its tfjs backend the current one.
 * @param choice an engine's id, or `auto` for the first that is available
 * @throws InputError `unknown-engine`; EnvironmentError `engine-unavailable` with the reason
 */
export async function startEngine(choice: string = 'auto'): Promise<Engine> {
  if (!engineChoices.includes(choice)) {
    throw new InputError('unknown-engine', `There is no engine "${choice}"; choose ${oneOf(engineChoices)}.`);
  }
  const infos = listEngines();
  const info = choice === 'auto' ? infos.find(({ available }) => available)! : infos.find(({ id }) => id === choice)!;
  if (!info.available) throw new EnvironmentError('engine-unavailable', info.reason!);
  const engine = started.get(info.id) ?? candidates[info.id].start(info);
  started.set(info.id, engine);
  const cpu = tf.findBackend('cpu') as unknown as { firstUse: boolean };
  cpu.firstUse = false;
  await tf.setBackend(engine.backend);
  return engine;
}
