import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { callTime, withoutCall } from '../../../core/latency/calibration/callTime.ts';
import type { CalibrationRows, Probe } from '../../../core/latency/calibration/calibrationRows.ts';
import { startingFrom } from '../../../core/latency/calibration/firstGuess.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import { exactMs, exactSumMs } from './madeUpPhone.ts';

const random = new Random('calls');
const draw = (count: number) => Array.from({ length: count }, () => elasticVitMini.lower(elasticVitMini.sample(random), { classes: 10 }));
const networks = draw(20);
const blocks = draw(20).flatMap(({ blocks: all }) => [1, 4, 7, 9].flatMap((place) => all.slice(place, place + 1)));

/** A phone on which blocks cost exactly what they cost, and every call of a session this much more. */
function measured(callMs: number): Pick<CalibrationRows, 'networks' | 'probes'> {
  return {
    networks: networks.map((network) => ({ network, blocks: network.blocks, latencyMs: callMs + exactSumMs(network.blocks), relativeVariance: 0 })),
    probes: blocks.map((block) => ({ blocks: [block], latencyMs: callMs + exactMs(block), relativeVariance: 0 })),
  };
}

const found = (rows: Pick<CalibrationRows, 'networks' | 'probes'>) => {
  const { devices, prior } = startingFrom([], [...rows.networks, ...rows.probes].flatMap((row) => row.blocks));
  return callTime(rows, devices, prior, new Random(1));
};

describe('what a call takes beside the blocks', () => {
  const fastestMs = Math.min(...blocks.map(exactMs));

  it('is found where blocks measured alone pay for it and networks pay for it once', () => {
    for (const callMs of [0.5 * fastestMs, 1.5 * fastestMs]) expect(Math.abs(found(measured(callMs)) / callMs - 1)).toBeLessThan(0.3);
  });

  it('is nothing where networks take what their blocks add up to, or no block was measured alone', () => {
    expect(found(measured(0))).toBe(0);
    const profiled = measured(fastestMs);
    expect(found({ ...profiled, probes: profiled.probes.map((probe): Probe => ({ ...probe, isShare: true })) })).toBe(0);
    expect(found({ ...profiled, probes: [] })).toBe(0);
  });

  it('is taken off what was measured alone, and not off shares of a network', () => {
    const [probe] = measured(0).probes;
    expect(withoutCall([probe, { ...probe, isShare: true }], 0.01).map(({ latencyMs }) => latencyMs)).toEqual([probe.latencyMs - 0.01, probe.latencyMs]);
  });
});
