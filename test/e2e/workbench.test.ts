import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../../core/api/client.ts';
import { methods, topics } from '../../core/api/contract/contract.ts';
import type { InputOf, MethodName, OutputOf, ParamsOf, PayloadOf, TopicName } from '../../core/api/contract/contract.ts';
import type { Job, StudyRow } from '../../core/api/contract/types.ts';
import { openWorkbench } from '../../core/api/workbench.ts';
import type { Workbench } from '../../core/api/workbench.ts';
import { effectiveEvents } from '../../core/study/eventTypes.ts';
import type { StudyEvent } from '../../core/study/eventTypes.ts';
import { readEvents } from '../../core/study/events.ts';
import { nodeWorkerHost } from '../../core/study/jobs/nodeWorkerHost.ts';
import { webSocketLine } from '../api/pairs.ts';
import type { Line } from '../api/pairs.ts';

/* The whole core behind the contract, with real studies in real processes. Every answer is held against the contract. */

const text = `version: 1
name: tiny
seed: 5
space: elasticvit-mini
compute: { threads: 1 }
data: { kind: synthetic, imageSize: 32, trainImages: 40, valImages: 20 }
devices:
  - name: pixel6
    maxMs: 3
  - pixel4
training: { steps: 30, batchSize: 2, warmupSteps: 2, buckets: 2, checkpointEverySteps: 3 }
search: { generations: 1, initialPopulation: 6, parents: 4, mutations: 2, crossovers: 2, calibrationBatches: 1, evaluationImages: 10 }
export: { perDevice: 1 }
`;

let folder: string;
let workbench: Workbench;
let line: Line;
let client: ApiClient;
const defects: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pocketformer-workbench-'));
  workbench = await openWorkbench({
    workerHost: nodeWorkerHost(), libraryFolder: join(folder, 'library'), settingsFile: join(folder, 'settings.json'),
    onDefect: (error) => defects.push(error),
  });
  line = await webSocketLine(workbench.api);
  client = new ApiClient(() => line.connect(), { retryDelaysMs: [10] });
});

afterAll(async () => {
  client.close();
  await line.close();
  await workbench.close();
  rmSync(folder, { recursive: true, force: true });
  expect(defects).toEqual([]);
});

async function ask<M extends MethodName>(method: M, input: InputOf<M>): Promise<OutputOf<M>> {
  const answer = await client.call(method, input);
  return methods[method].output.parse(answer) as OutputOf<M>;
}

/** Everything that a topic tells from now on. */
function listen<T extends TopicName>(topic: T, params: ParamsOf<T>): PayloadOf<T>[] {
  const payloads: PayloadOf<T>[] = [];
  client.subscribe(topic, params, (payload) => payloads.push(topics[topic].payload.parse(payload) as PayloadOf<T>), (error) => { throw error; });
  return payloads;
}

const waitFor = <T>(look: () => T) => vi.waitFor(look, { timeout: 55_000, interval: 20 });

