import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../../core/api/client.ts';
import { methods, topics } from '../../core/api/contract/contract.ts';
import type { PayloadOf } from '../../core/api/contract/contract.ts';
import type { Job } from '../../core/api/contract/types.ts';
import { openWorkbench } from '../../core/api/workbench.ts';
import type { Workbench } from '../../core/api/workbench.ts';
import { nodeWorkerHost } from '../../core/study/jobs/nodeWorkerHost.ts';
import { readMeasurements } from '../../core/study/readMeasurements.ts';
import { messagePortLine } from '../api/pairs.ts';
import { scratchFolder } from '../study/scratch.ts';
import { writeCalibrationSet } from '../study/measuring/calibrationSet.ts';

/* A session of measuring as a job, in a real process on this machine, asked for and followed through the contract. */

const folder = scratchFolder();
const [set, out] = [join(folder, 'set'), join(folder, 'session')];
/** Enough to see what it does; far too little to measure. */
const settings = { rounds: 3, timed: { runs: 5, seconds: 0.1 }, warmUp: { runs: 1, seconds: 0.01 }, maxDrift: 50, maxSpread: 50, coolDownSeconds: 0.01 };
const input = { models: set, out, on: { way: 'host' as const }, settings };

let workbench: Workbench;
let client: ApiClient;
let line: ReturnType<typeof messagePortLine>;

beforeAll(async () => {
  await writeCalibrationSet(set, ['min', 'max']);
  workbench = await openWorkbench({ workerHost: nodeWorkerHost(), libraryFolder: join(folder, 'library'), settingsFile: join(folder, 'settings.json') });
  line = messagePortLine(workbench.api);
  client = new ApiClient(() => line.connect());
}, 60_000);
afterAll(async () => {
  client.close();
  await line.close();
  await workbench.close();
});

describe('a measuring session as a job', () => {
  const jobs: PayloadOf<'jobs'>[] = [];
  const states: PayloadOf<'measuring.session'>[] = [];
  const job = (): Job | undefined => jobs.at(-1)?.jobs.find(({ session }) => session === out);
  const state = () => states.at(-1)?.state;
  const waitFor = <T>(look: () => T) => vi.waitFor(look, { timeout: 60_000, interval: 20 });

  it('is paused between rounds, stopped, and goes on by the same job', async () => {
    client.subscribe('jobs', {}, (payload) => jobs.push(topics.jobs.payload.parse(payload)));
    client.subscribe('measuring.session', { session: out }, (payload) => states.push(topics['measuring.session'].payload.parse(payload)));
    expect(methods['measuring.start'].output.parse(await client.call('measuring.start', input))).toEqual({ session: out });
    await waitFor(() => expect(state()?.isStarted).toBe(true));
    await client.call('measuring.pause', { session: out });
    await waitFor(() => expect(job()?.state).toBe('paused'));
    await expect(client.call('measuring.start', input)).rejects.toMatchObject({ code: 'job-active' });
    await client.call('measuring.stop', { session: out });
    await waitFor(() => expect(job()).toMatchObject({ state: 'stopped', words: 'Stopped; it can go on from there', study: null }));
    const before = state()!;
    expect(before).toMatchObject({ models: 2, isFinished: false, resumed: 0 });
    await client.call('measuring.start', input);
    await waitFor(() => expect(job()?.state).toBe('done'));
    await waitFor(() => expect(state()?.isFinished).toBe(true));
    expect(state()).toMatchObject({ done: 6, total: 6, resumed: 1, failures: [] });
    expect(states.at(-1)!.log.map(({ text }) => text).join('\n')).toMatch(/Measuring 2 models on .* processors/);
    const records = await readMeasurements([join(out, 'measurements.jsonl')]);
    expect(records.map(({ measurement: { model, way } }) => [model.name, way])).toEqual([['min', 'host'], ['max', 'host']]);
  }, 120_000);

  it('refuses to go on with other settings, and says what differs', async () => {
    await client.call('measuring.start', { ...input, seed: 9 });
    await waitFor(() => expect(job()).toMatchObject({ state: 'failed', failure: { code: 'other-session' } }));
    expect(job()!.failure!.message).toContain('other seed; go on with the same');
    expect(job()!.failure!.message).not.toContain('--');
  }, 60_000);
});
