import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../../core/engine/engines.ts';
import { loadDevice } from '../../../core/latency/devices.ts';
import { predictLatency } from '../../../core/latency/predict.ts';
import { autoScalingSettingsSchema } from '../../../core/search/autoScaling/settings.ts';
import { asVit, asVitMini } from '../../../core/spaces/asvit/space.ts';
import { topologyMeter } from '../../../core/study/topology/meter.ts';
import { scaleTopology } from '../../../core/study/topology/scaleTopology.ts';
import type { AutoScalingPlan, AutoScalingRecord } from '../../../core/study/topology/scalingPlan.ts';
import { publishedRules } from '../../../core/study/topology/scalingRules.ts';
import { scalePoint } from '../../../core/study/topology/scalePoint.ts';
import { scratchFolder } from '../scratch.ts';

const folder = scratchFolder();
/** Counting parameters needs none. */
const noEngine = { engine: 'none' };
const plan = (given: Partial<AutoScalingPlan> = {}): AutoScalingPlan => ({
  format: 'pocketformer-auto-scaling', version: 1, space: 'asvit', arch: asVit.networks.seed, seed: 1, measures: ['params'], repeats: 1, widthDivisor: 4,
  limits: [], settings: autoScalingSettingsSchema.parse({ maxParams: 30e6, dropAboveParams: 60e6 }), ...given,
});
const withoutTimes = (records: readonly AutoScalingRecord[]) => records.map(({ seconds: _, ...record }) => record);

describe('scaling a topology up', () => {
  it('takes one block and the widest network at every step where parameters are all that counts', async () => {
    const { trajectory, random, endedBy } = await scaleTopology(join(folder, 'widest'), plan(), noEngine);
    // asvit.md section 6: 8, 10, 12, 14, 17, 20, 24, 29 is the path of the widest choices, measured at a quarter of the width.
    expect(trajectory.slice(0, 8).map(({ width }) => width)).toEqual([32, 40, 48, 56, 68, 80, 96, 116].slice(0, trajectory.length));
    expect(trajectory.length).toBeGreaterThan(4);
    trajectory.forEach(({ totalDepth, depths }, step) => {
      expect(totalDepth).toBe(4 + step);
      expect(depths.reduce((sum, depth) => sum + depth, 0)).toBe(4 + step);
    });
    // The last stage is the widest, so a block there has the most parameters.
    expect(trajectory.at(-1)!.depths).toEqual([1, 1, 1, trajectory.length]);
    expect(trajectory.at(-2)!.params).toBeLessThan(30e6);
    expect(trajectory.at(-1)!.params).toBeGreaterThanOrEqual(30e6);
    expect(endedBy).toBeUndefined();
    expect(random).toHaveLength(10);
    expect(new Set(random.map((points) => JSON.stringify(points))).size).toBeGreaterThan(5);
    const figure = readFileSync(join(folder, 'widest', 'results', 'scaling.svg'), 'utf8');
    for (const title of ['auto-scaling', 'at random', ...publishedRules.map((rule) => rule.title)]) expect(figure).toContain(title);
  });

  it('goes on after a stop as if nothing had happened', async () => {
    const whole = await scaleTopology(join(folder, 'whole'), plan(), noEngine);
    const controller = new AbortController();
    let candidates = 0;
    const stop = { signal: controller.signal, onCandidate: () => { if (++candidates === 20) controller.abort(); } };
    await expect(scaleTopology(join(folder, 'stopped'), plan(), noEngine, stop)).rejects.toMatchObject({ code: 'cancelled' });
    const resumed = await scaleTopology(join(folder, 'stopped'), plan(), noEngine);
    expect(withoutTimes(resumed.records)).toEqual(withoutTimes(whole.records));
    expect(resumed.trajectory).toEqual(whole.trajectory);
  });

  it('measures on several threads what one thread measures, in the same order, also after a stop', async () => {
    const small = plan({
      space: 'asvit-mini', arch: asVitMini.networks.seed, widthDivisor: 1, measures: ['synflow', 'params'], settings: autoScalingSettingsSchema.parse({ maxParams: 0.46e6, dropAboveParams: 0.8e6 }),
    });
    const alone = await scaleTopology(join(folder, 'alone'), small, { engine: 'ort', threads: 1 });
    const controller = new AbortController();
    const stop = { signal: controller.signal, onCandidate: () => controller.abort() };
    await expect(scaleTopology(join(folder, 'together'), small, { engine: 'ort', threads: 2 }, stop)).rejects.toMatchObject({ code: 'cancelled' });
    const together = await scaleTopology(join(folder, 'together'), small, { engine: 'ort', threads: 2 });
    expect(withoutTimes(together.records)).toEqual(withoutTimes(alone.records));
    // Another way to the same number: the meter of the topology search, on an engine of its own.
    const { estimates } = topologyMeter(await startEngine('ort', { threads: 1 }), small.measures, 1, small.seed)
      .measure(asVitMini.lower({ ...asVitMini.networks.seed, ...together.records[0].size }));
    expect(together.records[0].estimates![0].mean).toBeCloseTo(estimates[0]!.mean, 8);
  });

  it('ends where no larger network keeps the budget of a device, and says so', async () => {
    const maxMs = 1.5 * predictLatency(loadDevice('pixel4'), asVit.lower(asVit.networks.seed)).latencyMs;
    const { trajectory, endedBy } = await scaleTopology(join(folder, 'budget'), plan({ limits: [{ device: 'pixel4', maxMs }] }), noEngine);
    expect(endedBy).toMatch(/No larger network is within the limits/);
    for (const { arch } of trajectory) expect(predictLatency(loadDevice('pixel4'), asVit.lower(asVit.parse(arch))).latencyMs).toBeLessThanOrEqual(maxMs);
  });

  it('refuses spaces without stages to scale and widths that cannot be divided', async () => {
    await expect(scaleTopology(join(folder, 'no'), plan({ space: 'elasticvit-mini', arch: {} }), noEngine)).rejects.toMatchObject({ code: 'not-scalable' });
    await expect(scaleTopology(join(folder, 'odd'), plan({ widthDivisor: 5 }), noEngine)).rejects.toMatchObject({ code: 'not-scalable' });
  });
});

describe('the families of the figure', () => {
  it('have the depths and widths of the networks that the space knows by name', () => {
    const own = ['seed', 'small', 'base', 'large'].map((name) => scalePoint(asVit.lower(asVit.networks[name])));
    expect(publishedRules[0].points).toEqual(own);
  });
});
