import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { LibraryChange } from '../../../core/study/library/libraryWatch.ts';
import { StudyLibrary } from '../../../core/study/library/studyLibrary.ts';
import { openStudy, readStudy, studyPaths } from '../../../core/study/folder.ts';
import { WorkbenchSettingsFile } from '../../../core/study/settings/workbenchSettings.ts';
import { scratchFolder, studyText } from '../scratch.ts';

const scratch = scratchFolder();
let places = 0;

async function newLibrary() {
  const place = join(scratch, String(places++));
  mkdirSync(place);
  const settings = await WorkbenchSettingsFile.open({ path: join(place, 'settings.json'), libraryFolder: join(place, 'library') });
  return { place, settings, library: new StudyLibrary(settings) };
}

/** Process 1 lives as long as the machine does. */
function lockByAnotherProcess(directory: string): string {
  const path = join(directory, 'lock-1-elsewhere.json');
  writeFileSync(path, JSON.stringify({ pid: 1, host: hostname(), since: '2026-01-01T00:00:00.000Z' }));
  return path;
}

const make = async (library: StudyLibrary, name?: string) => {
  const id = await library.create({ text: studyText, baseDir: scratch, name });
  return { id, directory: await library.directoryOf(id) };
};

const refusal = (code: string) => expect.objectContaining({ code });

describe('the library', () => {
  it('is empty while there is no folder', async () => {
    const { library } = await newLibrary();
    expect(await library.list()).toEqual([]);
  });

  it('shows a new study with what its file says', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    expect(await library.list()).toEqual([expect.objectContaining({
      id, directory, name: 'tiny', space: 'elasticvit-mini', devices: ['pixel4'], state: 'created', holder: null, seed: 3,
      engine: null, tags: [], archived: false, progress: null, best: [], linearAccuracy: null, imageSize: 32, problem: null,
    })]);
    expect(directory).toBe(join(library.folder, 'tiny'));
    expect(readdirSync(directory).filter((name) => name.startsWith('lock-'))).toEqual([]);
  });

  it('numbers the folders of studies with the same name, and keeps names that folders cannot have', async () => {
    const { library } = await newLibrary();
    await make(library);
    expect((await make(library)).directory).toBe(join(library.folder, 'tiny-2'));
    expect((await make(library, 'con')).directory).toBe(join(library.folder, 'study-con'));
  });

  it('refuses a study file with mistakes and makes no folder', async () => {
    const { library } = await newLibrary();
    await expect(library.create({ text: 'version: 1\n', baseDir: scratch })).rejects.toThrow(refusal('invalid-study-file'));
    expect(existsSync(library.folder)).toBe(false);
  });

  it('tells how far a running study is from the end of its history', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    const study = await openStudy(directory);
    study.events.append({ kind: 'study-started', name: 'tiny', space: 'elasticvit-mini', seed: 3, pocketformerVersion: '0' });
    study.events.append({ kind: 'phase-started', phase: 'training', totalSteps: 1000 });
    for (let step = 1; step <= 500; step++) {
      study.events.append({ kind: 'step', step, loss: 2, learningRate: 0.1, metrics: { padding: 1.2345678901234567, more: 1.2345678901234567 } });
    }
    await study.update({ status: 'running', engine: 'ort' });
    study.close();
    expect(await library.row(id)).toMatchObject({
      state: 'interrupted', engine: 'ort', progress: { phase: 'training', fraction: 0.5 },
    });
    const lock = lockByAnotherProcess(directory);
    expect(await library.row(id)).toMatchObject({ state: 'running', holder: { pid: 1 } });
    rmSync(lock);
    expect(await library.row(id)).toMatchObject({ state: 'interrupted', holder: null });
  });

  it('shows what the last run failed with', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    const study = await openStudy(directory);
    study.events.append({ kind: 'failed', code: 'data-missing', message: 'There is no folder x.' });
    await study.update({ status: 'failed' });
    study.close();
    expect(await library.row(id)).toMatchObject({ state: 'failed', problem: { code: 'data-missing', message: 'There is no folder x.' } });
  });

  it("shows each device's best from the summary", async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    mkdirSync(join(directory, 'results'));
    writeFileSync(studyPaths(directory).summary, JSON.stringify({
      data: { imageSize: 48, linearAccuracy: 0.21 },
      result: { devices: [
        { device: 'pixel4', hypervolume: 2.5, front: [{ accuracy: 0.5, latencyMs: 1 }, { accuracy: 0.7, latencyMs: 2 }] },
        { device: 'pixel6', hypervolume: 0, front: [] },
      ] },
    }));
    expect(await library.row(id)).toMatchObject({
      imageSize: 48, linearAccuracy: 0.21,
      best: [{ device: 'pixel4', hypervolume: 2.5, frontSize: 2, value: 0.7, latencyMs: 2 }],
    });
  });

  it('shows damaged studies with what is wrong', async () => {
    const { library } = await newLibrary();
    const [info, yaml, summary] = [await make(library), await make(library), await make(library)];
    writeFileSync(studyPaths(info.directory).info, '{"formatVersion": 1');
    writeFileSync(studyPaths(yaml.directory).studyFile, 'version: 1\n');
    mkdirSync(join(summary.directory, 'results'));
    writeFileSync(studyPaths(summary.directory).summary, '{');
    const rows = await library.list();
    const row = (id: string) => rows.find((each) => each.id === id);
    expect(row(info.id)).toMatchObject({ state: 'failed', name: 'tiny', problem: { code: 'damaged-study' } });
    expect(row(yaml.id)).toMatchObject({ state: 'failed', name: 'tiny', problem: { code: 'invalid-study-file' } });
    expect(row(summary.id)).toMatchObject({ state: 'created', problem: { code: 'damaged-summary' } });
  });

  it('leaves out other folders and survives that folders vanish', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    mkdirSync(join(library.folder, 'notes'));
    expect(await library.list()).toHaveLength(1);
    rmSync(directory, { recursive: true });
    expect(await library.list()).toEqual([]);
    await expect(library.row(id)).rejects.toThrow(refusal('unknown-study'));
  });

  it('can be listed while studies come and go', async () => {
    const { library } = await newLibrary();
    const made = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => make(library, name)));
    const listings = Array.from({ length: 10 }, () => library.list());
    await library.trash(made.map(({ id }) => id));
    for (const rows of await Promise.all(listings)) expect(rows.length).toBeLessThanOrEqual(6);
    expect(await library.list()).toEqual([]);
  });
});

