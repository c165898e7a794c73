import { z } from 'zod';
import { InputError } from '../base/errors.ts';
import type { RandomState } from '../base/random.ts';
import { accuracyObjective } from './objective.ts';
import type { Objective, Outcome } from './objective.ts';
import type { Draft } from './population.ts';
import type { SearchProblem, TargetDevice } from './problem.ts';
import { searchSettingsSchema } from './settings.ts';
import type { SearchSettings } from './settings.ts';

/** An architecture whose value is needed, or already known while others of its batch are not. */
export interface Pending<A> extends Draft<A> {
  readonly value: Outcome | null;
}

export interface Evaluated<A> extends Draft<A> {
  /** Of the search's objective, the same for every device. */
  readonly value: Outcome;
  /** The batch it was evaluated in: 0 is the (first) initial population. */
  readonly batch: number;
}

/**
 * Everything a search needs to go on, as plain JSON: written down after any step and read back, it continues exactly
 * as if nothing had happened. `settings` are part of it, so that a resumed search cannot mix two sets of rules.
 */
export interface SearchState<A> {
  readonly format: 'pocketformer-search';
  readonly version: 2;
  readonly space: string;
  readonly objective: Objective;
  readonly devices: readonly TargetDevice[];
  readonly settings: SearchSettings;
  /** Index of the latency window in work; always 0 with `selection: 'pareto'`. */
  readonly window: number;
  /** Generations bred, or rounds inside a predictor, in this window. */
  readonly generation: number;
  readonly batch: number;
  readonly random: RandomState;
  readonly pending: readonly Pending<A>[];
  /** In the order of their batches; the only memory that selection uses. */
  readonly archive: readonly Evaluated<A>[];
  readonly done: boolean;
}

const interval = z.object({ latencyMs: z.number(), lowMs: z.number(), highMs: z.number() });
const outcome = z.union([z.number(), z.literal('invalid')]);
const accuracy = z.number().min(0).max(1);
const word = z.number().int();
const draft = { key: z.string(), arch: z.unknown(), latencies: z.array(interval) };

export const objectiveSchema = z.object({
  id: z.string(), title: z.string(), kind: z.enum(['accuracy', 'score']), direction: z.enum(['higher', 'lower']),
});

const common = {
  format: z.literal('pocketformer-search'),
  space: z.string(),
  devices: z.array(z.object({ name: z.string(), maxMs: z.number().optional() })),
  settings: searchSettingsSchema,
  window: word,
  generation: word,
  batch: word,
  random: z.tuple([word, word, word, word]),
  done: z.boolean(),
};

/** What was stored before there were other objectives than accuracy. */
const firstVersion = z.object({
  ...common,
  version: z.literal(1),
  pending: z.array(z.object({ ...draft, accuracy: accuracy.nullable() })),
  archive: z.array(z.object({ ...draft, accuracy, batch: word })),
}).transform(({ pending, archive, ...state }) => ({
  ...state, version: 2 as const, objective: accuracyObjective,
  pending: pending.map(({ accuracy: value, ...one }) => ({ ...one, value })),
  archive: archive.map(({ accuracy: value, ...one }) => ({ ...one, value })),
}));

const searchStateSchema = z.discriminatedUnion('version', [firstVersion, z.object({
  ...common,
  version: z.literal(2),
  objective: objectiveSchema,
  pending: z.array(z.object({ ...draft, value: outcome.nullable() })),
  archive: z.array(z.object({ ...draft, value: outcome, batch: word })),
})]);

/**
 * Reads a state that was stored as JSON.
 * @throws InputError `invalid-search-state` when it is damaged or from another version of the program, and
 * `other-search` when it belongs to another space, objective or to other devices than `problem` does.
 */
export function restoreSearch<A>(problem: SearchProblem<A>, json: unknown): SearchState<A> {
  const parsed = searchStateSchema.safeParse(json);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new InputError('invalid-search-state',
      `The stored search cannot be read: ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}.`);
  }
  const state = parsed.data;
  rejectOtherSearch(problem, state);
  const { space } = problem;
  return {
    ...state,
    pending: state.pending.map((one) => ({ ...one, arch: space.parse(one.arch) })),
    archive: state.archive.map((one) => ({ ...one, arch: space.parse(one.arch) })),
  };
}

function rejectOtherSearch<A>(problem: SearchProblem<A>, state: z.output<typeof searchStateSchema>): void {
  const describe = (space: string, { id }: Objective, devices: readonly TargetDevice[]) =>
    `${space} by ${id} on ${devices.map(({ name, maxMs }) => (maxMs === undefined ? name : `${name} (${maxMs} ms)`)).join(', ')}`;
  const stored = describe(state.space, state.objective, state.devices);
  const wanted = describe(problem.space.id, problem.objective, problem.devices);
  if (stored !== wanted) {
    throw new InputError('other-search', `The stored search is of ${stored}; this one is of ${wanted}.`);
  }
}
