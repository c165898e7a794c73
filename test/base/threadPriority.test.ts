import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

const url = (path: string) => new URL(`../../core/base/${path}`, import.meta.url).href;

/** Gives way, and tells the nice values of itself and of the process's first thread, as the kernel has them (proc(5), field 19 of stat). */
const program = `
  const { readFileSync } = require('node:fs');
  const nice = (path) => Number(readFileSync(path, 'utf8').replace(/^.*\\) /s, '').split(' ')[16]);
  import('${url('typescript.js')}').then(({ readTypeScript }) => readTypeScript()).then(() => import('${url('threadPriority.ts')}')).then(({ giveWayToOtherThreads }) => {
    giveWayToOtherThreads();
    require('node:worker_threads').parentPort.postMessage({ own: nice('/proc/thread-self/stat'), first: nice('/proc/' + process.pid + '/task/' + process.pid + '/stat') });
  });
`;

describe('a thread that gives way', () => {
  it.skipIf(process.platform !== 'linux')('has a lower priority than before, and the process has not (on Linux)', async () => {
    const before = getPriority();
    const worker = new Worker(program, { eval: true, execArgv: [] });
    try {
      expect((await once(worker, 'message'))[0]).toEqual({ own: 10, first: before });
      expect(getPriority()).toBe(before);
    } finally {
      await worker.terminate();
    }
  });
});
