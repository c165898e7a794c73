import { EnvironmentError } from '../../base/errors.ts';
import type { Engine, EngineInfo } from '../engine.ts';
import { textOf } from '../obstacle.ts';
import { ortVersion, tryOrt } from '../ort/binding.ts';
import { findAdapter } from './adapter.ts';
import { WebGpuEngine } from './engine.ts';

/** The WebGPU provider on this machine's GPU, or what keeps it from being used. */
export function findWebGpu(): { info: EngineInfo; start: () => Engine } {
  const found = tryOrt() ?? findAdapter();
  if ('reason' in found) {
    const info: EngineInfo = { id: 'webgpu', device: 'GPU', threads: 1, version: '-', available: false, ...found };
    return { info, start: () => { throw new EnvironmentError('engine-unavailable', textOf(found)); } };
  }
  const { name, software } = found.adapter;
  const device = software ? `GPU in software, ${name}` : `GPU, ${name}`;
  const info: EngineInfo = { id: 'webgpu', device, threads: 1, version: ortVersion(), available: true };
  return { info, start: () => new WebGpuEngine(info) };
}
