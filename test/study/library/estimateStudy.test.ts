import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDevice } from '../../../core/latency/devices.ts';
import { predictLatency } from '../../../core/latency/predict.ts';
import { networkParams } from '../../../core/network/blockGraph.ts';
import { networkMacs } from '../../../core/network/counts.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { estimateStudy } from '../../../core/study/library/estimateStudy.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
import { scratchFolder, studyText } from '../scratch.ts';

const folder = scratchFolder();
const estimate = (text: string) => estimateStudy(parseStudyFile(text, 'tiny.yaml'), folder);
const mini = getSpace('elasticvit-mini');

describe('estimates of a study', () => {
  it('give the space and the ends of what it holds', async () => {
    const { architectures, macs, params, latencies, trainImages } = await estimate(studyText);
    const [smallest, largest] = [mini.smallest, mini.largest].map((arch) => mini.lower(arch, { classes: 10 }));
    const pixel4 = loadDevice('pixel4');
    expect(architectures).toBe(String(mini.size));
    expect(macs).toMatchObject({ min: networkMacs(smallest), max: networkMacs(largest) });
    expect(params).toMatchObject({ min: networkParams(smallest), max: networkParams(largest) });
    expect(latencies).toMatchObject([{
      device: 'pixel4', withinLimit: null,
      latencyMs: { min: predictLatency(pixel4, smallest).latencyMs, max: predictLatency(pixel4, largest).latencyMs },
    }]);
    expect(trainImages).toBe(8000);
  });

  it('give rising quantiles between the ends, the same every time', async () => {
    const first = await estimate(studyText);
    for (const { min, max, quantiles } of [first.macs, first.params, first.latencies[0].latencyMs]) {
      expect(quantiles).toHaveLength(21);
      expect(quantiles).toEqual([...quantiles].sort((a, b) => a - b));
      expect(quantiles[0]).toBeGreaterThanOrEqual(min);
      expect(quantiles[20]).toBeLessThanOrEqual(max);
    }
    expect(await estimate(studyText)).toEqual(first);
  });

  it('give the share of architectures within a limit', async () => {
    const share = async (maxMs: number) => (
      await estimate(studyText.replace('[pixel4]', `[{name: pixel4, maxMs: ${maxMs}}]`))).latencies[0].withinLimit;
    const { quantiles } = (await estimate(studyText)).latencies[0].latencyMs;
    expect(await share(0.001)).toBe(0);
    expect(await share(100_000)).toBe(1);
    expect(await share(quantiles[10])).toBeCloseTo(0.5, 1);
  });

  it('count the evaluations of the defaults as published: 512 and 40 generations of 256', async () => {
    expect((await estimate(studyText)).plannedEvaluations).toBe(512 + 40 * 256);
  });

  it('count classes of a folder, and say when they cannot be', async () => {
    const text = studyText.replace('kind: synthetic', 'kind: folder\n  imageSize: 32\n  path: images');
    const missing = await estimate(text);
    expect(missing.notes).toHaveLength(1);
    for (const name of ['a', 'b', 'c']) mkdirSync(join(folder, 'images', name), { recursive: true });
    const found = await estimate(text);
    expect(found).toMatchObject({ notes: [], trainImages: null });
    expect(found.params.min).toBe(networkParams(mini.lower(mini.smallest, { classes: 3 })));
  });

  it('say when a device model has to extrapolate', async () => {
    // pixel4 was fitted to networks for 128 to 256 px images, so the small space lies outside.
    expect((await estimate(studyText)).latencies[0].extrapolated).toBe(true);
  });
});