describe("a person's notes on a study", () => {
  it('can be changed while the study runs, and do not disturb it', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    const study = await openStudy(directory);
    await Promise.all([library.changeMetadata(id, { tags: ['good', 'good', ' new '] }), library.changeMetadata(id, { archived: true })]);
    study.close();
    expect(await library.row(id)).toMatchObject({ tags: ['good', 'new'], archived: true, state: 'created' });
    await library.changeMetadata(id, { notes: 'wide' });
    expect(JSON.parse(readFileSync(join(directory, 'workbench.json'), 'utf8'))).toEqual(
      { version: 1, tags: ['good', 'new'], archived: true, notes: 'wide' });
  });

  it('that are damaged are told and kept aside by the next change', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    writeFileSync(join(directory, 'workbench.json'), '{');
    expect((await library.row(id)).problem).toMatchObject({ code: 'damaged-metadata' });
    await library.changeMetadata(id, { tags: ['a'] });
    expect(await library.row(id)).toMatchObject({ tags: ['a'], problem: null });
    expect(readFileSync(join(directory, 'workbench.json.broken'), 'utf8')).toBe('{');
  });

  it('have limits', async () => {
    const { library } = await newLibrary();
    const { id } = await make(library);
    await expect(library.changeMetadata(id, { tags: [''] })).rejects.toThrow(refusal('invalid-metadata'));
  });
});

describe('copying and naming', () => {
  it('a copy has the settings and the comments, another name, and paths that lead to the same place', async () => {
    const { library, place } = await newLibrary();
    const text = `${studyText}# important\n`;
    const id = await library.create({ text, baseDir: place });
    const copy = await library.directoryOf(await library.duplicate(id, 'second try'));
    expect(copy).toBe(join(library.folder, 'second try'));
    expect(readFileSync(join(copy, 'study.yaml'), 'utf8')).toBe(text.replace('tiny', 'second try'));
    expect((await readStudy(copy)).info).toMatchObject({ baseDir: place, status: 'created', name: 'second try' });
    expect(readdirSync(copy).sort()).toEqual(['events.ndjson', 'study.json', 'study.pocketformer', 'study.yaml']);
  });

  it('a new name is shown at once; the folder and the id stay', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    await library.list();
    await library.rename(id, ' The best one ');
    expect(await library.list()).toMatchObject([{ id, directory, name: 'The best one' }]);
    expect((await readStudy(directory)).settings.name).toBe('The best one');
    await expect(library.rename(id, ' ')).rejects.toThrow(refusal('invalid-name'));
    lockByAnotherProcess(directory);
    await expect(library.rename(id, 'other')).rejects.toThrow(refusal('study-running'));
  });
});

