import { CancelledError, InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Weights } from '../../model/weights.ts';
import { SubnetEvaluator } from '../../training/supernet/evaluator.ts';
import { evaluationWeights } from '../../training/supernet/trainer.ts';
import { readEvents } from '../events.ts';
import { effectiveEvents } from '../eventTypes.ts';
import type { Study } from '../folder.ts';
import { safePoint, type RunHooks } from '../run/hooks.ts';
import { loadTrainedStudy, type TrainedStudy } from '../trainedStudy.ts';
import { chooseSubnets } from './chooseSubnets.ts';
import { rankPaths, readRankRecord, writeRankRecord, type RankRecord } from './record.ts';
import { removeCheckpoint, retrain } from './retraining.ts';
import { summariseRanks, type RankSummary } from './summarise.ts';

export interface RankOptions {
  readonly engine: Engine;
  /** What is left out is as in the record that is gone on with; in a new one 8 subnets, the study's own steps, and seed 1. */
  readonly subnets?: number;
  readonly steps?: number;
  readonly seed?: number;
}

export interface RankHooks extends Pick<RunHooks, 'signal' | 'gate'> {
  /** Training steps done, of those of all subnets. */
  readonly onProgress?: (done: number, total: number, note: string) => void;
}

export interface RankCorrelation extends RankSummary {
  readonly record: RankRecord;
}

/**
 * How far inherited accuracy ranks subnets as training each from scratch would: judges a few by what they inherit, then
 * trains and judges each. Everything found is written to the study's folder at once, and a later call goes on with it. The
 * caller holds the study and closes it.
 * @throws InputError as `loadTrainedStudy`, `other-rank-correlation` for other options than those of the record, and
 * `few-subnets`; CancelledError with everything saved
 */
export async function rankCorrelation(study: Study, options: RankOptions, hooks: RankHooks = {}): Promise<RankCorrelation> {
  const trained = await loadTrainedStudy(study, { signal: hooks.signal });
  try {
    const record = await readRankRecord(study);
    if (record) requireSame(study, record, options, trained);
    const begun = record ?? begin(study, options, trained);
    const judged = await judgeInherited(study, begun, options, trained, hooks);
    const finished = await retrainAll(study, judged, options, trained, hooks);
    return { record: finished, ...summariseRanks(finished) };
  } finally {
    trained.data.close();
  }
}

function begin(study: Study, options: RankOptions, { space, settings: { training }, data, checkpoint }: TrainedStudy): RankRecord {
  const { subnets: wanted = 8, steps = training.steps, seed = 1 } = options;
  const events = effectiveEvents(readEvents(study.paths.events).events);
  const evaluated = events.flatMap((event) => event.kind === 'evaluation' ? [space.parse(event.arch)] : []);
  const subnets = chooseSubnets(space, evaluated, { wanted, classes: data.classes.length, random: new Random(`${seed}/subnets`) });
  if (subnets.length < 2) throw new InputError('few-subnets', `The space ${space.id} has too few architectures to compare.`);
  return {
    format: 'pocketformer-rank-correlation', version: 1, seed, steps, supernetSteps: checkpoint.step, images: data.val.count,
    subnets: subnets.map((subnet) => ({ ...subnet, inherited: null, retrained: null })),
  };
}

function requireSame(study: Study, record: RankRecord, options: RankOptions, { checkpoint }: TrainedStudy): void {
  const now = { subnets: record.subnets.length, steps: record.steps, seed: record.seed };
  const other = (['subnets', 'steps', 'seed'] as const).find((name) => options[name] !== undefined && options[name] !== now[name]);
  const problem = other ? `${other} ${now[other]}, not ${options[other]}`
    : record.supernetSteps !== checkpoint.step ? `a supernet of ${record.supernetSteps} training steps, which has ${checkpoint.step} by now`
      : undefined;
  if (problem === undefined) return;
  throw new InputError('other-rank-correlation', `${rankPaths(study).record}: is of ${problem}; go on with the same, or delete it to begin anew.`);
}

async function judgeInherited(study: Study, record: RankRecord, { engine }: RankOptions, trained: TrainedStudy, hooks: RankHooks): Promise<RankRecord> {
  if (record.subnets.every(({ inherited }) => inherited !== null)) return record;
  const { space, data, checkpoint } = trained;
  const classes = data.classes.length;
  const weights = evaluationWeights(space.lower(space.largest, { classes, supernet: true }), checkpoint.tensors);
  const evaluator = evaluatorOf(engine, trained, weights);
  const subnets = [...record.subnets];
  for (const [i, subnet] of subnets.entries()) {
    const inherited = evaluator.accuracy(evaluator.extract(space.lower(space.parse(subnet.arch), { classes })));
    subnets[i] = { ...subnet, inherited };
    hooks.onProgress?.(0, subnets.length * record.steps, `judged ${i + 1} of ${subnets.length}`);
    await safePoint({ signal: hooks.signal, gate: hooks.gate });
    if (hooks.signal?.aborted) throw new CancelledError();
  }
  const judged = { ...record, subnets };
  await writeRankRecord(study, judged);
  return judged;
}

async function retrainAll(study: Study, record: RankRecord, { engine }: RankOptions, trained: TrainedStudy, hooks: RankHooks): Promise<RankRecord> {
  const { steps, seed } = record;
  const total = steps * record.subnets.length;
  let now = record;
  for (const [i, subnet] of record.subnets.entries()) {
    if (subnet.retrained !== null) continue;
    const onStep = (step: number, loss: number) =>
      hooks.onProgress?.(i * steps + step, total, `subnet ${i + 1} of ${record.subnets.length}, loss ${loss.toFixed(3)}`);
    const weights = await retrain(subnet, { study, trained, engine, steps, seed, hooks: { ...hooks, onStep } });
    const evaluator = evaluatorOf(engine, trained, weights);
    const retrained = evaluator.accuracy(evaluator.extract(weights.network));
    now = { ...now, subnets: now.subnets.with(i, { ...subnet, retrained }) };
    await writeRankRecord(study, now);
    await removeCheckpoint(study);
  }
  return now;
}

/** All are judged alike: batch norms calibrated on the same images, accuracy on all validation images. */
function evaluatorOf(engine: Engine, { data, settings, normalisation, augmentation }: TrainedStudy, weights: Weights): SubnetEvaluator {
  const { seed, training, search } = settings;
  return new SubnetEvaluator({
    engine, weights, data, normalisation, augmentation, seed, batchSize: training.batchSize, calibrationBatches: search.calibrationBatches,
  });
}
