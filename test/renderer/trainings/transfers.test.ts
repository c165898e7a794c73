import { describe, expect, it } from 'vitest';
import type { Job, TransferRow } from '../../../core/api/contract/types.ts';
import { schemaOfTransfer } from '../../../core/study/transfer/transferFields.ts';
import { setInYaml } from '../../../core/study/library/editYaml.ts';
import { transferTemplates } from '../../../core/study/transfer/templates.ts';
import { parseTransferFile } from '../../../core/study/transfer/transferFile.ts';
import { routeOfJob } from '../../../renderer/frame/jobRoute.ts';
import type { StudyField } from '../../../renderer/screens/editor/formFields.ts';
import { transferChanges } from '../../../renderer/screens/trainings/form/beginnings.ts';
import { recipeSections } from '../../../renderer/screens/trainings/form/trainingSections.ts';
import { jobState } from '../../../renderer/screens/trainings/runControls.ts';
import { chartLayout } from '../../../renderer/screens/transfers/transferChart.ts';
import { currentRun, finishedRuns, paceItems, reportLines, reportWords } from '../../../renderer/screens/transfers/transferText.ts';
import type { TransferReport } from '../../../renderer/screens/transfers/transferText.ts';

const run = (seed: number, status: TransferRow['runs'][number]['status']) => ({ run: `a-seed-${seed}`, id: 'a', name: null, seed, status, accuracy: null });
const row = (...states: TransferRow['runs'][number]['status'][]): TransferRow => ({
  transfer: 't', directory: '/t', name: 't', study: 's', space: 'x', status: 'interrupted', created: '', networks: 1, runs: states.map((status, i) => run(i + 1, status)), runsElsewhere: false, problem: null,
});
const job = { state: 'running', done: 1.5, total: 6, ratePerSecond: 0.01, remainingSeconds: 450 } as Job;

const report: TransferReport = {
  format: 'pocketformer-transfer', version: 1, name: 't', study: 's', space: 'x', runs: 4, finishedRuns: 3, freeze: { stages: 2 }, preset: null, tau: 1,
  data: { id: 'd', classes: ['a', 'b'], trainImages: 20, valImages: 10, imageSize: 32 },
  networks: [
    { id: 'fast', key: 'k', arch: {}, winnerOn: ['p'], accuracyBefore: 0.5, accuracy: { mean: 0.6, deviation: 0.02, seeds: 2 }, interval: { low: 0.42, high: 0.78 }, runs: [], macs: 1, params: 1 },
    { id: 'slow', key: 'l', name: 'T1', arch: {}, winnerOn: [], accuracyBefore: 0.7, accuracy: { mean: 0.55, deviation: null, seeds: 1 }, interval: null, runs: [], macs: 2, params: 2 },
  ],
  devices: [{
    device: 'p', maxMs: 3, tau: null, rows: [
      { id: 'fast', latencyMs: 2, lowMs: 1.5, highMs: 2.5, withinBudget: true, isWinner: true, onFront: true, frontSeeds: 2 },
      { id: 'slow', latencyMs: 4, lowMs: 3, highMs: 5, withinBudget: false, isWinner: false, onFront: false, frontSeeds: 0 },
    ],
  }],
};

describe('the form of a transfer', () => {
  it('asks for a study in place of a network, and shows every other setting of a training', () => {
    const sections = recipeSections(schemaOfTransfer() as StudyField[]);
    expect(sections.map(({ id }) => id)).toEqual(['basics', 'transferred', 'data', 'training', 'devices', 'export', 'compute']);
    expect(sections[1].fields.map(({ path }) => path[0])).toEqual(['study', 'perDevice', 'head', 'resolution']);
    expect(sections[0].fields.map(({ path }) => path[0])).toContain('seeds');
  });

  it('begins with a study under a name after it', () => {
    for (const { yaml } of transferTemplates) {
      const text = transferChanges({ name: 'mine', directory: '/runs/mine' }).reduce((now, { path, value }) => setInYaml(now, path, value), yaml);
      expect(parseTransferFile(text, 'x')).toMatchObject({ name: 'mine transferred', study: '/runs/mine', head: 'new' });
    }
  });
});

describe('how a transfer stands', () => {
  it('is followed at the training that runs, or the one that is gone on with', () => {
    expect(currentRun(row('created', 'created'))).toBeUndefined();
    expect(currentRun(row('finished', 'running', 'created'))?.seed).toBe(2);
    expect(currentRun(row('finished', 'interrupted', 'created'))?.seed).toBe(2);
    expect(currentRun(row('finished', 'finished', 'created'))?.seed).toBe(2);
    expect(finishedRuns(row('finished', 'interrupted', 'finished'))).toBe(2);
  });

  it('is what its job says while that goes on, with speed and time left in trainings', () => {
    expect(jobState(row('created'), job)).toBe('running');
    expect(jobState(row('created'), { ...job, state: 'stopped' })).toBe('interrupted');
    // A training in a hundred seconds is 36 an hour.
    expect(paceItems(job, 250).map(({ value }) => value)).toEqual(['1.5 of 6 trainings', '36.0 trainings an hour, 250 images/s', expect.stringMatching(/^7/)]);
    expect(paceItems({ ...job, ratePerSecond: null, remainingSeconds: null }, undefined).map(({ key }) => key)).toEqual(['Done', 'Time left']);
  });

  it('has a screen of its own, as trainings do', () => {
    expect(routeOfJob({ study: null, training: null, calibration: null, transfer: 't' })).toEqual({ screen: 'transfers', transfer: 't' });
    expect(routeOfJob({ study: null, training: 'n', calibration: null })).toEqual({ screen: 'trainings', training: 'n' });
    expect(routeOfJob({ study: null, training: null, calibration: null })).toBeNull();
  });
});

describe('the report of a transfer', () => {
  it('says what it is of and that it is not complete', () => {
    expect(reportWords(report)).toBe('2 winners of s on 2 classes, 20 training and 10 validation images; the first 2 stages left as they were. 3 of 4 trainings are finished, so this will change.');
    expect(reportWords({ ...report, freeze: 'backbone', finishedRuns: 4 })).toContain('only the classifier trained. All 4 trainings are finished.');
  });

  it('has a line for each network on a device', () => {
    expect(reportLines(report, report.devices[0])).toMatchObject([
      { name: 'fast', before: '50.0 %', after: '60.0 ± 2.0 % (42.0 to 78.0)', isWinner: true, front: 'yes', seeds: '2 of 2' },
      { name: 'T1', before: '70.0 %', after: '55.0 %', isWinner: false, front: 'too slow', seeds: '0 of 1' },
    ]);
  });

  it('is drawn with better networks higher and slower ones further right, all inside the picture', () => {
    const { points, plot, front, limit } = chartLayout(report, report.devices[0]);
    const [fast, slow] = points;
    expect(fast.x).toBeLessThan(slow.x);
    expect(slow.before).toBeLessThan(fast.before);
    expect(fast.after).toBeLessThan(slow.after);
    expect(front).toBe(`${fast.x},${fast.after}`);
    expect(limit).toBeCloseTo((fast.x + slow.x) / 2, 0);
    expect([slow.low, slow.high]).toEqual([null, null]);
    for (const y of points.flatMap((point) => [point.before, point.after, point.low ?? plot.top, point.high ?? plot.top])) expect(y >= plot.top && y <= plot.bottom).toBe(true);
  });
});
