import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import {
  initialLogits, logProbabilityGradient, mostProbable, policyEntropy, probabilitiesOf, samplePolicy, type Probabilities,
} from './categoricalPolicy.ts';
import type { Measure } from '../measure.ts';
import { adamStep, initialAdam } from './policyOptimizer.ts';
import { rewardOf, type Measured } from './rewards.ts';
import { policySearchSettingsSchema, type PolicySearchSettings } from './settings.ts';

/** What is searched. Nothing here changes during a search. */
export interface PolicySearchProblem {
  /** Of each dimension, how many choices there are. */
  readonly choices: readonly number[];
  readonly measures: readonly Measure[];
  /** Whether an architecture may be measured at all, such as within the budgets of devices. Must be deterministic. */
  accepts(choices: readonly number[]): boolean;
}

/** One step of a search. */
export interface PolicyStep {
  /** The sampled topology, an index for each dimension. */
  readonly choices: readonly number[];
  readonly measured: Measured;
  readonly reward: number;
  readonly baseline: number;
  /** Of the policy after the step, in nats. */
  readonly entropy: number;
}

const row = z.array(z.number());
const rows = z.array(row);
const word = z.int();

const stateSchema = z.object({
  format: z.literal('pocketformer-policy-search'),
  version: z.literal(1),
  settings: policySearchSettingsSchema,
  step: z.int().min(0),
  random: z.tuple([word, word, word, word]),
  logits: rows,
  adam: z.object({ step: z.int().min(0), first: rows, second: rows }),
  /** Exponential average of rewards before its bias is corrected. */
  average: z.number(),
  /** Values of the measures of valid samples, in order. */
  history: rows,
});

/** Everything a search needs to go on, as plain JSON. */
export type PolicySearchState = z.output<typeof stateSchema>;

/** Draws before a search gives up on finding a topology that is accepted. */
const maxDraws = 10_000;
/** A change in each of two measures over their whole range, in the wrong direction. */
const worstReward = -2;
const releasedInvalidValue = -1;

/**
 * As-ViT's topology search (section 3.3, Algorithm 1): REINFORCE over independent categoricals. At every step one
 * topology is drawn and measured; the policy is moved towards topologies whose measures improve on the sample before.
 */
export function beginPolicySearch(problem: PolicySearchProblem, settings: PolicySearchSettings, seed: number | string): PolicySearchState {
  const random = new Random(seed);
  const logits = initialLogits(problem.choices, random);
  return {
    format: 'pocketformer-policy-search', version: 1, settings, step: 0, random: [...random.state], logits, adam: mutable(initialAdam(logits)), average: 0, history: [],
  };
}

/** @throws InputError `invalid-search-state` when it is damaged or belongs to another problem */
export function restorePolicySearch(problem: PolicySearchProblem, json: unknown): PolicySearchState {
  const parsed = stateSchema.safeParse(json);
  if (!parsed.success || parsed.data.logits.map((logits) => logits.length).join() !== problem.choices.join()) {
    throw new InputError('invalid-search-state', 'The stored search cannot be read, or belongs to another space.', { cause: parsed.error });
  }
  return parsed.data;
}

export const isFinished = ({ step, settings }: PolicySearchState): boolean => step >= settings.steps;

/**
 * The topology that the next step measures.
 * @throws InputError `nothing-found` when the limits leave nothing that the policy still draws
 */
export function nextTopology(problem: PolicySearchProblem, state: PolicySearchState): number[] {
  return draw(problem, state).choices;
}

/** Takes in what `nextTopology` was measured to be. What is given stays as it is. */
export function learn(problem: PolicySearchProblem, state: PolicySearchState, measured: Measured): { state: PolicySearchState; step: PolicyStep } {
  const { settings } = state;
  const { choices, random } = draw(problem, state);
  const values = validValues(measured, settings);
  const history = values ? [...state.history, values] : state.history;
  const reward = values ? rewardOf(history, problem.measures, settings.range) : worstReward;

  // The release updates the baseline before it is used, so that it holds the step's own reward.
  const average = settings.baselineMomentum * state.average + (1 - settings.baselineMomentum) * reward;
  const baseline = average / (1 - settings.baselineMomentum ** (state.step + 1));
  const gradient = logProbabilityGradient(state.logits, choices).map((own) => own.map((value) => -(reward - baseline) * value));
  const { values: logits, state: adam } = adamStep(state.logits, gradient, state.adam, settings.learningRate);
  return {
    state: { ...state, step: state.step + 1, random: [...random.state], logits, adam: mutable(adam), average, history },
    step: { choices, measured, reward, baseline, entropy: policyEntropy(logits) },
  };
}

/** The result (Algorithm 1, last line): the most probable topology that is accepted. */
export function searchedTopology(problem: PolicySearchProblem, state: PolicySearchState): number[] | undefined {
  return mostProbable(state.logits, (choices) => problem.accepts(choices));
}

/** By dimension, the probabilities of its choices. */
export function policyProbabilities({ logits }: PolicySearchState): Probabilities[] {
  return logits.map(probabilitiesOf);
}

/** Mean and deviation of each dimension's value under the policy: the statistics of As-ViT's Table 3. */
export function policyStatistics(state: PolicySearchState, values: readonly (readonly number[])[]): { mean: number; deviation: number }[] {
  return policyProbabilities(state).map((probabilities, d) => {
    const expected = (of: (value: number) => number) => probabilities.reduce((sum, p, i) => sum + p * of(values[d][i]), 0);
    const mean = expected((value) => value);
    return { mean, deviation: Math.sqrt(Math.max(0, expected((value) => (value - mean) ** 2))) };
  });
}

/** Undefined where a measure failed and that is not to count as a value. */
function validValues(measured: Measured, { invalid }: PolicySearchSettings): number[] | undefined {
  const values = measured.map((value) => value ?? (invalid === 'released' ? releasedInvalidValue : NaN));
  return values.some(Number.isNaN) ? undefined : values;
}

/** Draws until a topology is accepted. Repeatable: it moves a copy of the state's generator. */
function draw(problem: PolicySearchProblem, state: PolicySearchState): { choices: number[]; random: Random } {
  const random = Random.fromState(state.random);
  for (let i = 0; i < maxDraws; i++) {
    const choices = samplePolicy(state.logits, random);
    if (problem.accepts(choices)) return { choices, random };
  }
  throw new InputError('nothing-found', `None of ${maxDraws} topologies drawn was within the limits; raise the budgets.`);
}

function mutable({ step, first, second }: ReturnType<typeof initialAdam>): PolicySearchState['adam'] {
  const copy = (moments: readonly (readonly number[])[]) => moments.map((own) => [...own]);
  return { step, first: copy(first), second: copy(second) };
}
