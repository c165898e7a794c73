import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { nativeFileProblem } from '../nativeFile.ts';
import type { Obstacle } from '../obstacle.ts';

const useJs = 'or use --engine js, which is slow.';
/** Systems for which the package carries libraries. */
const supported = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
const system = `${process.platform}-${process.arch}`;

/** What keeps ONNX Runtime from being loaded, as far as its files tell. */
export function ortObstacle(): Obstacle | undefined {
  const again = `Run "npm ci" again, ${useJs}`;
  let directory: string;
  try {
    directory = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  } catch {
    return { reason: 'The package onnxruntime-node is missing.', remedy: again };
  }
  const folder = join(directory, 'bin', 'napi-v6', process.platform, process.arch);
  if (!existsSync(folder)) {
    return supported.includes(system)
      ? { reason: `${folder} is missing.`, remedy: again }
      : { reason: `ONNX Runtime has no library for ${system}, only for ${supported.join(', ')}.`, remedy: `Use another computer, ${useJs}` };
  }
  const files = ['onnxruntime_binding.node', ...readdirSync(folder).filter((name) => name.startsWith('libonnxruntime'))];
  const problem = files.map((name) => nativeFileProblem(join(folder, name))).find((each) => each !== undefined);
  return problem === undefined ? undefined : { reason: problem, remedy: again };
}

/** What the system's loader said. */
export function loadingObstacle(message: string): Obstacle {
  return { reason: `ONNX Runtime cannot be loaded on ${system}: ${message}.`, remedy: `Run "npm ci" again, ${useJs}` };
}
