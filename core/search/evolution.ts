import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { budgetWindows, checkProblem, isCandidate } from './problem.ts';
import type { BudgetWindow, SearchProblem } from './problem.ts';
import { draftRound } from './predictor/round.ts';
import { valid } from './objective.ts';
import type { Outcome } from './objective.ts';
import { Drafter, rejectInfeasible } from './population.ts';
import type { Draft } from './population.ts';
import { drawParent, selectParents } from './selection.ts';
import { plannedGenerations, randomBatch } from './settings.ts';
import type { SearchSettings } from './settings.ts';
import { checkSizes } from './sizeLimits.ts';
import type { Evaluated, Pending, SearchState } from './state.ts';

export interface Candidate<A> {
  readonly key: string;
  readonly arch: A;
}

export interface EvaluationResult {
  readonly key: string;
  /** Of the problem's objective; not finite for a score that is none. */
  readonly value: number;
}

/**
 * Starts a search on any space, ElasticViT's evolution (Tang et al., ICCV 2023) or one inside a predictor
 * (predictor/round.ts), or by drawing alone: draws the initial population.
 * Use it as a loop: evaluate `nextCandidates(state)`, hand the values to `advance`, until `state.done`.
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
  const drafter = new Drafter(problem, settings, windows[0], [], generator);
  const drafts = settings.algorithm === 'random' ? draws(drafter, problem, settings, 0, generator) : drafter.initial(settings.initialPopulation);
  rejectInfeasible(problem, settings, windows[0], drafts);
  return {
    format: 'pocketformer-search',
    version: 2,
    space: problem.space.id,
    objective: problem.objective,
    devices: problem.devices.map(({ name, maxMs }) => (maxMs === undefined ? { name } : { name, maxMs })),
    settings,
    window: 0,
    generation: 0,
    batch: 0,
    random: generator.state,
    pending: drafts.map((draft) => ({ ...draft, value: null })),
    archive: [],
    done: false,
  };
}

/** The architectures whose value is needed before the search can go on; empty exactly when it is done. */
export function nextCandidates<A>(state: SearchState<A>): Candidate<A>[] {
  return state.pending.filter(({ value }) => value === null).map(({ key, arch }) => ({ key, arch }));
}

/**
 * Takes in values of some or all candidates, in any order and in as many portions as convenient: the state goes to
 * the next generation when the last one arrives, and how they were portioned changes nothing after that. Results that
 * are already known are ignored (a replayed log repeats them); the first one counts.
 * @throws InputError `unknown-candidate` or `invalid-accuracy`.
 */
export function advance<A>(
  problem: SearchProblem<A>,
  state: SearchState<A>,
  results: readonly EvaluationResult[],
): SearchState<A> {
  const given = new Map<string, Outcome>();
  for (const { key, value } of results) {
    if (state.objective.kind === 'accuracy' && !(value >= 0 && value <= 1)) {
      throw new InputError('invalid-accuracy', `The accuracy of ${key} is ${value}; it must be from 0 to 1.`);
    }
    if (!given.has(key)) given.set(key, Number.isFinite(value) ? value : 'invalid');
  }
  rejectUnknown(state, given);
  const pending = state.pending.map((one) =>
    (one.value === null ? { ...one, value: given.get(one.key) ?? null } : one));
  return !state.done && pending.every(isAnswered) ? nextBatch(problem, state, pending) : { ...state, pending };
}

function isAnswered<A>(one: Pending<A>): one is Pending<A> & { value: Outcome } {
  return one.value !== null;
}

function rejectUnknown<A>(state: SearchState<A>, given: ReadonlyMap<string, Outcome>): void {
  const pending = new Set(state.pending.map(({ key }) => key));
  for (const key of given.keys()) {
    if (!pending.has(key) && !state.archive.some((one) => one.key === key)) {
      throw new InputError('unknown-candidate', `The search did not ask for the value of ${key}.`);
    }
  }
}

/** Files the finished batch and drafts the next: another generation or round, or the next window's initial population. */
function nextBatch<A>(
  problem: SearchProblem<A>,
  state: SearchState<A>,
  answered: readonly (Pending<A> & { value: Outcome })[],
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
    pending: drafts.map((draft) => ({ ...draft, value: null })),
    done: drafts.length === 0,
  });

  let { window, generation } = state;
  while (window < windows.length) {
    if (generation < plannedGenerations(settings)) {
      const drafts = nextGeneration(problem, settings, archive, windows[window], random);
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

function nextGeneration<A>(
  problem: SearchProblem<A>, settings: SearchSettings, archive: readonly Evaluated<A>[], window: BudgetWindow | undefined, random: Random,
): Draft<A>[] {
  switch (settings.algorithm) {
    case 'evolution': return breed(problem, settings, archive, window, random);
    case 'random': return draws(new Drafter(problem, settings, window, archive.map(({ key }) => key), random), problem, settings, archive.length, random);
    default: return draftRound(problem, settings, archive, random);
  }
}

/** The next batch of uniform draws: all that are wanted come in equal portions, so that progress is seen. */
function draws<A>(drafter: Drafter<A>, { space }: SearchProblem<A>, { evaluations }: SearchSettings, done: number, random: Random): Draft<A>[] {
  return drafter.fill(Math.min(randomBatch(evaluations), evaluations - done), () => space.sample(random));
}

/** Mutations of drawn parents, then crossovers of drawn pairs; everything evaluated before is rejected. */
function breed<A>(
  problem: SearchProblem<A>,
  settings: SearchSettings,
  archive: readonly Evaluated<A>[],
  window: BudgetWindow | undefined,
  random: Random,
): Draft<A>[] {
  const parents = selectParents(valid(archive), problem.devices, settings, window);
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
