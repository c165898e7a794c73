import { findParent } from '../../jobs/parent.ts';
import { FolderBlobs } from '../blobs/folderBlobs.ts';
import { chunkDoer } from '../chunks/doWork.ts';
import { exactJson } from '../exactJson.ts';
import { failureOf } from '../../../base/failure.ts';
import type { DeskReply, DeskRequest } from './messages.ts';

/* The program of a process that does chunks, in turn, for a worker: one that ends it takes no worker with it. */

const parent = findParent();
const reply = (message: DeskReply) => parent.send(message);
let doer: ReturnType<typeof chunkDoer> | undefined;

parent.onMessage((message) => {
  const { chunk, cache } = message as DeskRequest;
  doer ??= chunkDoer(new FolderBlobs(cache));
  doer(chunk).then(({ results, ms }) => reply({ type: 'done', done: { results: exactJson(results), ms } }))
    .catch((error: unknown) => reply({ type: 'failed', failure: failureOf(error) }));
});
parent.onGone(() => process.exit(0));
// Ctrl-C in a terminal reaches the worker too, which decides what becomes of its chunks.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
reply({ type: 'ready' });
