import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { calibrationMeasurements } from '../../../core/study/devices/calibrate.ts';
import { loadDevice } from '../../../core/latency/devices.ts';
import { formatJson } from '../../../core/latency/formatJson.ts';
import type { Measurement } from '../../../core/latency/measurements/record.ts';
import { keepModelChecks } from '../../../core/study/checks/modelChecks.ts';
import { newerModel } from '../../../core/study/checks/newerModel.ts';
import { freshChecks, refitOwn, takeRefit } from '../../../core/study/checks/refitOwn.ts';
import { readCalibration } from '../../../core/study/devices/calibrationFile.ts';
import { ownDevices } from '../../../core/study/devices/deviceFolders.ts';
import { modelVersions, nextVersion } from '../../../core/study/devices/modelVersions.ts';
import { scratchFolder } from '../scratch.ts';
import { calibrationRecords, madeUpModel, target } from './measuredStudy.ts';

const library = scratchFolder();
const folder = join(library, 'devices', 'phone');
const path = join(folder, 'phone.json');
/** The same networks as at calibration come first; the ones after them are new. */
const winners = (factor: number, session: string, from: number, to: number): Measurement[] =>
  calibrationRecords(target, to).slice(from).map((record, i) => ({
    ...record, session, model: { name: `m${i}`, sha256: String(i % 10).repeat(64) }, measuredAt: '2026-11-20T10:00:00Z', latencyMs: factor * record.latencyMs,
  }));

beforeAll(() => {
  mkdirSync(join(folder, 'imports'), { recursive: true });
  writeFileSync(path, formatJson(madeUpModel(target, 'phone')));
});

describe('a model of one\'s own', () => {
  it('is refitted from what studies have measured, beside it, and stays as it is', async () => {
    await expect(refitOwn(path)).rejects.toMatchObject({ code: 'nothing-new' });
    await keepModelChecks(path, winners(1.3, 'winners', 30, 38));
    // Of another setting: kept, and no business of this model.
    await keepModelChecks(path, winners(1, 'two threads', 30, 33).map((record) => ({ ...record, target: { ...record.target, threads: 2 } })));
    const model = loadDevice(path);
    expect(freshChecks(model, path)).toBe(8);
    const before = readFileSync(path, 'utf8');
    const { out, hash, added, isFromMeasurements, comparison } = await refitOwn(path);
    expect({ out, added, isFromMeasurements, isWritten: existsSync(out) }).toEqual({ out: join(folder, 'phone-2.json'), added: 8, isFromMeasurements: false, isWritten: false });
    // 1.3 times as long was predicted by 1 - 1/1.3 = 23 % too little, but for errors of 3 %.
    expect(comparison!.before).toMatchObject({ count: 8 });
    expect(comparison!.before.mapePercent).toBeGreaterThan(19);
    expect(comparison!.before.mapePercent).toBeLessThan(27);
    expect(comparison!.after.mapePercent).toBeLessThan(8);

    await expect(takeRefit(path, { hash: 'of another', replaces: false })).rejects.toMatchObject({ code: 'other-refit' });
    expect((await takeRefit(path, { hash, replaces: false })).out).toBe(out);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(loadDevice(out)).toMatchObject({ name: 'phone-2', device: { title: 'Made-up phone, refit 2' }, measurements: { networks: 38 } });
    expect(ownDevices(library).map(({ name }) => name)).toEqual(['phone', 'phone-2']);
    expect(newerModel(model, path)).toEqual({ name: 'phone-2', title: 'Made-up phone, refit 2', path: out });
    expect([newerModel(loadDevice(out), out), freshChecks(loadDevice(out), out)]).toEqual([undefined, 0]);
  });

  it('is fitted anew where everything that it was fitted to is there, and can take the earlier one\'s place', async () => {
    writeFileSync(join(folder, 'calibration.json'), JSON.stringify({
      title: 'Phone', created: '2026-11-01T10:00:00Z', space: 'elasticvit-mini', classes: 10, source: { kind: 'import', target: { device: 'Made-up phone', runtime: target.runtime } },
    }));
    writeFileSync(join(folder, 'imports', '1.jsonl'), calibrationRecords().map((record) => `${JSON.stringify(record)}\n`).join(''));
    expect(await calibrationMeasurements(folder, await readCalibration(folder))).toHaveLength(30);
    const { out, hash, isFromMeasurements, comparison, added } = await refitOwn(path);
    expect({ out, isFromMeasurements, added, compared: comparison!.before.count }).toEqual({ out: join(folder, 'phone-3.json'), isFromMeasurements: true, added: 8, compared: 8 });
    expect((await takeRefit(path, { hash, replaces: true })).out).toBe(path);
    expect(existsSync(out)).toBe(false);
    expect(loadDevice(path)).toMatchObject({ name: 'phone', device: { title: 'Made-up phone' }, measurements: { networks: 38 } });
    expect(freshChecks(loadDevice(path), path)).toBe(0);
  });

  it('that ships is not refitted', async () => {
    await expect(refitOwn(new URL('../../../latency-models/pixel4.json', import.meta.url).pathname)).rejects.toMatchObject({ code: 'not-own' });
  });
});

describe('versions of a model', () => {
  it('are numbered after the first, and a number in a name alone makes no version', () => {
    const place = join(library, 'files');
    mkdirSync(place);
    for (const name of ['pixel-8.json', 'pixel-8-2.json', 'pixel-8-10.json', 'pixel-8-2.checks.jsonl', 'pixel-81.json', 'pixel-8-new.json']) writeFileSync(join(place, name), '');
    const versions = ['pixel-8.json', 'pixel-8-2.json', 'pixel-8-10.json'].map((name) => join(place, name));
    expect(modelVersions(versions[0])).toEqual(versions);
    expect(modelVersions(versions[1])).toEqual(versions);
    expect(nextVersion(versions[2])).toBe(join(place, 'pixel-8-3.json'));
    expect(nextVersion(versions[0], (name) => name === 'pixel-8-3')).toBe(join(place, 'pixel-8-4.json'));
  });
});
