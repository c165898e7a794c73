import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../core/base/errors.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import type { Measurement } from '../../../core/latency/measurements/record.ts';
import { protocolSettingsSchema } from '../../../core/latency/protocol/settings.ts';
import { bestModels } from '../../../core/study/checks/bestModels.ts';
import { chooseBest, type BestChoice } from '../../../core/study/checks/chooseBest.ts';
import { judgeStudyDevice } from '../../../core/study/checks/judgeStudyDevice.ts';
import { measureBest } from '../../../core/study/checks/measureBest.ts';
import { judgementOfModel, readModelChecks } from '../../../core/study/checks/modelChecks.ts';
import { sessionFolders, studyMeasurements } from '../../../core/study/checks/sessions.ts';
import { studyDeviceFile } from '../../../core/study/checks/studyDevice.ts';
import { readStudy, type StudyView } from '../../../core/study/folder.ts';
import { readSummary, type StudySummary } from '../../../core/study/summary.ts';
import { exactSumMs } from '../../latency/calibration/madeUpPhone.ts';
import { blocksOf } from '../../../core/latency/measurements/subject.ts';
import { scratchFolder } from '../scratch.ts';
import { madeUpModel, measuredStudy, ScriptedPhone } from './measuredStudy.ts';

const folder = scratchFolder();
const settings = protocolSettingsSchema.parse({ rounds: 2, coolDownSeconds: 0 });
let view: StudyView;
let summary: StudySummary;
let modelPath: string;
const device = () => studyDeviceFile(view, 'made-up');

async function measure(phone: ScriptedPhone, { choice = {}, signal, allowsOtherTarget = false }: { choice?: BestChoice; signal?: AbortSignal; allowsOtherTarget?: boolean } = {}) {
  const models = await bestModels(view, chooseBest(summary, 'made-up', choice), 'float32', () => startEngine('auto'));
  return measureBest(view, device(), { models, settings, seed: 1, startProfiler: async () => phone, allowsOtherTarget, signal });
}

const refusal = async (promise: Promise<unknown>) => {
  const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
  if (!(error instanceof InputError)) throw new Error('expected a refusal', { cause: error });
  return error;
};

beforeAll(async () => {
  const made = await measuredStudy(folder, madeUpModel());
  modelPath = made.modelPath;
  view = await readStudy(made.directory);
  summary = await readSummary(view.paths.summary);
}, 120_000);

