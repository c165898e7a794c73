import { FolderBlobs } from '../../../core/study/queue/blobs/folderBlobs.ts';
import { chunkDoer } from '../../../core/study/queue/chunks/doWork.ts';
import { exactJson } from '../../../core/study/queue/exactJson.ts';
import type { ChunkWorkers } from '../../../core/study/queue/worker/desks.ts';

/** Does chunks in the test's own process, one after the other. */
export function inProcessDesk(cache: string): ChunkWorkers {
  const doer = chunkDoer(new FolderBlobs(cache));
  let last: Promise<unknown> = Promise.resolve();
  return {
    do(chunk) {
      const done = last.then(() => doer(chunk)).then(({ results, ms }) => ({ results: exactJson(results), ms }));
      last = done.catch(() => undefined);
      return done;
    },
    killAll: () => undefined,
  };
}
