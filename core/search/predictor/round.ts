import type { Random } from '../../base/random.ts';
import type { Candidate } from '../multiobjective/candidate.ts';
import { evolve } from '../multiobjective/evolve.ts';
import { valid } from '../objective.ts';
import { Drafter } from '../population.ts';
import type { Draft } from '../population.ts';
import { constrainedMs, fitsDevice, predictLatencies } from '../problem.ts';
import type { LatencyInterval, SearchProblem, TargetDevice } from '../problem.ts';
import { referencePoints } from '../referencePoints.ts';
import type { SearchSettings } from '../settings.ts';
import { sizeViolation } from '../sizeLimits.ts';
import type { Evaluated } from '../state.ts';
import { fitObjectivePredictor } from './objectivePredictor.ts';
import type { ObjectivePredictor } from './objectivePredictor.ts';
import { chooseCandidates } from './chooseCandidates.ts';
import type { Forecast } from './chooseCandidates.ts';
import { survivalOf } from './survivals.ts';

/** Of every round's evaluations, one in so many goes to where the predictor is least sure. */
const exploreOneIn = 4;

/**
 * One round of search inside a predictor, as MSuNAS (Lu et al., ECCV 2020) and LINAS (Cummings et al., 2022) do: learns
 * the objective's value from everything evaluated so far, lets an optimiser loose on the prediction and on the latencies of all
 * devices, and chooses from what it finds the few architectures that are worth evaluating. All it remembers is the
 * archive, so a search that was interrupted goes on exactly as it would have.
 * @returns at most `settings.evaluationsPerRound`; none when nothing new is left.
 */
export function draftRound<A>(
  problem: SearchProblem<A>, settings: SearchSettings, archive: readonly Evaluated<A>[], random: Random,
): Draft<A>[] {
  const examples = valid(archive);
  if (examples.length === 0) return [];
  const predictor = fitObjectivePredictor(problem, examples);
  const drafts = optimise(problem, settings, archive, predictor, random);
  const count = settings.evaluationsPerRound;
  const points = (draft: Draft<A>) => pointsOf(problem, settings, predictor, draft);
  const candidates = drafts.map((draft) => (
    { draft, points: points(draft), deviation: predictor.deviation?.(draft.arch, draft.latencies) }));
  const chosen = chooseCandidates(candidates, archive.map((one) => ({ points: points(one) })), {
    count, references: referencePoints(problem, archive), explore: predictor.deviation ? Math.floor(count / exploreOneIn) : 0,
  }).map(({ draft }) => draft);
  if (chosen.length === count) return chosen;
  const known = [...archive, ...chosen].map(({ key }) => key);
  const { space } = problem;
  return [...chosen, ...new Drafter(problem, settings, undefined, known, random)
    .fill(count - chosen.length, () => space.mutate(random.choice(archive).arch, random, settings.mutation))];
}

/** What the optimiser ends with and is new and of use on some device, best first. */
function optimise<A>(
  problem: SearchProblem<A>, settings: SearchSettings, archive: readonly Evaluated<A>[],
  predictor: ObjectivePredictor<A>, random: Random,
): Draft<A>[] {
  const { space, devices } = problem;
  const drafts = new Map<string, Draft<A>>(archive.map(({ key, arch, latencies }) => [key, { key, arch, latencies }]));
  const draftsOf = (archs: readonly A[]) => archs.map((arch) => {
    const key = space.key(arch);
    let draft = drafts.get(key);
    if (!draft) drafts.set(key, draft = { key, arch, latencies: predictLatencies(problem, arch) });
    return draft;
  });
  const evaluate = (archs: readonly A[]): Candidate[] => draftsOf(archs).map(({ arch, latencies }) => ({
    objectives: [-predictor.predict(arch, latencies), ...usefulLatencies(devices, settings, latencies)],
    violation: budgetViolation(devices, settings, latencies) + sizeViolation(problem, settings, arch),
  }));
  const survival = survivalOf(settings.algorithm);
  const scored = evaluate(archive.map(({ arch }) => arch)).map((candidate, i) => ({ ...candidate, arch: archive[i].arch }));
  const population = evolve<A>({
    variation: {
      sample: (generator) => space.sample(generator),
      mutate: (arch, generator) => space.mutate(arch, generator, settings.mutation),
      crossover: (first, second, generator) => space.crossover(first, second, generator),
    },
    evaluate, survival, random,
    initial: survival.select(scored, settings.predictorPopulation, random).map(({ arch }) => arch),
    populationSize: settings.predictorPopulation,
    generations: settings.predictorGenerations,
    keyOf: (arch) => space.key(arch),
  });
  const known = new Set(archive.map(({ key }) => key));
  return population.filter(({ violation }) => violation === 0)
    .map(({ genome }) => drafts.get(space.key(genome))!)
    .filter(({ key }) => !known.has(key));
}

/**
 * By what share the least exceeded of all budgets is exceeded; 0 within any of them, since an architecture is of use as
 * soon as it suits one device.
 */
export function budgetViolation(
  devices: readonly TargetDevice[], settings: SearchSettings, latencies: readonly LatencyInterval[],
): number {
  return Math.min(...devices.map(({ maxMs }, device) =>
    (maxMs === undefined ? 0 : Math.max(0, constrainedMs(latencies, device, settings) / maxMs - 1))));
}

/** Latencies as objectives: above a device's budget all are equally useless there, so they count as the budget. */
function usefulLatencies(
  devices: readonly TargetDevice[], settings: SearchSettings, latencies: readonly LatencyInterval[],
): number[] {
  return devices.map(({ maxMs = Infinity }, device) => Math.min(maxMs, constrainedMs(latencies, device, settings)));
}

/** Where a forecast stands on every device. */
function pointsOf<A>(
  { devices }: SearchProblem<A>, settings: SearchSettings, predictor: ObjectivePredictor<A>, { arch, latencies }: Draft<A>,
): Forecast['points'] {
  const value = predictor.predict(arch, latencies);
  return devices.map((_, device) => (fitsDevice(devices, settings, latencies, device)
    ? { value, latencyMs: latencies[device].latencyMs } : undefined));
}
