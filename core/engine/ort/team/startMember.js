// Plain JavaScript, because a new thread knows nothing of TypeScript yet.
import { workerData } from 'node:worker_threads';
import { readTypeScript } from '../../../base/typescript.js';

try {
  await readTypeScript();
  await import('./member.ts');
} catch (error) {
  // Nothing else can tell the thread that waits; the words are those of collective.ts.
  const { failures, memory: { control } } = workerData;
  const [generation, failed, parked] = [1, 2, 3];
  failures.postMessage({
    code: 'engine-thread',
    message: `A thread of the engine cannot start (${String(error?.message ?? error).split('\n', 1)[0]}). `
      + 'Run "npm ci" again, or set compute.threads to 1 in the study.',
  });
  Atomics.store(control, failed, 1);
  for (const word of [generation, parked]) {
    Atomics.add(control, word, 1);
    Atomics.notify(control, word);
  }
}
