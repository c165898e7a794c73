import { join } from 'node:path';
import { expect, it } from 'vitest';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { autoFormerMini } from '../../../core/spaces/autoformer/space.ts';
import { chunkOf } from '../../../core/study/queue/chunks/chunk.ts';
import { describeScoring } from '../../../core/study/queue/chunks/describeWork.ts';
import { readResults } from '../../../core/study/queue/chunks/results.ts';
import { Desks } from '../../../core/study/queue/worker/desks.ts';
import { scratchFolder } from '../scratch.ts';

it('outlives a process that ends over a chunk, says how, and does the next chunk in another', async () => {
  const desks = new Desks(join(scratchFolder(), 'cache'));
  const { work } = describeScoring({ space: 'autoformer-mini', proxies: ['params'], seeds: [1] }, undefined);
  const chunk = { ...chunkOf(work, [autoFormerMini.smallest]), work };
  const doomed = desks.do(chunk);
  desks.killAll();
  await expect(doomed).rejects.toMatchObject({ code: 'chunk-crashed', message: expect.stringContaining('by SIGKILL') as unknown });
  const { results } = readResults(chunk, await desks.do(chunk));
  expect(results.map(([{ value }]) => value)).toEqual([networkParams(autoFormerMini.lower(autoFormerMini.smallest))]);
  desks.killAll();
});
