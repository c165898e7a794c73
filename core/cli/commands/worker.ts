import { hostname } from 'node:os';
import { cacheFolder } from '../../study/queue/worker/cacheFolder.ts';
import { defineCommand } from '../command.ts';
import { optional, text, wholeNumber } from '../options.ts';
import { joinedQueueOption } from '../queueOption.ts';

export const worker = defineCommand({
  name: 'worker',
  summary: 'Score and evaluate for others: join a queue on a Redis',
  details: 'Does chunks of the work that "pocketformer score --queue" and studies with "compute: { queue: ... }" hand out, until it is stopped. Any number of workers may '
    + 'come and go; a chunk whose worker is lost is begun again by another one within seconds. Ctrl-C finishes the chunks that it has, or gives them back. All must be of one '
    + 'version. Whoever reaches the Redis can hand out work and read results: give it a password (POCKETFORMER_QUEUE) or keep it inside a network that you trust.',
  json: 'A line for each chunk that is done: {kind, space, architectures, ms}',
  options: {
    queue: joinedQueueOption,
    concurrency: optional(wholeNumber('N', 1, 1024), 'Chunks at the same time (default: as many as processors, fewer where each computes with several threads)'),
    name: optional(text('NAME', 'a name'), 'What the worker is called (default: the name of the machine and a number)'),
    cache: optional(text('DIR', 'the path of a folder'), 'Where weights and images that chunks need are kept (default: in your cache folder)'),
  },
  examples: ['pocketformer worker --queue redis://cluster:6379', 'POCKETFORMER_QUEUE=rediss://:PASSWORD@cluster:6379 pocketformer worker --queue environment --concurrency 4'],
  async run({ queue, concurrency, name = `${hostname()}-${process.pid}`, cache = cacheFolder() }, { json, print, note, stopSignal }) {
    const { workForQueue } = await import('../../study/queue/redis/queueWorker.ts');
    const { Desks } = await import('../../study/queue/worker/desks.ts');
    const { workTitle, spaceOf } = await import('../../study/queue/chunks/work.ts');
    const told = { chunks: 0, architectures: 0 };
    await workForQueue(queue, {
      name, concurrency, cache, desks: new Desks(cache), signal: stopSignal(), tell: note,
      onReady: () => note(`${name} works for ${queue.shown}. Ctrl-C ends it.`),
      onDone: ({ work, archs }, ms) => {
        told.chunks++;
        told.architectures += archs.length;
        note(`${counted(told.architectures, 'architecture')} in ${counted(told.chunks, 'chunk')}; the last: ${workTitle(work)}, ${archs.length} in ${(ms / 1000).toFixed(1)} s`);
        if (json) void print(JSON.stringify({ kind: work.kind, space: spaceOf(work), architectures: archs.length, ms: Number(ms.toPrecision(4)) }));
      },
    });
    note(`${name} has left ${queue.shown}.`);
  },
});

const counted = (count: number, word: string) => `${count.toLocaleString('en-US')} ${count === 1 ? word : `${word}s`}`;
