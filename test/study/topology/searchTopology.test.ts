import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../core/engine/engine.ts';
import { loadDevice } from '../../../core/latency/devices.ts';
import { predictLatency } from '../../../core/latency/predict.ts';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { policySearchSettingsSchema } from '../../../core/search/policyGradient/settings.ts';
import { asVit } from '../../../core/spaces/asvit/space.ts';
import { searchTopology, type TopologySearchPlan, type TopologySearchRecord } from '../../../core/study/topology/searchTopology.ts';
import { scratchFolder } from '../scratch.ts';

const folder = scratchFolder();
/** Counting parameters and MACs needs none. */
const noEngine = {} as Engine;
const plan = (steps: number, given: Partial<TopologySearchPlan> = {}): TopologySearchPlan => ({
  format: 'pocketformer-topology-search', version: 1, space: 'asvit', seed: 3, measures: ['params'], repeats: 1, limits: [],
  settings: policySearchSettingsSchema.parse({ steps }), ...given,
});
const withoutTimes = (records: readonly TopologySearchRecord[]) => records.map(({ seconds: _, ...record }) => record);

describe('a search for a topology', () => {
  it('ends with one of the largest where parameters are all that counts', async () => {
    const { result, records, statistics } = await searchTopology(join(folder, 'largest'), plan(500), noEngine);
    expect(records).toHaveLength(500);
    // 2,424,680 is the space's largest (asvit.md 2.2); drawing at random gives 1.8 M on average.
    expect(result!.params).toBeGreaterThan(2.2e6);
    expect(result!.params).toBe(networkParams(asVit.lower(asVit.parse(result!.arch))));
    expect(records.at(-1)!.entropy).toBeLessThan(records[0].entropy - 3);
    expect(statistics.map(({ title }) => title)).toEqual(asVit.dimensions.map(({ published }) => published?.name));
    const table = readFileSync(join(folder, 'largest', 'results', 'topology.md'), 'utf8');
    expect(table).toContain(result!.key);
    expect(readFileSync(join(folder, 'largest', 'results', 'topology.svg'), 'utf8')).toContain('entropy of the policy');
  });

  it('goes on after a stop, and after a kill in the middle of a line, as if nothing had happened', async () => {
    const whole = await searchTopology(join(folder, 'whole'), plan(40), noEngine);
    const stopped = join(folder, 'stopped');
    const controller = new AbortController();
    const onStep = ({ step }: TopologySearchRecord) => { if (step === 15) controller.abort(); };
    await expect(searchTopology(stopped, plan(40), noEngine, { signal: controller.signal, onStep })).rejects.toMatchObject({ code: 'cancelled' });
    appendFileSync(join(stopped, 'records.ndjson'), '{"step":16,"cho');
    expect(readFileSync(join(stopped, 'records.ndjson'), 'utf8').split('\n')).toHaveLength(16);
    const resumed = await searchTopology(stopped, plan(40), noEngine);
    expect(withoutTimes(resumed.records)).toEqual(withoutTimes(whole.records));
    expect(resumed.result).toEqual(whole.result);
  });

  it('looks only at what keeps the budgets of all devices', async () => {
    const middle = predictLatency(loadDevice('pixel6'), asVit.lower(asVit.networks.seed)).latencyMs;
    const { result, records } = await searchTopology(join(folder, 'budget'), plan(60, { limits: [{ device: 'pixel6', maxMs: middle }] }), noEngine);
    const latency = (arch: unknown) => predictLatency(loadDevice('pixel6'), asVit.lower(asVit.parse(arch))).latencyMs;
    expect(Math.max(...records.map(({ arch }) => latency(arch)))).toBeLessThanOrEqual(middle);
    expect(latency(result!.arch)).toBeLessThanOrEqual(middle);
  });

  it('refuses a folder with another search, and measures that there are none of', async () => {
    await searchTopology(join(folder, 'taken'), plan(2), noEngine);
    await expect(searchTopology(join(folder, 'taken'), plan(2, { seed: 4 }), noEngine)).rejects.toMatchObject({ code: 'other-experiment', message: expect.stringContaining('other seed') as string });
    await expect(searchTopology(join(folder, 'unknown'), plan(2, { measures: ['taste'] }), noEngine)).rejects.toMatchObject({ code: 'unknown-proxy' });
  });
});
