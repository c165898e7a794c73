import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageVersion } from '../../../core/engine/tensorflow/package.ts';

const require = createRequire(import.meta.url);

export interface FakePackage {
  readonly directory: string;
  readonly addon: string;
  readonly library: string;
}

/**
 * A tfjs-node package below `root` whose native parts are real libraries, though not TensorFlow's.
 * @param main what the package does when it is loaded
 */
export function writeFakePackage(root: string, main: string, { name = '@tensorflow/tfjs-node', version = packageVersion } = {}): FakePackage {
  const directory = join(root, 'node_modules', name);
  const addon = join(directory, 'lib', 'napi-v8', 'tfjs_binding.node');
  const library = join(directory, 'deps', 'lib', 'libtensorflow.so.2');
  for (const folder of [dirname(addon), dirname(library)]) mkdirSync(folder, { recursive: true });
  for (const path of [addon, library]) copyFileSync(realLibrary(), path);
  writeFileSync(join(directory, 'package.json'), JSON.stringify({
    name, version, main: 'index.js',
    binary: { module_name: 'tfjs_binding', module_path: './lib/napi-v{napi_build_version}', napi_versions: [3, 4, 5, 6, 7, 8] },
  }));
  writeFileSync(join(directory, 'index.js'), main);
  for (const each of ['tfjs', 'tfjs-backend-cpu']) link(root, `@tensorflow/${each}`);
  return { directory, addon, library };
}

export function realLibrary(): string {
  return join(dirname(require.resolve('onnxruntime-node/package.json')), 'bin', 'napi-v6', process.platform, process.arch, 'onnxruntime_binding.node');
}

function link(root: string, name: string): void {
  const path = join(root, 'node_modules', name);
  try {
    symlinkSync(dirname(require.resolve(`${name}/package.json`)), path, 'junction');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** Stands for a TensorFlow that works: the reference kernels under its name. Fails where Node's removed functions are not supplied. */
export const workingMain = (version = '2.21.0', usesGpu = false) => `
  const util = require('util');
  if (!util.isNullOrUndefined(null) || util.isNullOrUndefined(0) || !util.isArray([])) throw new Error('functions were not supplied');
  const tf = require('@tensorflow/tfjs');
  const { MathBackendCPU } = require('@tensorflow/tfjs-backend-cpu');
  class Backend extends MathBackendCPU {
    binding = { TF_Version: '${version}' };
    isUsingGpuDevice = ${usesGpu};
    firstUse = false;
  }
  tf.registerBackend('tensorflow', () => new Backend(), 3);
  for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName: 'tensorflow' });
  tf.setBackend('tensorflow');
`;