describe('the trash', () => {
  it('takes a study and gives it back as it was', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    await library.changeMetadata(id, { tags: ['keep'] });
    const before = readdirSync(directory);
    const [trashId] = await library.trash([id]);
    expect(await library.list()).toEqual([]);
    const [entry] = await library.listTrash();
    expect(entry).toMatchObject({ id: trashId, name: 'tiny', from: directory });
    expect(entry.sizeBytes).toBeGreaterThanOrEqual(readFileSync(join(library.folder, '.trash', trashId, 'study.yaml')).length);
    expect(await library.restore(trashId)).toBe(id);
    expect(readdirSync(directory)).toEqual(before);
    expect(await library.list()).toMatchObject([{ id, tags: ['keep'], state: 'created' }]);
    expect(await library.listTrash()).toEqual([]);
    expect(readdirSync(join(library.folder, '.trash'))).toEqual([]);
  });

  it('gives a study back under another name when its place was taken', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    const [trashId] = await library.trash([id]);
    await make(library);
    const restored = await library.restore(trashId);
    expect(await library.directoryOf(restored)).toBe(`${directory}-2`);
    expect(await library.list()).toHaveLength(2);
  });

  it('takes none of several studies when one is running', async () => {
    const { library } = await newLibrary();
    const [first, second] = [await make(library), await make(library)];
    lockByAnotherProcess(second.directory);
    await expect(library.trash([first.id, second.id])).rejects.toThrow(refusal('study-running'));
    expect(await library.list()).toHaveLength(2);
    expect(await library.listTrash()).toEqual([]);
  });

  it('does not take a study that this process has open', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    const study = await openStudy(directory);
    await expect(library.trash([id])).rejects.toThrow(refusal('study-running'));
    study.close();
    await library.trash([id]);
    expect(existsSync(directory)).toBe(false);
  });

  it('puts back those that were moved when one of several cannot be', async () => {
    const { library } = await newLibrary();
    const [first, second] = [await make(library), await make(library)];
    const study = await openStudy(second.directory);
    await expect(library.trash([first.id, second.id])).rejects.toThrow(refusal('study-running'));
    study.close();
    expect((await library.list()).map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());
    expect(await library.listTrash()).toEqual([]);
  });

  it('deletes for good only what is in it, and says when a study is gone', async () => {
    const { library } = await newLibrary();
    const [first, second, third] = [await make(library), await make(library), await make(library)];
    const [trashId] = await library.trash([first.id]);
    await library.trash([second.id]);
    expect(await library.emptyTrash([trashId])).toBe(1);
    await expect(library.restore(trashId)).rejects.toThrow(refusal('not-in-trash'));
    expect(await library.listTrash()).toHaveLength(1);
    expect(await library.emptyTrash()).toBe(1);
    expect(readdirSync(join(library.folder, '.trash'))).toEqual([]);
    expect(await library.list()).toMatchObject([{ id: third.id }]);
  });

  it('refuses names that lead out of it', async () => {
    const { library } = await newLibrary();
    await make(library);
    await expect(library.restore('../tiny')).rejects.toThrow(refusal('not-in-trash'));
    expect(await library.emptyTrash(['..'])).toBe(0);
  });

  it('is right after a crash at any moment of moving there and back', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    const trash = join(library.folder, '.trash');
    // The record was written, and the folder not yet moved.
    mkdirSync(trash);
    const record = (from: string) => JSON.stringify({ version: 1, name: 'tiny', from, time: '2026-01-01T00:00:00.000Z' });
    writeFileSync(join(trash, '0123456789ab.json'), record(directory));
    expect(await library.listTrash()).toEqual([]);
    expect(await library.list()).toMatchObject([{ id }]);
    // The folder was moved, and the lock of the killed process went with it.
    writeFileSync(join(directory, 'lock-999999999-dead.json'), JSON.stringify({ pid: 999999999, host: hostname(), since: '' }));
    renameSync(directory, join(trash, '0123456789ab'));
    expect(await library.listTrash()).toMatchObject([{ id: '0123456789ab', from: directory }]);
    // It was moved back, and the record not yet removed.
    cpSync(join(trash, '0123456789ab.json'), join(trash, 'copy'));
    await library.restore('0123456789ab');
    renameSync(join(trash, 'copy'), join(trash, '0123456789ab.json'));
    expect(await library.listTrash()).toEqual([]);
    expect(await library.list()).toMatchObject([{ id, state: 'created' }]);
    // Deleting had begun.
    mkdirSync(join(trash, 'abcdefabcdef.deleting'));
    expect(await library.listTrash()).toEqual([]);
    expect(await library.emptyTrash()).toBe(0);
    expect(readdirSync(trash)).toEqual([]);
  });

  it('gives back a study whose record was lost', async () => {
    const { library } = await newLibrary();
    const { id } = await make(library);
    const [trashId] = await library.trash([id]);
    rmSync(join(library.folder, '.trash', `${trashId}.json`));
    expect(await library.listTrash()).toMatchObject([{ id: trashId, name: 'tiny', time: '' }]);
    expect(await library.restore(trashId)).toBe(id);
  });
});

