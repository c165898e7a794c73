import { startEngine } from '../../../engine/engines.ts';
import { getSpace } from '../../../spaces/index.ts';
import { SubnetEvaluator } from '../../../training/supernet/evaluator.ts';
import { makeScorer } from '../../scoring/scorer.ts';
import type { BlobStore } from '../blobs/blobStore.ts';
import { canonicalJson } from '../exactJson.ts';
import { timedPortion } from '../timedPortion.ts';
import type { DonePortion } from '../workQueue.ts';
import type { Chunk } from './chunk.ts';
import { unpackEvaluationImages, unpackScoringImages, unpackWeights } from './packing.ts';
import { spaceOf, type EvaluateWork, type ScoreWork } from './work.ts';

type Doer = (archs: readonly unknown[]) => readonly unknown[];

/**
 * Does chunks, one after the other, to the bit as they are done without a queue. What the last one needed stays: engine, weights, images.
 * @returns throws InputError for architectures that are none, and what scoring and evaluating throw
 */
export function chunkDoer(blobs: Pick<BlobStore, 'get'>): (chunk: Chunk) => Promise<DonePortion<unknown>> {
  let last: { readonly key: string; readonly doer: Promise<Doer> } | undefined;
  return async ({ work, archs }) => {
    const key = canonicalJson(work);
    if (last?.key !== key) last = { key, doer: work.kind === 'score' ? scorer(work, blobs) : evaluator(work, blobs) };
    const { doer } = last;
    doer.catch(() => { last = undefined; });
    const space = getSpace(spaceOf(work));
    const [does, parsed] = [await doer, archs.map((arch) => space.parse(arch))];
    return timedPortion(() => does(parsed));
  };
}

async function scorer({ plan, images, engine }: ScoreWork, blobs: Pick<BlobStore, 'get'>): Promise<Doer> {
  return makeScorer({
    plan: { ...plan, ...(images && { images: unpackScoringImages(images, await blobs.get(images.blob)) }) },
    engine: engine && { ...engine, memoryBytes: undefined },
  });
}

async function evaluator(work: EvaluateWork, blobs: Pick<BlobStore, 'get'>): Promise<Doer> {
  const { classes, images: { blob, imageSize, validation }, batchSize, calibrationBatches } = work;
  const space = getSpace(work.space);
  const engine = await startEngine(work.engine.id, { threads: work.engine.threads });
  const judge = new SubnetEvaluator({
    ...work, engine, weights: unpackWeights(space.lower(space.largest, { classes, supernet: true }), await blobs.get(work.weights)),
    data: unpackEvaluationImages({ imageSize, validation, calibration: batchSize * calibrationBatches }, await blobs.get(blob)),
  });
  return (archs) => archs.map((arch) => judge.accuracy(judge.extract(space.lower(arch, { classes }))));
}
