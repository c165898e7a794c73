import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { loadDevice } from '../../core/latency/devices.ts';
import { errorReport } from '../../core/latency/errorReport.ts';
import { readLatencyTable, sumOfMeasuredBlocks } from '../../core/latency/lut/table.ts';
import { predictLatency } from '../../core/latency/predict.ts';
import { publishedPhones } from '../../core/latency/publishedPhones.ts';
import { getSpace } from '../../core/spaces/index.ts';

const tables = join(import.meta.dirname, '../../../shared/data/phones');
const present = existsSync(tables);
const space = getSpace('elasticvit');

describe.each(publishedPhones)('the model of $description.name', ({ description: { name }, tableFile }) => {
  const model = loadDevice(name);

  it('claims at most 1 % error and 99 % within 3 %, and less error than both baselines', () => {
    const [{ errors }] = model.evaluations;
    expect(errors.count).toBeGreaterThan(2000);
    expect(errors.mapePercent).toBeLessThanOrEqual(1);
    expect(errors.withinPercent[3]).toBeGreaterThanOrEqual(99);
    expect(model.baselines).toHaveLength(2);
    for (const baseline of model.baselines) expect(errors.mapePercent).toBeLessThan(baseline.errors.mapePercent / 2);
  });

  it('shows held-out architectures that err as its report on unseen shapes says, within what 200 of 2,013 can tell', () => {
    const { title, pairs } = model.heldOut!;
    const unseen = model.evaluations.find((each) => each.title.startsWith('The same architectures'))!;
    expect(title).toContain('its own not among them at any grid');
    expect(pairs).toHaveLength(200);
    const report = errorReport(pairs.map(([measuredMs]) => measuredMs), pairs.map(([, predictedMs]) => predictedMs));
    // The mean of 200 errors deviates by about 6 % of itself; 4 digits shift single errors by at most 0.1 percentage points.
    expect(Math.abs(report.mapePercent / unseen.errors.mapePercent - 1)).toBeLessThan(0.25);
    expect(report.worstPercent).toBeLessThanOrEqual(unseen.errors.worstPercent + 0.1);
    expect(model.measurements.measuredOn).toBe('2023-02');
  });

  it.skipIf(!present)(`keeps its claims on architectures drawn afresh${
    present ? '' : ' (skipped: needs ../shared/data/phones)'}`, () => {
    const table = readLatencyTable(join(tables, tableFile));
    const random = new Random('drawn afresh for the test');
    const networks = [
      ...Object.values(space.networks), ...Array.from({ length: 400 }, () => space.sample(random)),
    ].map((arch) => space.lower(arch));
    const measured = networks.map((network) => sumOfMeasuredBlocks(network, table));
    const predictions = networks.map((network) => predictLatency(model, network));
    const report = errorReport(measured, predictions.map(({ latencyMs }) => latencyMs));
    const [claimed] = model.evaluations;
    // 400 networks estimate a mean error with a deviation of about 4 % of itself.
    expect(report.mapePercent).toBeLessThan(1.15 * claimed.errors.mapePercent);
    expect(report.mapePercent).toBeLessThanOrEqual(1);
    expect(report.withinPercent[3]).toBeGreaterThanOrEqual(99);
    expect(report.kendallTau).toBeGreaterThan(claimed.errors.kendallTau! - 0.005);

    const covered = predictions.filter(({ lowMs, highMs }, i) => lowMs <= measured[i] && measured[i] <= highMs).length;
    expect(covered / networks.length).toBeGreaterThanOrEqual(model.interval.coverage);
  });
});
