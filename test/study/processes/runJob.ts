/*
 * A stand-in for a training: every step changes the weights in a known way, reports, and saves a checkpoint every third
 * step. Goes on from the latest checkpoint, after checking that weights, state and step belong together.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openStudy } from '../../../core/study/folder.ts';
import { isCheckpointOf, weightsAt } from './jobState.ts';

const [directory, lastStep, values] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const study = await openStudy(directory);
const checkpoint = await study.loadLatestCheckpoint();
if (checkpoint !== undefined && !isCheckpointOf(checkpoint, values)) throw new Error('The checkpoint is inconsistent.');
const firstStep = checkpoint?.step ?? 0;
await study.update({ status: 'running' });
study.events.append({ kind: 'resumed', phase: 'training', step: firstStep, afterSeq: checkpoint?.eventSeq ?? 0 });
console.log(`ready ${firstStep}`);
for (let step = firstStep + 1; step <= lastStep; step++) {
  study.events.append({ kind: 'step', step, loss: 1 / step, learningRate: 1e-3 });
  if (step % 3 === 0) {
    await study.saveCheckpoint({ phase: 'training', step, tensors: weightsAt(step, values), state: { step } });
    console.log(`saved ${step}`);
  }
  await sleep(1);
}
await study.update({ status: 'finished' });
study.events.append({ kind: 'finished' });
study.close();
console.log('finished');
