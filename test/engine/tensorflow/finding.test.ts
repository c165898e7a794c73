import * as tf from '@tensorflow/tfjs';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkHere, requireAgreement } from '../../../core/engine/tensorflow/check.ts';
import { findTensorflow } from '../../../core/engine/tensorflow/engine.ts';
import { findPackages } from '../../../core/engine/tensorflow/package.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { workingMain, writeFakePackage } from './fakePackage.ts';

const scratch = temporaryFolder();
let count = 0;
function newRoot(): string {
  const root = join(scratch, String(count++));
  mkdirSync(root);
  return root;
}
const infoOf = async (root: string) => (await findTensorflow({ from: root })).info;

describe('TensorFlow', () => {
  it('that is not installed is a normal state, with the way to get it', async () => {
    const { info, start } = await findTensorflow({ from: newRoot() });
    expect(info).toMatchObject({
      available: false, version: '-', reason: expect.stringContaining('It is optional'),
      remedy: expect.stringMatching(/npm install --no-save --ignore-scripts @tensorflow\/tfjs-node-gpu@4\.22\.0.*link-tensorflow/),
    });
    expect(start).toThrow('It is optional');
  });

  it('that works is listed with its version without being loaded here', async () => {
    const root = newRoot();
    writeFakePackage(root, workingMain('2.99.1'));
    expect(await infoOf(root)).toMatchObject({ id: 'tensorflow', available: true, version: '2.99.1', device: 'CPU' });
    expect(tf.findBackendFactory('tensorflow')).toBeNull();
  });

  it('computes with as many threads as it is told to', async () => {
    const root = newRoot();
    writeFakePackage(root, workingMain());
    expect((await findTensorflow({ from: root, threads: 3 })).info.threads).toBe(3);
    expect((await infoOf(root)).threads).toBeLessThanOrEqual(8);
  });

  it('says when it computes on a GPU', async () => {
    const root = newRoot();
    writeFakePackage(root, workingMain('2.21.0', true));
    expect((await infoOf(root)).device).toMatch(/^GPU, ./);
  });

  it('comes from the package for GPUs first, and from the other when that one does not work', async () => {
    const root = newRoot();
    const gpu = writeFakePackage(root, workingMain('2.1.0'), { name: '@tensorflow/tfjs-node-gpu' });
    writeFakePackage(root, workingMain('2.2.0'));
    expect((await infoOf(root)).version).toBe('2.1.0');
    rmSync(gpu.addon);
    expect((await infoOf(root)).version).toBe('2.2.0');
  });

  it.each([
    ['whose addon was never built', 'never built', ({ addon }) => rmSync(addon)],
    ['whose addon is no library', 'is no library for this system', ({ addon }) => writeFileSync(addon, 'x'.repeat(100)), 'linux'],
    ['whose addon is cut off', 'tfjs_binding.node is cut off', ({ addon }) => truncateSync(addon, 200_000), 'linux'],
    ['whose library was moved away', 'which is not there', ({ library }) => { rmSync(library); symlinkSync('/nowhere/libtensorflow.so.2', library); }],
    ['whose library was deleted', 'libtensorflow is missing', ({ library }) => rmSync(library)],
    ['whose library is cut off', 'libtensorflow.so.2 is cut off', ({ library }) => truncateSync(library, 200_000), 'linux'],
    ['that throws', 'cannot be loaded: libcudart.so.12: cannot open shared object file.', ({ directory }) =>
      writeFileSync(join(directory, 'index.js'), "throw new Error('libcudart.so.12: cannot open shared object file\\n  at somewhere');")],
    ['whose addon is something else', 'cannot be loaded', ({ directory }) =>
      writeFileSync(join(directory, 'index.js'), "require('./lib/napi-v8/tfjs_binding.node');")],
    ['that ends its process', 'ended with SIGSEGV', ({ directory }) =>
      writeFileSync(join(directory, 'index.js'), "process.kill(process.pid, 'SIGSEGV'); while (true);"), 'linux'],
  ] as [string, string, (fake: ReturnType<typeof writeFakePackage>) => void, string?][])(
    '%s is unavailable, with a reason and a remedy', async (_, reason, damage, platform) => {
      if (platform !== undefined && platform !== process.platform) return;
      const root = newRoot();
      damage(writeFakePackage(root, workingMain()));
      const info = await infoOf(root);
      expect(info).toMatchObject({ available: false, reason: expect.stringContaining(reason), remedy: expect.stringContaining('link-tensorflow DIR') });
      expect(info.reason).not.toMatch(/\n| {2}at /);
    });

  it('of another version, or beside another tfjs, is refused before it is loaded', async () => {
    const root = newRoot();
    writeFakePackage(root, 'process.exit(3)', { version: '4.23.0' });
    expect(await infoOf(root)).toMatchObject({ reason: expect.stringContaining('4.23.0'), remedy: expect.stringContaining('@tensorflow/tfjs-node@4.22.0') });

    const other = newRoot();
    const { directory } = writeFakePackage(other, 'process.exit(3)');
    const own = join(directory, 'node_modules', '@tensorflow', 'tfjs');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'package.json'), JSON.stringify({ name: '@tensorflow/tfjs', version: '4.21.0', main: 'index.js' }));
    writeFileSync(join(own, 'index.js'), '');
    expect(await infoOf(other)).toMatchObject({ available: false, reason: expect.stringContaining('another copy of tfjs') });
  });
});

describe('The check of a linked TensorFlow', () => {
  it('trains on it and finds that it agrees with the js engine', async () => {
    const root = newRoot();
    writeFakePackage(root, workingMain());
    const result = await checkHere(findPackages(root)[0]);
    // The stand-in has the very kernels of the js engine.
    expect(result).toMatchObject({ version: '2.21.0', gradientDifference: 0, lossDifference: 0, steps: 5 });
    expect(() => requireAgreement(result)).not.toThrow();
  });

  it('refuses one that computes something else', () => {
    const result = { version: '2.21.0', usesGpu: false, device: 'CPU', threads: 1, steps: 5 };
    for (const [gradientDifference, lossDifference] of [[1e-3, 0], [0, 1e-3], [Infinity, 0], [NaN, 0]]) {
      expect(() => requireAgreement({ ...result, gradientDifference, lossDifference })).toThrow('computes something else than the js engine');
    }
  });
});
