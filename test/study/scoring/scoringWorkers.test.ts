import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../core/base/errors.ts';
import { Random } from '../../../core/base/random.ts';
import { autoFormerMini } from '../../../core/spaces/autoformer/space.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import { workThrough } from '../../../core/study/queue/workThrough.ts';
import type { ScoringPlan } from '../../../core/study/scoring/plan.ts';
import { needsEngine } from '../../../core/study/scoring/scorer.ts';
import { startScoringWorkers, type ScoringWorkers } from '../../../core/study/scoring/scoringWorkers.ts';

const random = new Random('scorer');
const archs = Array.from({ length: 300 }, () => autoFormerMini.sample(random));
const plan: ScoringPlan = { space: 'autoformer-mini', proxies: ['dss', 'params'], seeds: [3, 4], weights: 'supernet' };

async function allScores(workers: ScoringWorkers, signal?: AbortSignal) {
  const scores: { arch: unknown; values: number[]; spread: number | undefined }[] = [];
  try {
    for await (const portion of workThrough(archs, workers, { signal })) {
      scores.push(...portion.map(({ arch, result: [dss, params] }) => ({ arch, values: [dss.value, params.value], spread: dss.spread })));
    }
  } finally {
    await workers.close();
  }
  return scores;
}

describe('scoring by a plan', () => {
  it('gives the same scores on one thread and on several, to the last bit and in the order of the architectures', async () => {
    const [alone, shared] = [
      await allScores(await startScoringWorkers({ plan, engine: 'auto', threads: 1 })),
      await allScores(await startScoringWorkers({ plan, engine: 'auto', threads: 2 })),
    ];
    expect(alone.map(({ arch }) => arch)).toEqual(archs);
    expect(shared).toEqual(alone);
    expect(alone.every(({ spread }) => spread! > 0)).toBe(true);
  });

  it('starts no engine for proxies and networks that need none', () => {
    expect(needsEngine(plan, archs.slice(0, 3))).toBe(false);
    expect(needsEngine({ ...plan, proxies: ['params', 'snip'] }, archs.slice(0, 3))).toBe(true);
    // Its blocks do not treat equal tokens alike, so that DSS is computed literally.
    expect(needsEngine({ ...plan, space: 'elasticvit-mini' }, [elasticVitMini.smallest])).toBe(true);
  });

  it('tells what a thread says, and scores no more', async () => {
    const workers = await startScoringWorkers({ plan, engine: 'auto', threads: 2 });
    const outside = autoFormerMini.parse({ embedDim: 400, depth: 4, mlpRatios: [2, 2, 2, 2], numHeads: [2, 2, 2, 2] });
    await expect(workers.submit([outside])).rejects.toThrow('is not part of one of shape');
    await expect(workers.submit(archs.slice(0, 2))).rejects.toThrow('is not part of one of shape');
    await workers.close();
  });

  it('stops between two portions', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(allScores(await startScoringWorkers({ plan, engine: 'auto', threads: 1 }), controller.signal)).rejects.toThrow(CancelledError);
  });
});