describe('the workbench behind its contract', () => {
  let study: string;
  let rows: PayloadOf<'studies'>[];
  let jobs: PayloadOf<'jobs'>[];

  const row = (): StudyRow | undefined => rows.flatMap(({ changed }) => changed).findLast(({ id }) => id === study);
  const job = (): Job | undefined => jobs.at(-1)?.jobs.findLast((each) => each.study === study);

  it('begins with an empty library, templates and fields', async () => {
    rows = listen('studies', {});
    jobs = listen('jobs', {});
    await waitFor(() => expect(rows[0]).toEqual({ reset: true, changed: [], removed: [] }));
    expect(await ask('studies.list', {})).toEqual([]);
    expect((await ask('studies.templates', {})).map(({ id }) => id)).toContain('quickstart');
    const fields = await ask('draft.fields', {});
    expect(fields.map(({ path }) => path.join('.'))).toEqual(expect.arrayContaining(['space', 'data.kind', 'training.steps', 'search.generations']));
  });

  it('checks, edits and estimates a draft', async () => {
    const draft = { text, baseDir: folder };
    expect((await ask('draft.check', draft)).problems).toEqual([]);
    const wrong = await ask('draft.check', { ...draft, text: text.replace('seed: 5', 'seed: x') });
    expect(wrong.problems).toEqual([expect.objectContaining({ path: ['seed'], line: 3 })]);
    const edited = await ask('draft.edit', { ...draft, changes: [{ path: ['seed'], value: 7 }, { path: ['export'], value: null }] });
    expect(edited.text).toContain('seed: 7');
    expect(edited.text).not.toContain('perDevice');
    const estimate = await ask('draft.estimate', draft);
    expect(estimate.latencies.map(({ device }) => device)).toEqual(['pixel6', 'pixel4']);
    expect(estimate.plannedEvaluations).toBe(10);
    const data = await ask('draft.inspectData', { ...draft, thumbnailsPerClass: 1 });
    expect([data.trainImages, data.valImages, data.classes.length]).toEqual([40, 20, 10]);
    // A PNG file's first bytes.
    expect([...data.classes[0].thumbnails[0].subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  it('creates a study and shows it at once', async () => {
    ({ study } = await ask('studies.create', { text, baseDir: folder, start: false }));
    await waitFor(() => expect(row()).toMatchObject({ name: 'tiny', state: 'created', devices: ['pixel6', 'pixel4'] }));
  });

  it('runs, pauses, continues, stops and resumes it', async () => {
    const events = listen('study.events', { study });
    await ask('jobs.start', { study });
    await waitFor(() => expect(job()).toMatchObject({ state: 'running', phase: 'training' }));
    await ask('jobs.pause', { study });
    await waitFor(() => expect(row()?.state).toBe('paused'));
    await ask('jobs.unpause', { study });
    await waitFor(() => expect(row()?.state).toBe('running'));
    await ask('jobs.stop', { study });
    await waitFor(() => expect(job()?.state).toBe('stopped'));
    await waitFor(() => expect(row()).toMatchObject({ state: 'interrupted', runsElsewhere: false }));
    expect(events.length).toBeGreaterThan(0);
  });

  it('tells a crash apart from a failure, and goes on after it', async () => {
    await ask('jobs.start', { study });
    const pid = await waitFor(() => {
      const { pid } = workbench.jobs.list()[0];
      expect(job()).toMatchObject({ state: 'running', phase: 'training' });
      return pid!;
    });
    process.kill(pid, 'SIGKILL');
    await waitFor(() => expect(job()).toMatchObject({ state: 'crashed', failure: { code: 'crashed' } }));
    await waitFor(() => expect(row()).toMatchObject({ state: 'crashed', problem: { code: 'crashed' } }));
    await ask('jobs.start', { study });
    await waitFor(() => expect(row()?.state).toBe('finished'));
    // The job's own process takes a moment longer to end than the study.
    await waitFor(() => expect(job()?.state).toBe('done'));
  });

  it('loses no event over all of that, and repeats none', async () => {
    const events: StudyEvent[] = [];
    client.subscribe('study.events', { study }, ({ reset, events: added }) => {
      if (reset) events.length = 0;
      events.push(...added);
    });
    await waitFor(() => expect(events.at(-1)?.kind).toBe('finished'));
    const [directory] = readdirSync(workbench.libraryFolder).filter((name) => !name.startsWith('.'));
    const { events: written } = readEvents(join(workbench.libraryFolder, directory, 'events.ndjson'));
    expect(events).toEqual(written.filter(({ kind }) => kind !== 'evaluation'));
    const steps = effectiveEvents(written).filter(({ kind }) => kind === 'step').map((event) => (event.kind === 'step' ? event.step : 0));
    expect(steps).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it('shows every evaluated architecture, on every device', async () => {
    const [{ reset, columns }] = await waitForFirst('study.evaluations', { study });
    expect([reset, columns.from]).toEqual([true, 0]);
    const { fronts, evaluations } = (await ask('studies.get', { study })).summary!;
    expect(columns.count).toBe(evaluations);
    const architectures = await ask('results.rows', { study, rows: Array.from({ length: columns.count }, (_, i) => i) });
    for (const { device, front } of fronts) {
      expect(front.length).toBeGreaterThan(0);
      for (const entry of front) {
        const at = architectures.find(({ id }) => id === entry.id)!.row;
        expect(columns.value[at]).toBeCloseTo(entry.value, 6);
        expect(columns.latencyMs[device][at] / entry.latencyMs).toBeCloseTo(1, 4);
        expect(columns.macs[at]).toBe(entry.macs);
      }
    }
    const { dimensions } = await ask('results.coordinates', { study, rows: Uint32Array.of(0, 1) });
    expect(dimensions.map(({ name }) => name)).toContain('resolution');
  });

  it('exports an architecture and hands the file over', async () => {
    const { summary } = await ask('studies.get', { study });
    const { arch } = summary!.fronts[0].front[0];
    const words: string[] = [];
    const report = await client.call('architectures.export', { study, arch, out: 'models/mine.onnx', batch: 1 }, { onProgress: (progress) => words.push(progress.words) });
    methods['architectures.export'].output.parse(report);
    expect(report.relativeDiff).toBeLessThan(1e-4);
    expect(words.length).toBeGreaterThan(0);
    const { exports } = await ask('studies.get', { study });
    expect(exports).toEqual([expect.objectContaining({
      path: 'models/mine.onnx', batch: 1, opset: report.opset, sizeBytes: report.sizeBytes, relativeDiff: report.relativeDiff, isMissing: false,
    })]);
    const { bytes, name } = await ask('studies.readFile', { study, path: 'models/mine.onnx' });
    expect(name).toBe('mine.onnx');
    expect(bytes).toEqual(new Uint8Array(readFileSync(report.path)));
    const session = await InferenceSession.create(Buffer.from(bytes));
    expect(session.inputNames.length).toBe(1);
    for (const path of ['../../settings.json', '/etc/hostname', 'models/../../x', '..']) {
      await expect(ask('studies.readFile', { study, path })).rejects.toMatchObject({ code: expect.stringMatching(/outside-study|missing-file/) });
    }
  });

  it('tags, archives, renames, duplicates, trashes and restores', async () => {
    await ask('studies.setTags', { study, tags: ['first'] });
    await ask('studies.setArchived', { studies: [study], archived: true });
    await ask('studies.rename', { study, name: 'renamed' });
    await waitFor(() => expect(row()).toMatchObject({ tags: ['first'], archived: true, name: 'renamed' }));
    const copy = await ask('studies.duplicate', { study, name: 'copy' });
    await waitFor(() => expect(rows.flatMap(({ changed }) => changed).some(({ id }) => id === copy.study)).toBe(true));
    const { trashed } = await ask('studies.trash', { studies: [copy.study] });
    await waitFor(() => expect(rows.flatMap(({ removed }) => removed)).toContain(copy.study));
    expect((await ask('studies.trashed', {})).map(({ name }) => name)).toEqual(['copy']);
    expect((await ask('studies.restore', { trashed })).studies).toEqual([copy.study]);
    expect((await ask('studies.list', {})).map(({ id }) => id).sort()).toEqual([study, copy.study].sort());
  });

  it('knows spaces, networks, devices, engines, settings and folders', async () => {
    expect((await ask('spaces.list', {})).map(({ id }) => id)).toContain('elasticvit');
    const s2 = await ask('architectures.describe', { space: 'elasticvit', arch: 'S2', devices: ['pixel4'] });
    expect(s2.macs).toBe(s2.blocks.reduce((sum, { macs }) => sum + macs, 0));
    expect(s2.params).toBe(s2.blocks.reduce((sum, { params }) => sum + params, 0));
    expect([s2.name, s2.blocks[0].stage, s2.latencies[0].device]).toEqual(['S2', 'stem', 'pixel4']);
    for (const { name } of await ask('devices.list', {})) expect((await ask('devices.get', { device: name })).device.name).toBe(name);
    expect((await ask('engines.list', {})).filter(({ inUse }) => inUse)).toHaveLength(1);
    await ask('settings.change', { theme: 'dark' });
    expect((await ask('settings.get', {})).settings.theme).toBe('dark');
    expect((await ask('files.list', { path: folder })).entries.map(({ name }) => name)).toContain('library');
    expect((await ask('app.info', {})).version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('says what is wrong with what was asked', async () => {
    await expect(ask('studies.get', { study: 'nobody' })).rejects.toMatchObject({ code: 'unknown-study' });
    await expect(ask('studies.open', { path: folder })).rejects.toMatchObject({ code: 'not-a-study' });
    await expect(ask('architectures.describe', { space: 'elasticvit', arch: 'S9', devices: [] })).rejects.toMatchObject({ code: 'unknown-architecture' });
    await expect(ask('jobs.pause', { study })).resolves.toEqual({});
    const [error] = await new Promise<[{ code: string }]>((resolve) => {
      client.subscribe('study.evaluations', { study: 'nobody' }, () => undefined, (reason) => resolve([reason]));
    });
    expect(error.code).toBe('unknown-study');
  });

  it('compares scores with known accuracies, keeps them, and says what is wrong with a file', async () => {
    const file = join(folder, 'phones.csv');
    writeFileSync(file, 'space,arch,imagenet\nelasticvit,T1,67.2\nelasticvit,T2,73.8\nelasticvit,S1,77.2\nelasticvit,L3,80.0\n');
    const proxies = await ask('proxies.list', {});
    expect(proxies.filter(({ isBaseline }) => isBaseline).map(({ id }) => id)).toEqual(['params', 'macs', 'depth', 'mlp-ratios']);
    const found = await ask('correlation.compute', { file, rankings: ['mixing-capacity', 'params+depth'] });
    // elasticvit.md section 2: accuracy grows with MACs from each of these to the next.
    expect(found.rankings.find(({ id }) => id === 'macs')!.columns[0].tau.value).toBe(1);
    expect(found.remarks).toHaveLength(3);
    const [kept] = readdirSync(join(folder, 'scores'));
    expect(readFileSync(join(folder, 'scores', kept, 'scores.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1 + 5 * 4);
    await expect(ask('correlation.compute', { file, rankings: ['zen'] })).rejects.toMatchObject({ code: 'unknown-proxy' });
  });
});

async function waitForFirst<T extends TopicName>(topic: T, params: ParamsOf<T>): Promise<PayloadOf<T>[]> {
  const payloads = listen(topic, params);
  await waitFor(() => expect(payloads.length).toBeGreaterThan(0));
  return payloads;
}
