import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createStudy, describeStudy, openStudy, readStudy } from '../../core/study/folder.ts';
import { scratchFolder, studyFile, studyText } from './scratch.ts';

const scratch = scratchFolder();
let folders = 0;
const newFolder = () => join(scratch, `study ${folders++}`);

describe('a new study', () => {
  it('holds an exact copy of the study file and tells where it comes from', async () => {
    const directory = newFolder();
    const study = await createStudy(directory, studyFile);
    study.close();
    study.close();
    expect(readdirSync(directory).sort()).toEqual(['events.ndjson', 'study.json', 'study.pocketformer', 'study.yaml']);
    expect(readFileSync(join(directory, 'study.yaml'), 'utf8')).toBe(studyText);
    expect(JSON.parse(readFileSync(join(directory, 'study.json'), 'utf8'))).toMatchObject({
      formatVersion: 1, name: 'tiny', seed: 3, node: process.version, baseDir: '/somewhere', status: 'created', engine: null,
    });
  });

  it('may be made in an empty folder, and in one whose making was interrupted', async () => {
    const empty = newFolder();
    mkdirSync(empty);
    (await createStudy(empty, studyFile)).close();
    const interrupted = newFolder();
    mkdirSync(interrupted);
    writeFileSync(join(interrupted, 'study.yaml'), studyText);
    writeFileSync(join(interrupted, '.study.json.77-0.tmp'), '{');
    (await createStudy(interrupted, studyFile)).close();
    expect((await readStudy(interrupted)).info.name).toBe('tiny');
  });

  it('never touches what is already there', async () => {
    const full = newFolder();
    mkdirSync(full);
    writeFileSync(join(full, 'thesis.tex'), 'x');
    await expect(createStudy(full, studyFile)).rejects.toMatchObject({ name: 'InputError', code: 'folder-not-empty' });
    const other = newFolder();
    mkdirSync(other);
    writeFileSync(join(other, 'study.yaml'), 'version: 1\n');
    await expect(createStudy(other, studyFile)).rejects.toThrow('is not empty (study.yaml)');
    expect(readFileSync(join(other, 'study.yaml'), 'utf8')).toBe('version: 1\n');
    const file = newFolder();
    writeFileSync(file, '');
    await expect(createStudy(file, studyFile)).rejects.toThrow('is a file; choose another folder');
    const study = newFolder();
    (await createStudy(study, studyFile)).close();
    await expect(createStudy(study, studyFile)).rejects.toMatchObject({ code: 'study-exists' });
    await expect(createStudy(study, studyFile)).rejects.toThrow(`Go on with "pocketformer resume ${study}"`);
  });

  it('leaves nothing behind when its folder cannot be made', async () => {
    const file = newFolder();
    writeFileSync(file, '');
    await expect(createStudy(join(file, 'below'), studyFile)).rejects.toMatchObject({ code: 'cannot-write' });
    expect(readFileSync(file, 'utf8')).toBe('');
  });
});

describe('opening a study', () => {
  it('finds events, checkpoints and status again', async () => {
    const directory = newFolder();
    const first = await createStudy(directory, studyFile);
    await first.update({ status: 'running', engine: 'js' });
    first.events.append({ kind: 'step', step: 1, loss: 1, learningRate: 1 });
    await first.saveCheckpoint({ phase: 'training', step: 1, tensors: {}, state: [1] });
    await first.writeFile(first.paths.fronts, '[]');
    first.close();

    const second = await openStudy(directory);
    expect(second.info).toMatchObject({ status: 'running', engine: 'js' });
    expect(second.settings).toEqual(studyFile.settings);
    expect(second.events.lastSeq).toBe(2);
    // The checkpoint belongs to the history up to event 1; event 2 reports the checkpoint itself.
    expect(await second.loadLatestCheckpoint()).toMatchObject({ step: 1, state: [1], eventSeq: 1 });
    second.close();
    const { events } = await readStudy(directory);
    expect(events[1]).toMatchObject({ kind: 'checkpoint', path: 'checkpoints/training-0000001' });
    expect(readFileSync(second.paths.fronts, 'utf8')).toBe('[]');
  });

  it('clears away what a killed process left half-written, and only that', async () => {
    const directory = newFolder();
    (await createStudy(directory, studyFile)).close();
    const leftovers = ['.study.json.7-1.tmp', 'models/.a.onnx.7-2.tmp', 'checkpoints/.training-1.7-3.tmp/weights.safetensors'];
    for (const folder of ['models', 'checkpoints/.training-1.7-3.tmp', 'checkpoints/training-0000009']) {
      mkdirSync(join(directory, folder), { recursive: true });
    }
    writeFileSync(join(directory, 'checkpoints', 'latest.json'), '{"formatVersion":1,"checkpoints":[]}');
    for (const name of [...leftovers, 'models/mine.onnx', 'notes.txt']) writeFileSync(join(directory, name), '');
    (await openStudy(directory)).close();
    for (const name of leftovers) expect(existsSync(join(directory, name))).toBe(false);
    expect(existsSync(join(directory, 'checkpoints/training-0000009'))).toBe(false);
    expect(existsSync(join(directory, 'models/mine.onnx'))).toBe(true);
    expect(existsSync(join(directory, 'notes.txt'))).toBe(true);
  });

  it('is refused while another has it, also to the one that would make it anew', async () => {
    const directory = newFolder();
    const study = await createStudy(directory, studyFile);
    await expect(openStudy(directory)).rejects.toMatchObject({ code: 'study-in-use' });
    await expect(createStudy(directory, studyFile)).rejects.toMatchObject({ code: 'study-exists' });
    study.close();
    (await openStudy(directory)).close();
  });
});

describe('reading a study', () => {
  it('shows it as running while its process lives and as interrupted afterwards', async () => {
    const directory = newFolder();
    const study = await createStudy(directory, studyFile);
    await study.update({ status: 'running' });
    expect((await readStudy(directory)).info.status).toBe('running');
    study.close();
    expect((await readStudy(directory)).info.status).toBe('interrupted');
    expect((await describeStudy(directory)).info.status).toBe('interrupted');
  });

  it('says what is wrong with a folder that is not one', async () => {
    await expect(readStudy(join(scratch, 'missing'))).rejects.toMatchObject({ name: 'InputError', code: 'missing-study' });
    await expect(openStudy(scratch)).rejects.toMatchObject({ name: 'InputError', code: 'not-a-study' });
    const directory = newFolder();
    (await createStudy(directory, studyFile)).close();
    const path = join(directory, 'study.json');
    const info = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...info, formatVersion: 2, more: 1 }));
    await expect(openStudy(directory)).rejects.toMatchObject({
      code: 'study-version',
      message: `${path}: was written for a newer Pocketformer (version 2); this one reads up to 1.`,
    });
    writeFileSync(path, '{');
    await expect(openStudy(directory)).rejects.toMatchObject({ code: 'damaged-study' });
    expect(readdirSync(directory).some((name) => name.startsWith('lock-'))).toBe(false);
  });
});