describe("measuring a front's best", () => {
  it('measures the exported models in a session inside the study, beside what was predicted', async () => {
    const phone = new ScriptedPhone();
    const { folder: session, match, checks, failures } = await measure(phone);
    const exported = summary.exported.filter(({ devices }) => devices.includes('made-up'));
    expect(session).toBe(join(view.paths.measured, 'made-up', '1'));
    expect({ match, failures, closed: phone.closed }).toEqual({ match: { foreign: [], updated: [] }, failures: [], closed: true });
    expect(checks.map(({ measurement: { model } }) => model.name).sort()).toEqual(exported.map(({ id }) => id).sort());
    const front = summary.result!.devices[0].front;
    for (const { of, measurement, latencyMs, lowMs, highMs } of checks) {
      const entry = front.find(({ id }) => id === measurement.model.name)!;
      expect(measurement.latencyMs).toBeCloseTo(exactSumMs(blocksOf(of)!), 10);
      // Searches round what they predict to six digits.
      [[latencyMs, entry.latencyMs], [lowMs, entry.lowMs], [highMs, entry.highMs]].forEach(([now, then]) => expect(now / then).toBeCloseTo(1, 4));
      expect(measurement.reference!.medianMs).toBeGreaterThan(0);
      expect(measurement.flags).not.toContain('unverified-output');
    }
    expect(readModelChecks(modelPath).map(({ measurement }) => measurement)).toEqual(checks.map(({ measurement }) => measurement));
    expect(judgementOfModel(device().model, modelPath)).toMatchObject({ verdict: 'fits', networks: checks.length });
  });

  it('goes on with an interrupted session and begins a new one after a finished one', async () => {
    const abort = new AbortController();
    const phone = new ScriptedPhone();
    phone.onRound = (round) => { if (round === 5) abort.abort(); };
    await expect(measure(phone, { signal: abort.signal })).rejects.toThrow('Stopped');
    const second = join(view.paths.measured, 'made-up', '2');
    const before = readFileSync(join(second, 'session.jsonl'), 'utf8');
    const { folder: session, checks } = await measure(new ScriptedPhone());
    expect(session).toBe(second);
    expect(readFileSync(join(second, 'session.jsonl'), 'utf8').startsWith(before)).toBe(true);
    expect((await sessionFolders(view, 'made-up')).map((each) => each.slice(-1))).toEqual(['1', '2']);
    // Each of two sessions counts in the list; the judgement has the latest of each network.
    expect(readModelChecks(modelPath)).toHaveLength(2 * checks.length);
    expect((await judgeStudyDevice(view, device())).latest!.judgement.networks).toBe(checks.length);
  });

  it('exports what is missing of a wider choice, and finds out when the phone became slower', async () => {
    const { checks } = await measure(new ScriptedPhone(1.4), { choice: { count: 5 } });
    expect(checks).toHaveLength(5);
    for (const { measurement: { model } } of checks) expect(existsSync(join(view.paths.models, `${model.name}.onnx`))).toBe(true);
    const { verdict, inside, reasons } = judgementOfModel(device().model, modelPath)!;
    expect({ verdict, inside }).toEqual({ verdict: 'stale', inside: 0 });
    expect(reasons.map(({ code }) => code)).toEqual(['outside-interval', 'biased']);
  });

  it('refuses a device or setting that the model does not speak for before anything is measured, and marks it when told to', async () => {
    const phone = new ScriptedPhone(1, { threads: 2 });
    const { code, message } = await refusal(measure(phone));
    expect({ code, rounds: phone.rounds, closed: phone.closed }).toEqual({ code: 'other-target', rounds: 0, closed: true });
    expect(message).toContain('threads 2 instead of 1');
    const kept = readModelChecks(modelPath).length;
    const { match } = await measure(phone, { allowsOtherTarget: true });
    expect(match!.foreign).toEqual([{ field: 'threads', left: 1, right: 2 }]);
    expect(readModelChecks(modelPath)).toHaveLength(kept);
    const { groups, latest } = await judgeStudyDevice(view, device());
    expect(groups.map(({ target: { threads } }) => threads).sort()).toEqual([1, 2]);
    expect(latest!.group.target.threads).toBe(1);
  });

  it.each<[string, BestChoice & { device?: string }, string]>([
    ['an id that is on no front', { ids: ['00000000'] }, 'unknown-architecture'],
    ['a device that was not searched', { device: 'pixel4' }, 'unknown-device'],
  ])('refuses %s', async (_what, { device: name = 'made-up', ...choice }, code) => {
    expect(await refusal((async () => chooseBest(summary, name, choice))())).toMatchObject({ code });
  });

  it('refuses a model file that holds another network', async () => {
    const [first, second] = summary.exported;
    const path = join(view.directory, first.path);
    const bytes = readFileSync(path);
    writeFileSync(path, readFileSync(join(view.directory, second.path)));
    expect(await refusal(bestModels(view, chooseBest(summary, 'made-up', { ids: [first.id] }), 'float32', () => startEngine('auto')))).toMatchObject({ code: 'wrong-model' });
    writeFileSync(path, bytes);
  });
});

describe("a study's kept measurements", () => {
  it.each<[string, (record: Measurement) => object, string]>([
    ['a file that the session did not measure', (record) => ({ ...record, model: { ...record.model, sha256: '0'.repeat(64) } }), 'wrong-model'],
    ['another session', (record) => ({ ...record, session: 'elsewhere' }), 'wrong-model'],
    ['negative times', (record) => ({ ...record, latencyMs: -record.latencyMs }), 'invalid-measurement'],
    ['times that do not agree with the runs', (record) => ({ ...record, latencyMs: 2 * record.latencyMs }), 'invalid-measurement'],
    ['another space', (record) => ({ ...record, of: { kind: 'unknown' } }), 'wrong-model'],
  ])('are refused with %s', async (_what, spoil, code) => {
    const path = join(view.paths.measured, 'made-up', '1', 'measurements.jsonl');
    const text = readFileSync(path, 'utf8');
    const [first, ...others] = text.split('\n');
    writeFileSync(path, [JSON.stringify(spoil(JSON.parse(first) as Measurement)), ...others].join('\n'));
    expect(await refusal(studyMeasurements(view, 'made-up'))).toMatchObject({ code });
    writeFileSync(path, text);
  });
});
