import { join } from 'node:path';
import { expect, it } from 'vitest';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { autoFormerMini } from '../../../core/spaces/autoformer/space.ts';
import { chunkOf } from '../../../core/study/queue/chunks/chunk.ts';
import { describeScoring } from '../../../core/study/queue/chunks/describeWork.ts';
import { readResults } from '../../../core/study/queue/chunks/results.ts';
import { Desks } from '../../../core/study/queue/worker/desks.ts';
import { scratchFolder } from '../scratch.ts';

/** A chunk that takes no time. */
function quickChunk() {
  const { work } = describeScoring({ space: 'autoformer-mini', proxies: ['params'], seeds: [1] }, undefined);
  return { ...chunkOf(work, [autoFormerMini.smallest]), work };
}

it('outlives a process that ends over a chunk, says how, and does the next chunk in another', async () => {
  const desks = new Desks(join(scratchFolder(), 'cache'));
  const chunk = quickChunk();
  const doomed = desks.do(chunk);
  desks.killAll();
  await expect(doomed).rejects.toMatchObject({ code: 'chunk-crashed', message: expect.stringContaining('by SIGKILL') as unknown });
  const { results } = readResults(chunk, await desks.do(chunk));
  expect(results.map(([{ value }]) => value)).toEqual([networkParams(autoFormerMini.lower(autoFormerMini.smallest))]);
  desks.killAll();
});

it('ends a process that does not get done in time, and does the next chunk in another', async () => {
  const desks = new Desks(join(scratchFolder(), 'cache'));
  const chunk = quickChunk();
  // No process has even started by then.
  await expect(desks.do(chunk, 1)).rejects.toMatchObject({ code: 'chunk-too-long', message: 'it was not done within 0.001 seconds.' });
  expect(readResults(chunk, await desks.do(chunk, 600_000)).results).toHaveLength(1);
  desks.killAll();
});
