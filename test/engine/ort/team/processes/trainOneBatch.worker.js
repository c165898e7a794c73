// Plain JavaScript, because a new thread knows nothing of TypeScript yet.
import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { trainOneBatch } = await import('./trainOneBatch.ts');
parentPort.postMessage(await trainOneBatch(false));
