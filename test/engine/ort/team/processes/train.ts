import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { trainOneBatch } from './trainOneBatch.ts';

/*
 * A program that trains with three threads and then has nothing left to do. Its argument says how it goes about that:
 * `train`, `throw` in the middle of a step, or train in a `worker` thread.
 */
const [how] = process.argv.slice(2);
if (how === 'worker') {
  const worker = new Worker(new URL('./trainOneBatch.worker.js', import.meta.url), { execArgv: [] });
  worker.on('message', (loss: number) => writeSync(1, `loss ${loss}\n`));
  worker.on('error', (error) => {
    writeSync(2, `${error.stack}\n`);
    process.exitCode = 3;
  });
} else {
  writeSync(1, `loss ${await trainOneBatch(how === 'throw')}\n`);
}
