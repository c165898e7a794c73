import { EnvironmentError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { argument, text } from '../options.ts';

export const linkTensorflowCommand = defineCommand({
  name: 'engines link-tensorflow',
  summary: 'Make the tensorflow engine from a TensorFlow library on this machine',
  details: 'Builds the addon of the installed @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node against the library and checks it by '
    + 'training a small network, compared with the js engine. Nothing is downloaded and the library stays where it is. It needs a C++ '
    + 'compiler, make and Python 3.\n'
    + 'DIR is an unpacked release of libtensorflow for C (lib/, include/), or a Python wheel of TensorFlow unpacked into it: '
    + '"pip download tensorflow-cpu --no-deps" and "unzip".',
  json: '{package, kind, library, addon, built, version, usesGpu, device, threads, steps, gradientDifference, lossDifference, seconds}: '
    + 'differences are relative to the js engine',
  options: { directory: argument(text('DIR', 'the path of a folder'), 'Folder of a TensorFlow library') },
  examples: ['pocketformer engines link-tensorflow ~/libtensorflow', 'pocketformer engines link-tensorflow ~/tensorflow-wheel --json'],
  async run({ directory }, { json, note, print }) {
    const { linkTensorflow } = await import('../../engine/tensorflow/link.ts');
    const start = performance.now();
    let result;
    try {
      result = await linkTensorflow(directory, (step) => note(step));
    } catch (error) {
      if (error instanceof EnvironmentError && Array.isArray(error.details.log)) for (const line of error.details.log) note(`  ${line}`);
      throw error;
    }
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    if (json) return print(JSON.stringify({ ...result, seconds }));
    await print(`TensorFlow ${result.version} on ${result.device}, threads: ${result.threads}`);
    await print(`Library  ${result.library}`);
    await print(`Addon    ${result.addon}`);
    await print(`Agrees with the js engine over ${result.steps} training steps: gradients differ by ${result.gradientDifference.toExponential(1)}, `
      + `losses by ${result.lossDifference.toExponential(1)} (relative).`);
    await print(`Took ${seconds} s. "pocketformer engines" lists it; --engine tensorflow uses it.`);
  },
});
