import { z } from 'zod';
import { throwIfAborted } from '../../data/concurrent.ts';
import type { Engine } from '../../engine/engine.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import {
  beginPolicySearch, isFinished, learn, nextTopology, policyStatistics, searchedTopology, type PolicySearchProblem, type PolicySearchState,
} from '../../search/policyGradient/policySearch.ts';
import { policySearchSettingsSchema } from '../../search/policyGradient/settings.ts';
import { getSpace } from '../../spaces/index.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import { safePoint } from '../run/hooks.ts';
import { Experiment, readExperiment } from './experiment.ts';
import { deviceLimitSchema, withinLimits } from './limits.ts';
import { measuresOf, topologyMeter } from './meter.ts';
import { searchMarkdown } from './searchMarkdown.ts';
import { searchSvg } from './searchPicture.ts';

const planSchema = z.object({
  format: z.literal('pocketformer-topology-search'),
  version: z.literal(1),
  space: z.string(),
  seed: z.int(),
  /** Proxies whose values the policy is rewarded for. */
  measures: z.array(z.string()).min(1),
  /** How often each measure is taken, with a seed of its own. */
  repeats: z.int().min(1),
  limits: z.array(deviceLimitSchema),
  settings: policySearchSettingsSchema,
});
export type TopologySearchPlan = z.output<typeof planSchema>;

const estimate = z.object({ mean: z.number(), standardError: z.number() }).nullable();

const recordSchema = z.object({
  /** Steps done, this one included. */
  step: z.int(),
  choices: z.array(z.int()),
  arch: z.unknown(),
  estimates: z.array(estimate),
  reward: z.number(),
  baseline: z.number(),
  entropy: z.number(),
  /** Executed for this step; 0 for a topology that was measured before. */
  macs: z.number(),
  seconds: z.number(),
});
export type TopologySearchRecord = z.output<typeof recordSchema>;

const schemas = { plan: planSchema, record: recordSchema };

export interface TopologySearchHooks {
  readonly signal?: AbortSignal;
  /** A step is done and on the disk. */
  readonly onStep?: (record: TopologySearchRecord, steps: number) => void;
}

export interface TopologySearchOutcome {
  readonly plan: TopologySearchPlan;
  readonly records: readonly TopologySearchRecord[];
  /** The policy's most probable topology; null where none of those that it finds likely is within the limits. */
  readonly result: { readonly arch: unknown; readonly key: string; readonly params: number; readonly macs: number } | null;
  /** Of each of the space's dimensions under the final policy, in the publication's terms where it has its own: As-ViT's Table 3. */
  readonly statistics: readonly { readonly title: string; readonly mean: number; readonly deviation: number }[];
}

/**
 * Does what is left of a topology search (As-ViT, Algorithm 1) in its folder. Every step is on the disk before the next
 * begins; going on replays them, so that a search that was killed ends exactly like one that was not.
 * @throws InputError `other-experiment`, `unknown-space`, `unknown-proxy`, `unknown-device`, `nothing-found`; CancelledError
 */
export async function searchTopology(directory: string, plan: TopologySearchPlan, engine: Engine, hooks: TopologySearchHooks = {}): Promise<TopologySearchOutcome> {
  const searched = searchedBy(plan);
  const { space, problem, architectureOf } = searched;
  const meter = topologyMeter(engine, plan.measures, plan.repeats, plan.seed);
  const experiment = await Experiment.take(directory, plan, schemas);
  try {
    const { records } = experiment;
    const measured = new Map(records.map(({ choices, estimates }) => [choices.join(), estimates]));
    let state = replay(plan, problem, records);
    while (!isFinished(state)) {
      await safePoint({});
      throwIfAborted(hooks.signal);
      const startMs = performance.now();
      const choices = nextTopology(problem, state);
      const arch = architectureOf(choices);
      const before = measured.get(choices.join());
      const { estimates, macs } = before ? { estimates: before, macs: 0 } : meter.measure(space.lower(arch));
      measured.set(choices.join(), [...estimates]);
      const learned = learn(problem, state, estimates.map((one) => one?.mean ?? null));
      const { reward, baseline, entropy } = learned.step;
      const record = { step: learned.state.step, choices, arch, estimates: [...estimates], reward, baseline, entropy, macs, seconds: (performance.now() - startMs) / 1000 };
      await experiment.append(record);
      state = learned.state;
      hooks.onStep?.(record, plan.settings.steps);
    }
    const outcome = outcomeOf(plan, records, searched, state);
    await experiment.writeResults({
      'topology.json': `${JSON.stringify({ result: outcome.result, statistics: outcome.statistics }, undefined, 1)}\n`,
      'topology.md': searchMarkdown(outcome), 'topology.svg': searchSvg(outcome),
    });
    return outcome;
  } finally {
    experiment.release();
  }
}

/** What a folder holds so far; undefined where no search has begun. @throws as `readExperiment` */
export async function readTopologySearch(directory: string): Promise<TopologySearchOutcome | undefined> {
  const held = await readExperiment(directory, schemas);
  if (!held) return undefined;
  const { plan, records } = held;
  const searched = searchedBy(plan);
  return outcomeOf(plan, records, searched, replay(plan, searched.problem, records));
}

const outcomeOf = (plan: TopologySearchPlan, records: readonly TopologySearchRecord[], searched: Searched, state: PolicySearchState): TopologySearchOutcome =>
  ({ plan, records, result: resultOf(searched, state), statistics: statisticsOf(searched, state) });

interface Searched {
  readonly space: SearchSpace;
  readonly problem: PolicySearchProblem;
  readonly architectureOf: (choices: readonly number[]) => unknown;
}

/** The search's problem, over those dimensions of the space that have a choice. */
function searchedBy(plan: TopologySearchPlan): Searched {
  const space = getSpace(plan.space);
  const fits = withinLimits(plan.limits);
  const architectureOf = (choices: readonly number[]) => space.fromCoordinates(space.dimensions.map(({ values }, d) => values[choices[d]]));
  return {
    space, architectureOf,
    problem: {
      choices: space.dimensions.map(({ values }) => values.length), measures: measuresOf(plan.measures),
      accepts: (choices) => plan.limits.length === 0 || fits(space.lower(architectureOf(choices))),
    },
  };
}

function replay(plan: TopologySearchPlan, problem: PolicySearchProblem, records: readonly TopologySearchRecord[]): PolicySearchState {
  const start = beginPolicySearch(problem, plan.settings, plan.seed);
  return records.reduce((state, { estimates }) => learn(problem, state, estimates.map((one) => one?.mean ?? null)).state, start);
}

/** The policy's most probable topology. */
function resultOf({ space, problem, architectureOf }: Searched, state: PolicySearchState): TopologySearchOutcome['result'] {
  const choices = searchedTopology(problem, state);
  if (!choices) return null;
  const arch = architectureOf(choices);
  const network = space.lower(arch);
  return { arch, key: space.key(arch), params: networkParams(network), macs: networkMacs(network) };
}

function statisticsOf({ space: { dimensions } }: Searched, state: PolicySearchState): TopologySearchOutcome['statistics'] {
  const statistics = policyStatistics(state, dimensions.map(({ published, values }) => published?.values ?? values));
  return dimensions.map(({ published, title }, d) => ({ title: published?.name ?? title, ...statistics[d] }));
}