describe('studies from elsewhere', () => {
  it('are listed after they were opened, by folder or by file, until they are forgotten', async () => {
    const { library, place, settings } = await newLibrary();
    const id = await library.create({ text: studyText, baseDir: place, directory: join(place, 'elsewhere') });
    expect(settings.settings.recentStudies).toEqual([join(place, 'elsewhere')]);
    await library.forget(id);
    expect(await library.list()).toEqual([]);
    expect(await library.openFrom(join(place, 'elsewhere', 'study.yaml'))).toEqual({ kind: 'study', id, directory: join(place, 'elsewhere') });
    expect(await library.openFrom(join(place, 'elsewhere'))).toMatchObject({ kind: 'study', id });
    expect(await library.list()).toMatchObject([{ id }]);
  });

  it('stay in the list while their disk is away', async () => {
    const { library, place } = await newLibrary();
    const directory = join(place, 'elsewhere');
    const id = await library.create({ text: studyText, baseDir: place, directory });
    renameSync(directory, `${directory}-away`);
    expect(await library.list()).toMatchObject([{ id, problem: { code: 'missing-study' } }]);
    renameSync(`${directory}-away`, directory);
    expect(await library.list()).toMatchObject([{ id, problem: null, state: 'created' }]);
  });

  it('go to the trash of the library and come back to where they were', async () => {
    const { library, place } = await newLibrary();
    const id = await library.create({ text: studyText, baseDir: place, directory: join(place, 'elsewhere') });
    const [trashId] = await library.trash([id]);
    expect(await library.list()).toEqual([]);
    await library.restore(trashId);
    expect(await library.list()).toMatchObject([{ id, directory: join(place, 'elsewhere') }]);
  });

  it('may be a study file that no study was made of, and nothing else', async () => {
    const { library, place } = await newLibrary();
    writeFileSync(join(place, 'mine.yaml'), studyText);
    expect(await library.openFrom(join(place, 'mine.yaml'))).toMatchObject({ kind: 'study-file', file: { text: studyText, baseDir: place } });
    await expect(library.openFrom(place)).rejects.toThrow(refusal('not-a-study'));
    await expect(library.openFrom(join(place, 'nothing'))).rejects.toThrow(refusal('missing-file'));
  });
});

describe('watching the library', () => {
  it('tells all studies first, and then what comes, changes and goes', async () => {
    const { library } = await newLibrary();
    const { id, directory } = await make(library);
    const changes: LibraryChange[] = [];
    const stop = library.watch((change) => changes.push(change), { pollMs: 20 });
    const told = (expected: unknown) => vi.waitFor(() => expect(changes.at(-1)).toMatchObject(expected as object), { timeout: 10_000 });
    await told({ reset: true, changed: [{ id }], removed: [] });
    const second = await make(library);
    await told({ reset: false, changed: [{ id: second.id }], removed: [] });
    appendFileSync(studyPaths(directory).events, `${JSON.stringify({ seq: 1, time: '2026-01-01T00:00:00.000Z', kind: 'finished' })}\n`);
    await told({ reset: false, changed: [{ id, updated: '2026-01-01T00:00:00.000Z' }] });
    rmSync(second.directory, { recursive: true });
    await told({ reset: false, changed: [], removed: [second.id] });
    stop();
    const count = changes.length;
    await make(library);
    expect(changes).toHaveLength(count);
  });
});
