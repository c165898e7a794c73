import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { budgetWindows, checkProblem, isCandidate } from './problem.ts';
import type { BudgetWindow, SearchProblem } from './problem.ts';
import { draftRound } from './predictor/round.ts';
import { Drafter, rejectInfeasible } from './population.ts';
import type { Draft } from './population.ts';
import { drawParent, selectParents } from './selection.ts';
import type { SearchSettings } from './settings.ts';
import { checkSizes } from './sizeLimits.ts';
import type { Evaluated, Pending, SearchState } from './state.ts';

export interface Candidate<A> {
  readonly key: string;
  readonly arch: A;
}

export interface AccuracyResult {
  readonly key: string;
  /** Fraction of correct answers, 0 to 1. */
  readonly accuracy: number;
}

/**
 * Starts a search on any space, ElasticViT's evolution (Tang et al., ICCV 2023) or one inside a predictor of accuracy
 * (predictor/round.ts): draws the initial population.
 * Use it as a loop: evaluate `nextCandidates(state)`, hand the accuracies to `advance`, until `state.done`.
 * @param random is copied; the state carries its own generator from here on.
 * @throws InputError when settings and devices do not fit together, or `infeasible-budget` when no architecture
 * satisfies the budgets (in `budget` selection: any one of the windows), and those of `checkSizes`.
 */
export function createSearch<A>(problem: SearchProblem<A>, settings: SearchSettings, random: Random): SearchState<A> {
  checkProblem(problem, settings);
  checkSizes(problem, settings);
  const windows = budgetWindows(problem.devices, settings);
  for (const [index, window] of windows.entries()) {
    // Found out now rather than hours into the search, when a later window's turn comes.
    if (index === 0) continue;
    const trial = new Drafter(problem, settings, window, [], random.fork(index));
    rejectInfeasible(problem, settings, window, trial.initial(1));
  }
  const generator = Random.fromState(random.state);
  const drafts = new Drafter(problem, settings, windows[0], [], generator).initial(settings.initialPopulation);
  rejectInfeasible(problem, settings, windows[0], drafts);
  return {
    format: 'pocketformer-search',
    version: 1,
    space: problem.space.id,
    devices: problem.devices.map(({ name, maxMs }) => (maxMs === undefined ? { name } : { name, maxMs })),
    settings,
    window: 0,
    generation: 0,
    batch: 0,
    random: generator.state,
    pending: drafts.map((draft) => ({ ...draft, accuracy: null })),
    archive: [],
    done: false,
  };
}

/** The architectures whose accuracy is needed before the search can go on; empty exactly when it is done. */
export function nextCandidates<A>(state: SearchState<A>): Candidate<A>[] {
  return state.pending.filter(({ accuracy }) => accuracy === null).map(({ key, arch }) => ({ key, arch }));
}

/**
 * Takes in accuracies of some or all candidates, in any order and in as many portions as convenient: the state goes to
 * the next generation when the last one arrives, and how they were portioned changes nothing after that. Results that
 * are already known are ignored (a replayed log repeats them); the first one counts.
 * @throws InputError `unknown-candidate` or `invalid-accuracy`.
 */
export function advance<A>(
  problem: SearchProblem<A>,
  state: SearchState<A>,
  results: readonly AccuracyResult[],
): SearchState<A> {
  const given = new Map<string, number>();
  for (const { key, accuracy } of results) {
    if (!(accuracy >= 0 && accuracy <= 1)) {
      throw new InputError('invalid-accuracy', `The accuracy of ${key} is ${accuracy}; it must be from 0 to 1.`);
    }
    if (!given.has(key)) given.set(key, accuracy);
  }
  rejectUnknown(state, given);
  const pending = state.pending.map((one) =>
    (one.accuracy === null ? { ...one, accuracy: given.get(one.key) ?? null } : one));
  return !state.done && pending.every(isAnswered) ? nextBatch(problem, state, pending) : { ...state, pending };
}

function isAnswered<A>(one: Pending<A>): one is Pending<A> & { accuracy: number } {
  return one.accuracy !== null;
}

function rejectUnknown<A>(state: SearchState<A>, given: ReadonlyMap<string, number>): void {
  const pending = new Set(state.pending.map(({ key }) => key));
  for (const key of given.keys()) {
    if (!pending.has(key) && !state.archive.some((one) => one.key === key)) {
      throw new InputError('unknown-candidate', `The search did not ask for the accuracy of ${key}.`);
    }
  }
}

/** Files the finished batch and drafts the next: another generation or round, or the next window's initial population. */
function nextBatch<A>(
  problem: SearchProblem<A>,
  state: SearchState<A>,
  answered: readonly (Pending<A> & { accuracy: number })[],
): SearchState<A> {
  const { settings } = state;
  const archive = [...state.archive, ...answered.map((one) => ({ ...one, batch: state.batch }))];
  const random = Random.fromState(state.random);
  const windows = budgetWindows(state.devices, settings);
  const at = (window: number, generation: number, drafts: readonly Draft<A>[]): SearchState<A> => ({
    ...state,
    window,
    generation,
    batch: state.batch + 1,
    random: random.state,
    archive,
    pending: drafts.map((draft) => ({ ...draft, accuracy: null })),
    done: drafts.length === 0,
  });

  let { window, generation } = state;
  while (window < windows.length) {
    if (generation < (settings.algorithm === 'evolution' ? settings.generations : settings.rounds)) {
      const drafts = settings.algorithm === 'evolution'
        ? breed(problem, settings, archive, windows[window], random)
        : draftRound(problem, settings, archive, random);
      if (drafts.length > 0) return at(window, generation + 1, drafts);
    }
    // The window is finished, or exhausted: everything its parents can reach is already evaluated.
    window++;
    generation = 0;
    if (window < windows.length) {
      const drafts = enterWindow(problem, settings, archive, windows[window], random);
      if (drafts.length > 0) return at(window, 0, drafts);
    }
  }
  return at(state.window, state.generation, []);
}

/** Mutations of drawn parents, then crossovers of drawn pairs; everything evaluated before is rejected. */
function breed<A>(
  problem: SearchProblem<A>,
  settings: SearchSettings,
  archive: readonly Evaluated<A>[],
  window: BudgetWindow | undefined,
  random: Random,
): Draft<A>[] {
  const parents = selectParents(archive, problem.devices, settings, window);
  if (parents.length === 0) return [];
  const drafter = new Drafter(problem, settings, window, archive.map(({ key }) => key), random);
  const { space } = problem;
  const parent = () => drawParent(parents, settings, random).arch;
  return [
    ...drafter.fill(settings.mutations, () => space.mutate(parent(), random, settings.mutation)),
    ...drafter.fill(settings.crossovers, () => space.crossover(parent(), parent(), random)),
  ];
}

/** What earlier windows have evaluated inside this one is part of its initial population, at no cost. */
function enterWindow<A>(
  problem: SearchProblem<A>,
  settings: SearchSettings,
  archive: readonly Evaluated<A>[],
  window: BudgetWindow | undefined,
  random: Random,
): Draft<A>[] {
  const inside = archive.filter(({ latencies }) => isCandidate(problem.devices, settings, latencies, window)).length;
  const drafter = new Drafter(problem, settings, window, archive.map(({ key }) => key), random);
  return drafter.initial(Math.max(0, settings.initialPopulation - inside));
}
