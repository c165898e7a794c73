import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { holderElsewhere } from '../../core/study/jobs/elsewhere.ts';
import type { Job } from '../../core/study/jobs/job.ts';
import type { ProbeResult } from '../../core/study/jobs/messages.ts';
import { nodeWorkerHost } from '../../core/study/jobs/nodeWorkerHost.ts';
import { JobSupervisor } from '../../core/study/jobs/supervisor.ts';
import { createStudy, readStudy } from '../../core/study/folder.ts';
import { parseStudyFile } from '../../core/study/studyFile.ts';
import { readSummary } from '../../core/study/summary.ts';
import { scratchFolder } from '../study/scratch.ts';

const text = `version: 1
name: tiny
seed: 5
space: elasticvit-mini
compute: { threads: 1 }
data: { kind: synthetic, imageSize: 32, trainImages: 40, valImages: 20 }
devices: [pixel6]
training: { steps: 8, batchSize: 2, warmupSteps: 2, buckets: 2, checkpointEverySteps: 2 }
search: { generations: 1, initialPopulation: 6, parents: 4, mutations: 2, crossovers: 2, calibrationBatches: 1, evaluationImages: 10 }
export: { perDevice: 1 }
`;
const folder = scratchFolder();

async function newStudy(name: string): Promise<string> {
  const directory = join(folder, name);
  const study = await createStudy(directory, { settings: parseStudyFile(text, 'tiny.yaml'), text, path: 'tiny.yaml', baseDir: folder });
  study.close();
  return directory;
}

const fronts = (directory: string) => readFileSync(join(directory, 'results', 'fronts.json'), 'utf8');
const stepsOf = async (directory: string) => (await readStudy(directory)).events.filter(({ kind }) => kind === 'step').length;

