import { EnvironmentError, messageOf } from '../../base/errors.ts';
import type { Engine, EngineInfo } from '../engine.ts';
import { InterpretingEngine } from '../interpreter.ts';
import type { Obstacle } from '../obstacle.ts';
import { mayHaveGpu } from './gpu.ts';
import { backendName, loadTensorflow, threadCount } from './load.ts';
import { fileObstacle, findPackages, linkRemedy, notInstalled, type TensorflowPackage } from './package.ts';
import { probe } from './probe.ts';

/**
 * TensorFlow by the first installed package that works, or by what keeps the first one from working. It is loaded into
 * this process when it is started, not before.
 * @param settings `threads` to compute with on a CPU, `from` the folder whose packages count
 */
export async function findTensorflow({ threads, from }: { threads?: number; from?: string } = {}): Promise<{ info: EngineInfo; start: () => Engine }> {
  let first: Obstacle | undefined;
  for (const installed of findPackages(from)) {
    let obstacle = fileObstacle(installed);
    if (!obstacle) {
      try {
        const { version, device, threads: usual } = await probe(installed);
        const info: EngineInfo = { id: 'tensorflow', version, device, threads: threads ?? usual, available: true };
        return { info, start: () => start(installed, info) };
      } catch (error) {
        obstacle = { reason: messageOf(error), remedy: linkRemedy };
      }
    }
    first ??= obstacle;
  }
  const info: EngineInfo = {
    id: 'tensorflow', version: '-', device: 'CPU', threads: threadCount(), available: false, ...(first ?? notInstalled),
  };
  return { info, start: () => { throw new EnvironmentError('engine-unavailable', `${info.reason} ${info.remedy}`); } };
}

function start(installed: TensorflowPackage, info: EngineInfo): Engine {
  try {
    loadTensorflow(installed, info.threads);
  } catch (cause) {
    throw new EnvironmentError('engine-unavailable', `TensorFlow cannot be loaded: ${messageOf(cause)} ${linkRemedy}`, { cause });
  }
  return new InterpretingEngine(info, backendName);
}

/** Whether it is worth asking a linked TensorFlow for its GPU. Cheap. */
export function tensorflowMayHaveGpu(): boolean {
  return mayHaveGpu() && findPackages().some((installed) => fileObstacle(installed) === undefined);
}
