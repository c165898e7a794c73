import { expect, it } from 'vitest';
import { KernelMemory } from './kernelMemory.ts';
// Their tests run here once more, which takes a second or two, so that it shows what they call.
import './jetKernels.test.ts';
import './kernels.test.ts';
import './rowKernels.test.ts';
import './saliencyKernels.test.ts';
import './windowKernels.test.ts';

it('every kernel is compared with plain loops: a new one needs a test in one of these files', () => {
  expect(Object.keys(new KernelMemory().kernels).filter((name) => !KernelMemory.called.has(name))).toEqual([]);
});