describe('a job in a process of its own', () => {
  const supervisor = new JobSupervisor({ host: nodeWorkerHost() });
  afterAll(() => supervisor.closeAll());

  /** Resolves when the job is as it should be; fails when it ends before. */
  function until(id: string, condition: (job: Job) => boolean): Promise<Job> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const job = supervisor.get(id)!;
        if (condition(job)) resolve(job);
        else if (job.ended !== undefined) reject(new Error(`ended as ${job.state}: ${job.failure?.message ?? job.words}`));
        else return;
        leave();
      };
      const leave = supervisor.onChange(look);
      look();
    });
  }
  const trained = ({ progress }: Job) => progress?.phase === 'training' && progress.done >= 1;

  let whole: string;
  beforeAll(async () => { whole = await newStudy('whole'); });

  it('runs a new study to its end and tells how it goes', async () => {
    const { id } = supervisor.start({ kind: 'run', directory: whole });
    const training = await until(id, trained);
    expect(training.words).toMatch(/^Training step \d of 8: loss /);
    expect(training.progress!.memoryBytes).toBeGreaterThan(50e6);
    expect(holderElsewhere(whole, [])?.pid).toBe(training.pid);
    expect(holderElsewhere(whole, supervisor.pids())).toBeUndefined();
    const ended = await supervisor.ended(id);
    expect(ended).toMatchObject({ state: 'done', words: 'Finished' });
    expect((await readStudy(whole)).info.status).toBe('finished');
    const { events } = await readStudy(whole);
    expect(events.filter(({ kind }) => kind === 'health').map((event) => ('step' in event ? event.step : 0))).toEqual([1, 8]);
    const levels = supervisor.log(id).map(({ level, text: line }) => `${level}: ${line}`);
    expect(levels).toContainEqual(expect.stringMatching(/^info: Training the supernet: 8 steps in all/));
    expect(levels.at(-1)).toBe('info: The study is finished');
  });

  it('stands still while it is paused, goes on, stops with everything saved, and is resumed to the same fronts', async () => {
    const directory = await newStudy('paused');
    const { id } = supervisor.start({ kind: 'run', directory });
    await until(id, trained);
    supervisor.pause(id);
    const paused = await until(id, ({ state }) => state === 'paused');
    expect(paused.words).toMatch(/^Paused/);
    const before = await stepsOf(directory);
    await sleep(1500);
    expect(await stepsOf(directory)).toBe(before);
    expect(supervisor.get(id)!.state).toBe('paused');
    supervisor.unpause(id);
    await until(id, ({ progress }) => progress!.done > paused.progress!.done);
    supervisor.pause(id);
    await until(id, ({ state }) => state === 'paused');
    supervisor.stop(id);
    expect((await supervisor.ended(id)).state).toBe('stopped');
    const { info, events } = await readStudy(directory);
    expect(info.status).toBe('interrupted');
    expect(events.at(-1)!.kind).toBe('interrupted');
    supervisor.start({ kind: 'run', directory });
    expect((await supervisor.ended(id)).state).toBe('done');
    expect(fronts(directory)).toBe(fronts(whole));
  });

  it('is told to have crashed when its process is killed, and is resumed to the same fronts', async () => {
    const directory = await newStudy('killed');
    const { id } = supervisor.start({ kind: 'run', directory });
    const { pid } = await until(id, ({ progress }) => progress?.phase === 'training' && progress.done >= 3);
    process.kill(pid!, 'SIGKILL');
    const ended = await supervisor.ended(id);
    expect(ended).toMatchObject({ state: 'crashed', failure: { code: 'crashed', details: { exitCode: null, signal: 'SIGKILL' } } });
    expect(ended.failure!.message).toContain('can be resumed from its last checkpoint');
    expect((await readStudy(directory)).info.status).toBe('interrupted');
    supervisor.start({ kind: 'run', directory });
    expect((await supervisor.ended(id)).state).toBe('done');
    expect(fronts(directory)).toBe(fronts(whole));
  });

  it('fails with the words of the error', async () => {
    const { id } = supervisor.start({ kind: 'run', directory: join(folder, 'nowhere') });
    expect(await supervisor.ended(id)).toMatchObject({ state: 'failed', failure: { code: 'missing-study' } });
  });

  it('exports trained weights to a file that ONNX Runtime loads', async () => {
    const { arch, id } = (await readSummary(join(whole, 'results', 'summary.json'))).result!.devices[0].front[0];
    const out = join(folder, `${id}.onnx`);
    const report = await supervisor.perform({ kind: 'export', directory: whole, arch, out, batch: 1 });
    expect(report).toMatchObject({ path: out, classes: 10 });
    const session = await InferenceSession.create(out);
    expect(session.inputNames).toHaveLength(1);
    await session.release();
    await expect(supervisor.perform({ kind: 'export', directory: whole, arch, out: join(folder, 'none', 'x.onnx'), batch: 1 }))
      .rejects.toThrow('there is no folder');
  });

  it('hands trained weights over as a PyTorch program, in a folder of its own', async () => {
    const { arch, id } = (await readSummary(join(whole, 'results', 'summary.json'))).result!.devices[0].front[0];
    const out = join(whole, 'handoff', id);
    expect(await supervisor.perform({ kind: 'handoff', directory: whole, arch, out })).toMatchObject({ path: out, classes: 10, weights: 'inherited' });
    expect(existsSync(join(out, 'model.py'))).toBe(true);
    await expect(supervisor.perform({ kind: 'handoff', directory: whole, arch, out })).rejects.toThrow('is a folder with files in it');
  });

  describe('the probe', () => {
    const temporary = join(folder, 'temporary');
    const before = process.env.TMPDIR;
    afterEach(() => {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      rmSync(temporary, { recursive: true, force: true });
    });

    it('tells how long a study would take and leaves nothing behind', async () => {
      mkdirSync(temporary);
      process.env.TMPDIR = temporary;
      expect(tmpdir()).toBe(temporary);
      const words: string[] = [];
      const probe = await supervisor.perform(
        { kind: 'probe', of: 'study', text, baseDir: folder, seconds: 1 }, { onChange: (job) => words.push(job.words) },
      ) as ProbeResult;
      if (probe.secondsPerStep === null) throw new Error('The study trains.');
      // Tiny as it is, a step takes more than a millisecond and less than a minute on any machine.
      expect(probe.secondsPerStep).toBeGreaterThan(1e-3);
      expect(probe.secondsPerStep).toBeLessThan(60);
      expect(probe.imagesPerSecond).toBeCloseTo(2 / probe.secondsPerStep);
      expect(probe.trainingSeconds).toBeCloseTo(8 * probe.secondsPerStep);
      // Six first architectures and one generation of two mutations and two crossovers.
      expect(probe.searchSeconds).toBeCloseTo(10 * probe.secondsPerEvaluation);
      expect(probe.exportSeconds).toBeGreaterThan(0);
      expect(probe.totalSeconds).toBeCloseTo(probe.dataSeconds + probe.trainingSeconds + probe.searchSeconds + probe.exportSeconds);
      expect(probe.peakMemoryBytes).toBeGreaterThan(50e6);
      expect(words).toContain('Training some steps');
      // What tsx and ONNX Runtime keep there is not ours.
      const foreign = /^(tsx-.*|node-compile-cache|\.ses|mat-debug-\d+\.log)$/;
      expect(readdirSync(temporary).filter((name) => !foreign.test(name))).toEqual([]);
      expect(existsSync(join(folder, 'study.json'))).toBe(false);
    });

    it('says what is wrong with the study file, and ends when nobody wants to know any more', async () => {
      await expect(supervisor.perform({ kind: 'probe', of: 'study', text: 'version: 1\n', baseDir: folder, seconds: 1 })).rejects.toMatchObject({ code: 'invalid-study-file' });
      const abort = new AbortController();
      const probing = supervisor.perform({ kind: 'probe', of: 'study', text, baseDir: folder, seconds: 60 }, { signal: abort.signal });
      abort.abort();
      await expect(probing).rejects.toMatchObject({ code: 'cancelled' });
      expect(supervisor.list().filter(({ task }) => task.kind === 'probe')).toEqual([]);
    });
  });
});
